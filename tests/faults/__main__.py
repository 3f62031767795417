"""`python -m tests.faults [ROW…]`: rows of faults at a scale; exit 1 if one of them breaks a limit."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from engine.embedded import EmbeddedError
from jobs.embedded import EmbeddedPostgres
from tests.faults.figures import RowReport
from tests.faults.plan import SCALES, Plan
from tests.faults.report import told, write_json
from tests.faults.rows import ROWS, find_row
from tests.support.servers import FAST_POSTGRES, scratch


def main() -> int:
    """The rows have run; each is told in a few lines as soon as it has."""
    arguments = _arguments()
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(1_000_000)
    rows = arguments.rows or list(ROWS)
    print(f"seed {seed}: python -m tests.faults {' '.join(rows)} --scale {arguments.scale} --seed {seed}", flush=True)
    reports: list[RowReport] = []
    with scratch() as directory, EmbeddedPostgres(directory, settings=FAST_POSTGRES) as postgres:
        for row in rows:
            reports.append(find_row(row)(Plan(row, arguments.scale, seed, postgres.url)))
            print(told(reports[-1]), flush=True)
    if arguments.json is not None:
        write_json(arguments.json, reports)
    return int(any(report.broken for report in reports))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"default: all of {', '.join(ROWS)}")
    parser.add_argument("--scale", choices=SCALES, default="ci")
    parser.add_argument("--seed", type=int, help="the seed of a run that is to be done again (default: by chance)")
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
