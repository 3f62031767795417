"""`python -m tests.mutants`: breaks the engine on purpose, in copies, and tells which faults no test saw."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.mutants.crew import Fault, Verdict, show_all
from tests.mutants.faults import of_guards, of_mutants, of_promises
from tests.mutants.guards_list import PAGE, render
from tests.mutants.sets import script_tests
from tests.mutants.workshop import ROOT, Workshop, workshops


class Chosen(argparse.Namespace):
    """What the command line asks for."""

    names: list[str]
    guards: list[str] | None
    promises: bool
    excused: bool
    jobs: int
    seed: int
    without: list[str]
    json: Path | None


def main() -> int:
    """0 if every fault was seen or has its reason, 1 if one was not, 2 if the tests fail without any."""
    chosen = _parse()
    if chosen.names == ["guards-list"]:
        (ROOT / PAGE).write_text(render())
        return 0
    faults = _chosen_faults(chosen)
    hints = _read_hints(chosen.json)
    started_s = time.monotonic()
    with workshops(chosen.jobs, chosen.seed, chosen.without) as benches:
        if not _passes_unharmed(benches[0], faults):
            return 2
        verdicts = _show(faults, benches, hints, chosen.json)
    counts = Counter(verdict.word for verdict in verdicts)
    told = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
    print(f"{len(verdicts)} faults: {told}; {(time.monotonic() - started_s) / 60:.1f} min by {chosen.jobs} at once")
    return 0 if all(verdict.good for verdict in verdicts) else 1


def _parse() -> Chosen:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="named faults (default: all), or guards-list: writes docs/guards.md")
    parser.add_argument("--guards", nargs="*", metavar="FILE", help="each guard of these Lua files (default: of all)")
    parser.add_argument("--promises", action="store_true", help="the guard of each promise, shown to its one test")
    parser.add_argument("--excused", action="store_true", help="guards with a written reason too")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (2)")
    parser.add_argument("--seed", type=int, default=1, help="of property tests (1)")
    parser.add_argument("--without", nargs="+", default=[], metavar="FILE", help="tests that are not asked")
    parser.add_argument("--json", type=Path, help="what was found; from there the test that caught each is tried first")
    return parser.parse_args(namespace=Chosen())


def _chosen_faults(chosen: Chosen) -> list[Fault]:
    faults: list[Fault] = []
    if chosen.promises:
        faults += of_promises()
    if chosen.guards is not None:
        faults += of_guards(chosen.guards, excused=chosen.excused)
    if chosen.names or not faults:
        faults += of_mutants(chosen.names)
    return faults


def _passes_unharmed(bench: Workshop, faults: Sequence[Fault]) -> bool:
    """Whether all that the faults are shown to passes without them: else nothing would be known of any."""
    tests = list(dict.fromkeys(test for fault in faults for test in fault.tests))
    if any(fault.file.endswith(".lua") and not fault.only for fault in faults):
        tests = list(dict.fromkeys([*tests, *script_tests(bench.root)]))
    answer = bench.test(tests)
    if answer.word != "passed":
        print(answer.output, file=sys.stderr)
        print("the tests fail without any fault: mend that first", file=sys.stderr)
    return answer.word == "passed"


def _show(
    faults: Sequence[Fault], benches: Sequence[Workshop], hints: dict[str, str], path: Path | None
) -> list[Verdict]:
    verdicts: list[Verdict] = []
    for verdict in show_all(faults, benches, hints):
        verdicts.append(verdict)
        if path is not None:
            _write(path, verdicts, hints)
        print(f"{verdict.word:10} {verdict.seconds:5.1f} s  {verdict.name}  {verdict.test}", flush=True)
        if verdict.output:
            print(verdict.output[-2000:], flush=True)
    return verdicts


def _read_hints(path: Path | None) -> dict[str, str]:
    if path is None or not path.exists():
        return {}
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str])


def _write(path: Path, verdicts: Sequence[Verdict], hints: dict[str, str]) -> None:
    found = {verdict.name: verdict.test for verdict in verdicts}
    path.write_bytes(msgspec.json.format(msgspec.json.encode({**hints, **found})))


if __name__ == "__main__":
    sys.exit(main())
