"""`python -m tests.mutants`: breaks the engine on purpose, in copies, and tells which faults no test saw."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec

from tests.mutants.crew import Fault, Known, Verdict, show_all
from tests.mutants.faults import SETS, of_guards
from tests.mutants.guards_list import PAGE, render
from tests.mutants.sets import SCRIPT_FOLDERS, script_tests
from tests.mutants.workshop import ROOT, Answer, Workshop, workshops

SEEN = Path(__file__).with_name("seen.json")
"""The test that caught each fault last: it is tried first. Old or missing lines cost time only."""


class Chosen(argparse.Namespace):
    """What the command line asks for."""

    sets: list[str]
    only: list[str]
    thorough: bool
    jobs: int
    seed: int
    keep: bool


def main() -> int:
    """0 if every fault was seen or has its reason, 1 if one was not, 2 if the tests fail without any."""
    chosen = _parse()
    if chosen.sets == ["list"]:
        (ROOT / PAGE).write_text(render())
        return 0
    faults = _chosen_faults(chosen)
    hints = msgspec.json.decode(SEEN.read_bytes(), type=dict[str, str])
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    started_s = time.monotonic()
    try:
        with workshops(chosen.jobs, chosen.seed) as benches:
            told = benches[0].root.with_name("sent")
            if not _passes_unharmed(benches, faults, told):
                return 2
            verdicts = _show(faults, benches, Known(hints, _read_sent(told)), keep=chosen.keep)
    except KeyboardInterrupt:
        print("interrupted; nothing is left behind", file=sys.stderr)
        return 130
    return _sum_up(verdicts, (time.monotonic() - started_s) / 60)


def _parse() -> Chosen:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "sets", nargs="*", metavar="SET", help=f"{', '.join(SETS)} (default: all), or list: writes {PAGE}"
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="TEXT", help="faults whose names hold one of these")
    parser.add_argument("--thorough", action="store_true", help="guards with a written reason are shown to all tests")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (2)")
    parser.add_argument("--seed", type=int, default=1, help="of property tests (1)")
    parser.add_argument("--keep", action="store_true", help=f"keep which test caught what in {SEEN.name}")
    chosen = parser.parse_args(namespace=Chosen())
    if wrong := set(chosen.sets) - SETS.keys() - {"list"}:
        parser.error(f"no such set: {', '.join(wrong)}")
    return chosen


def _chosen_faults(chosen: Chosen) -> list[Fault]:
    sets: dict[str, Callable[[], list[Fault]]] = {**SETS, "guards": partial(of_guards, thorough=chosen.thorough)}
    faults = [fault for name, make in sets.items() if not chosen.sets or name in chosen.sets for fault in make()]
    return [fault for fault in faults if not chosen.only or any(text in fault.name for text in chosen.only)]


def _passes_unharmed(benches: Sequence[Workshop], faults: Sequence[Fault], told: Path) -> bool:
    """Whether all that the faults are shown to passes without them: else nothing would be known of any."""
    tests = list(dict.fromkeys(test for fault in faults for test in fault.tests))
    if any(fault.file.endswith(".lua") and not fault.only for fault in faults):
        tests = list(dict.fromkeys([*tests, *script_tests(benches[0].root)]))
    halves = [[test for test in tests if test.startswith(SCRIPT_FOLDERS) is of_scripts] for of_scripts in (True, False)]
    with ThreadPoolExecutor(len(benches)) as pool:
        try:
            answers = list(pool.map(_ask, [benches[0], benches[-1]], halves, [told, None]))
        except BaseException:
            for bench in benches:
                bench.interrupt()
            raise
    for answer in answers:
        if answer.word != "passed":
            print(answer.output, file=sys.stderr)
            print("the tests fail without any fault: mend that first", file=sys.stderr)
    return all(answer.word == "passed" for answer in answers)


def _ask(bench: Workshop, tests: list[str], told: Path | None) -> Answer:
    return bench.test(tests, told) if tests else Answer("passed", "", "")


def _read_sent(told: Path) -> dict[str, frozenset[str]]:
    """The scripts that each test sent, by its id."""
    lines = told.read_bytes().splitlines() if told.exists() else []
    return dict(msgspec.json.decode(line, type=tuple[str, frozenset[str]]) for line in lines)


def _show(faults: Sequence[Fault], benches: Sequence[Workshop], known: Known, *, keep: bool) -> list[Verdict]:
    verdicts: list[Verdict] = []
    names = {fault.name for make in SETS.values() for fault in make()}
    seen = {name: test for name, test in known.hints.items() if name in names}
    with closing(show_all(faults, benches, known)) as coming:
        for verdict in coming:
            verdicts.append(verdict)
            print(f"{verdict.word:10} {verdict.seconds:5.1f} s  {verdict.name}  {verdict.test}", flush=True)
            if verdict.output:
                print(verdict.output[-2000:], flush=True)
            if keep and verdict.test:
                seen[verdict.name] = verdict.test
                SEEN.write_bytes(msgspec.json.format(msgspec.json.encode(seen, order="deterministic")) + b"\n")
    return verdicts


def _sum_up(verdicts: Sequence[Verdict], minutes: float) -> int:
    bad = [verdict for verdict in verdicts if not verdict.good]
    for verdict in bad:
        print(f"{verdict.word}: {verdict.name}")
    counts = Counter(verdict.word for verdict in verdicts)
    told = ", ".join(f"{counts.pop(word, 0)} {word}" for word in ("caught", "equivalent", "survived"))
    others = "".join(f", {count} {word}" for word, count in sorted(counts.items()))
    print(f"{len(verdicts)} faults: {told}{others}; {minutes:.1f} min")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
