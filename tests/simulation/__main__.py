"""`python -m tests.simulation`: schedules of fresh seeds for as long as wanted; exit 1 if one of them falls.

A seed that falls is printed with what is wrong and the end of its trace, and is kept in `.data/simulation-seeds.txt`:
these are run first the next time, with those of seeds.py. `--trace SEED` prints a whole schedule.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, count, islice
from pathlib import Path

from tests.simulation.many import run_batch, run_many
from tests.simulation.schedule import Report
from tests.simulation.seeds import FOUND

KEPT = Path(".data/simulation-seeds.txt")
_LINES = 40


def main() -> int:
    """The schedules have run; what they met is told at the end."""
    arguments = _arguments()
    if arguments.trace is not None:
        return _trace(arguments.trace)
    first = arguments.seed if arguments.seed is not None else secrets.randbelow(1_000_000_000)
    print(f"seeds from {first}: python -m tests.simulation --seed {first}", flush=True)
    if arguments.count is not None:
        fresh: Iterator[int] = islice(count(first), arguments.count)
    else:
        fresh = _while_there_is_time(count(first), time.monotonic() + arguments.minutes * 60)
    return _tell(run_many(chain(FOUND, _kept(), fresh), arguments.processes))


def _while_there_is_time(seeds: Iterable[int], until_s: float) -> Iterator[int]:
    for seed in seeds:
        if time.monotonic() > until_s:
            return
        yield seed


def _tell(reports: Iterator[Report]) -> int:
    started_s, met = time.monotonic(), Counter[str]()
    recoveries_s: list[float] = []
    schedules = executions = fallen = 0
    for report in reports:
        schedules, executions = schedules + 1, executions + report.executions
        met += report.met
        recoveries_s += report.recoveries_s
        if report.wrong:
            fallen += 1
            _keep(report)
    took_s = time.monotonic() - started_s
    print(f"{schedules} schedules in {took_s:.0f} s, {schedules / took_s * 60:.0f} a minute; {executions} executions")
    print("met: " + ", ".join(f"{what} {times}" for what, times in sorted(met.items())))
    if recoveries_s:
        print(f"jobs of dead workers taken back: {len(recoveries_s)}, after {max(recoveries_s):.2f} s at most")
    print(f"{fallen} fell" if fallen else "none fell")
    return int(fallen > 0)


def _keep(report: Report) -> None:
    print(f"seed {report.seed} falls:", *report.wrong, sep="\n  ")
    print(*report.trace.splitlines()[-_LINES:], sep="\n", flush=True)
    KEPT.parent.mkdir(exist_ok=True)
    with KEPT.open("a") as file:
        file.write(f"{report.seed}  # {report.wrong[0][:100]}\n")


def _kept() -> list[int]:
    lines = KEPT.read_text().splitlines() if KEPT.exists() else []
    return list(dict.fromkeys(int(line.split("#")[0]) for line in lines))


def _trace(seed: int) -> int:
    [report] = run_batch([seed])
    print(report.trace, *report.wrong, sep="\n")
    return int(bool(report.wrong))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="for how long (default 1)")
    parser.add_argument("--count", type=int, help="how many fresh seeds, however long they take")
    parser.add_argument("--seed", type=int, help="the first of the fresh seeds (default: by chance)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many (default: one a core)")
    parser.add_argument("--trace", type=int, metavar="SEED", help="print what happens in this schedule, and no more")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
