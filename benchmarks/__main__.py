"""`python -m benchmarks list | run | compare | report | model | install`: see `--help` of each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Container, Sequence
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from benchmarks.baseline import failures, keep
from benchmarks.cases.catalog import CASES
from benchmarks.comparing import compare
from benchmarks.foretelling import foretold
from benchmarks.goals import verdicts
from benchmarks.playing import Wish, run
from benchmarks.report.capacity import check
from benchmarks.report.folder import write
from benchmarks.results import Run, load, save
from benchmarks.resuming import OtherRun
from benchmarks.sets import SETS
from benchmarks.sides.catalog import PEERS_BY_NAME, all_sides, how_to_install

LATEST = Path(".data/benchmarks/latest.json")
REPORT = Path(".data/benchmarks/report")


def main(argv: Sequence[str] | None = None) -> int:
    """Its exit code: 1 if a side is too slow, a model off or a peer not installed; 2 for a wrong word."""
    given = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = given.command
    try:
        return command(given)
    except (FileNotFoundError, msgspec.MsgspecError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OtherRun as error:
        print(f"error: {given.json}: {error}; choose another --json, or start it --anew", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; nothing is left running", file=sys.stderr)
        return 130


def _list(given: argparse.Namespace) -> int:
    if given.set:
        print("\n".join(foretold(SETS[given.set].parts(rounds=given.rounds), load(given.like) if given.like else None)))
        return 0
    print("cases (and the sets that have them)")
    for case in CASES.values():
        sets = ", ".join(name for name, chosen in SETS.items() if case.name in chosen.cases)
        print(f"  {case.name:22} {case.title}  [{sets}]")
    print("\nsides")
    for name, program in all_sides().items():
        if program is None:
            print(f"  {name:22} not installed: {how_to_install(name)}")
        else:
            print(f"  {name:22} {'; '.join(program.lacks)}".rstrip())
    return 0


def _run(given: argparse.Namespace) -> int:
    chosen = SETS[given.set]
    names = ("jobs", "pickups", "rounds", "kills", "reviews", "seed")
    changed = {name: value for name in names if (value := getattr(given, name)) is not None}
    sides = tuple(given.sides.split(",")) if given.sides else ()
    wish = Wish(
        set="chosen" if given.names else given.set,
        parts=tuple(chosen.parts(given.names, sides, given.rounds)),
        size=replace(chosen.size, **changed),
        aof=given.aof,
    )
    path: Path = given.json or LATEST
    begun = None if given.json is None or given.anew else _unfinished(path)
    done = run(wish, partial(print, flush=True), lambda so_far: save(so_far, path), begun)
    for verdict in verdicts(done):
        print(f"{'met    ' if verdict.met else 'NOT MET'}  {verdict.goal}: {verdict.measured}")
    print(f"\nwritten: {path}; look at it: python -m benchmarks report {path}\n")
    if given.keep_baseline:
        keep(done)
    if given.baseline:
        return int(bool(failures(done, print)))
    return 0


def _unfinished(path: Path) -> Run | None:
    """The run in the file if it was cut off."""
    begun = load(path) if path.exists() else None
    return None if begun is None or begun.finished else begun


def _compare(given: argparse.Namespace) -> int:
    print("\n".join(compare(load(given.before), load(given.after))))
    return 0


def _report(given: argparse.Namespace) -> int:
    for path in write(load(given.file), given.into):
        print(path)
    return 0


def _model(given: argparse.Namespace) -> int:
    lines = list(check(load(given.file)))
    print("\n".join(line for line, _ in lines))
    return int(not all(holds for _, holds in lines))


def _install(given: argparse.Namespace) -> int:
    from benchmarks.install import install  # noqa: PLC0415 - nothing else needs it

    return 0 if install([PEERS_BY_NAME[name] for name in given.names or PEERS_BY_NAME]) else 1


def _one_of(kind: str, known: Container[str]) -> Callable[[str], str]:
    def checked(name: str) -> str:
        if name not in known:
            raise argparse.ArgumentTypeError(f"no {kind} {name}: python -m benchmarks list has them all")
        return name

    return checked


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="cases and sides, and which are installed")
    listing.set_defaults(command=_list)
    listing.add_argument("--set", choices=tuple(SETS), help="what it plays, case by case")
    listing.add_argument("--rounds", type=int, help="turns of each side")
    listing.add_argument("--like", type=Path, metavar="A.json", help="and how long that takes, as in this run")

    running = commands.add_parser("run", help="measure cases, sides in turns; JSON with every sample")
    running.set_defaults(command=_run)
    running.add_argument("names", nargs="*", metavar="NAME", type=_one_of("case", CASES), help="cases, not a set")
    running.add_argument("--set", choices=tuple(SETS), default="bench", help="default bench")
    running.add_argument("--sides", help="names, as in engine,bullmq (default: the set's)")
    running.add_argument("--rounds", type=int, help="turns of each side")
    running.add_argument("--jobs", type=int, help="jobs of a drain")
    running.add_argument("--pickups", type=int, help="jobs of a latency")
    running.add_argument("--kills", type=int, help="workers killed in a recovery")
    running.add_argument("--reviews", type=int, help="at each source of the real jobs")
    running.add_argument("--seed", type=int, help="of what is random")
    running.add_argument("--aof", action=argparse.BooleanOptionalAction, help="for all cases (default: as each says)")
    running.add_argument(
        "--json", type=Path, help=f"kept as it grows: the same command goes on with it (default {LATEST}, always anew)"
    )
    running.add_argument("--anew", action="store_true", help="does not go on with what is in the file")
    running.add_argument(
        "--baseline", action="store_true", help="end with 1 if ours fell below half of the stored ratio"
    )
    running.add_argument("--keep-baseline", action="store_true", help="store the ratios to the floor")

    comparing = commands.add_parser("compare", help="two runs, figure by figure")
    comparing.set_defaults(command=_compare)
    comparing.add_argument("before", type=Path, metavar="A.json")
    comparing.add_argument("after", type=Path, metavar="B.json")

    reporting = commands.add_parser("report", help="one HTML page and SVG plots from a run")
    reporting.set_defaults(command=_report)
    reporting.add_argument("file", type=Path, nargs="?", default=LATEST, help=f"default {LATEST}")
    reporting.add_argument("--into", type=Path, default=REPORT, help=f"a folder, default {REPORT}")

    modelling = commands.add_parser("model", help="how far one Redis carries, against a run's points: 1 if it is off")
    modelling.set_defaults(command=_model)
    modelling.add_argument("file", type=Path, nargs="?", default=LATEST, help=f"default {LATEST}")

    installing = commands.add_parser("install", help="peers, each in an environment of its own below .data/peers")
    installing.set_defaults(command=_install)
    installing.add_argument("names", nargs="*", metavar="PEER", type=_one_of("peer", PEERS_BY_NAME), help="default all")
    return parser


if __name__ == "__main__":
    sys.exit(main())
