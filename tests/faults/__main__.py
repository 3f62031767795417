"""`python -m tests.faults [ROW…]`: rows of faults at a scale, two at once; exit 1 if one of them breaks a limit."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from engine.embedded import EmbeddedError
from jobs.embedded import EmbeddedPostgres
from tests.faults.figures import RowReport
from tests.faults.plan import SCALES, Plan
from tests.faults.report import told, write_json
from tests.faults.rows import ALONE, ROWS, play
from tests.support.servers import FAST_POSTGRES, scratch


def main() -> int:
    """The rows have run; each is told in a few lines as soon as it has."""
    arguments = _arguments()
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(1_000_000)
    rows = arguments.rows or list(ROWS)
    print(f"seed {seed}: python -m tests.faults {' '.join(rows)} --scale {arguments.scale} --seed {seed}", flush=True)
    reports: list[RowReport] = []
    failed = 0
    with scratch() as directory, EmbeddedPostgres(directory, settings=FAST_POSTGRES) as postgres:
        plans = [Plan(row, arguments.scale, seed, postgres.url) for row in rows]
        for plan, future in _played(plans, arguments.at_once):
            try:
                reports.append(future.result())
            except AssertionError as error:
                print(f"{plan.row} FAIL it came to no end: {error}", flush=True)
                failed += 1
            else:
                print(told(reports[-1]), flush=True)
                failed += bool(reports[-1].broken)
    if arguments.json is not None:
        write_json(arguments.json, sorted(reports, key=lambda report: rows.index(report.row)))
    return int(failed > 0)


def _played(plans: Sequence[Plan], at_once: int) -> Iterator[tuple[Plan, Future[RowReport]]]:
    """Each row as soon as it has run, in a process of its own."""
    beside = [plan for plan in plans if plan.row not in ALONE]
    alone = [[plan] for plan in plans if plan.row in ALONE]
    for group in (beside, *alone):
        with ProcessPoolExecutor(at_once, get_context("spawn"), max_tasks_per_child=1) as pool:
            futures = {pool.submit(play, plan): plan for plan in group}
            for future in as_completed(futures):
                yield futures[future], future


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"default: all of {', '.join(ROWS)}")
    parser.add_argument("--scale", choices=SCALES, default="ci")
    parser.add_argument("--seed", type=int, help="the seed of a run that is to be done again (default: by chance)")
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="rows that run side by side (default 2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    arguments = parser.parse_args()
    unknown = [row for row in arguments.rows if row not in ROWS]
    if unknown:
        parser.error(f"no row {', '.join(unknown)}: there are {', '.join(ROWS)}")
    return arguments


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EmbeddedError as error:
        sys.exit(str(error))
