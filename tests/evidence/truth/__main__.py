"""`python -m tests.evidence.truth`: the tables against the truth, after syncs in trouble.

Starts its own Valkey and PostgreSQL in a scratch directory, the simulated sources and a real worker. Six connectors of
two tenants (Google, Hellopeter, CSV, JSON Lines, an Outscraper export) are synced while requests fail, listings move
and files are replaced; then once in quiet, compared with the truth, and once more: that must write nothing. Exit 1,
and what differs, if anything does.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter

from engine import EngineError
from engine.embedded import EmbeddedValkey
from jobs.database import connect, migrate
from jobs.embedded import EmbeddedPostgres
from tests.evidence.truth.course import Figures, Scale, Servers, run
from tests.evidence.truth.lines import LINES, TENANTS
from tests.evidence.truth.trouble import Weather
from tests.support.servers import FAST_POSTGRES, scratch

MOST_SHOWN = 50
FEWEST = 600


def main() -> int:
    """The run is over; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence.truth", description=__doc__)
    parser.add_argument("--reviews", type=int, default=20_000, help="over all connectors (default 20000)")
    parser.add_argument("--seed", type=int, default=11, help="of reviews, faults and edits (default 11)")
    parser.add_argument("--limit-s", type=float, default=600, help="the run fails if it takes longer (default 600)")
    given = parser.parse_args()
    if given.reviews < FEWEST:
        parser.error(f"--reviews must be at least {FEWEST}, so that listings have pages; it is {given.reviews}")
    scale = Scale(
        reviews=given.reviews,
        seed=given.seed,
        weather=Weather(often=max(1, given.reviews // 3_000), long=True),
        edits=10,
        compared=2_000,
        limit_s=given.limit_s,
    )
    began = time.monotonic()
    try:
        figures = _run(scale)
    except TimeoutError:
        print(f"error: not done within {scale.limit_s:g} s; give it more by --limit-s", file=sys.stderr)
        return 1
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped; nothing is left running", file=sys.stderr)
        return 130
    _report(figures, scale, time.monotonic() - began)
    return 1 if figures.differences else 0


def _run(scale: Scale) -> Figures:
    with (
        scratch() as directory,
        EmbeddedValkey(directory / "valkey") as valkey,
        EmbeddedPostgres(directory / "postgres", settings=FAST_POSTGRES) as postgres,
    ):
        asyncio.run(_migrate(postgres.url))
        return run(Servers(redis_url=valkey.url, prefix="truth", database_url=postgres.url, directory=directory), scale)


async def _migrate(url: str) -> None:
    async with connect(url) as connection:
        await migrate(connection)


def _report(figures: Figures, scale: Scale, took_s: float) -> None:
    for difference in figures.differences[:MOST_SHOWN]:
        print(difference)
    found = f"{len(figures.differences)} differences" if figures.differences else "the tables equal the truth"
    speed = figures.fetched / figures.syncing_s
    print(
        f"{scale.reviews:,} reviews, {len(LINES)} connectors, {len(TENANTS)} tenants, seed {scale.seed}: {found}"
        f" ({figures.standing:,} standing, {figures.removed} removed, {figures.copies} copies,"
        f" {figures.earlier} earlier versions); the second full sync skipped {figures.skipped:,}\n"
        f"met: {_counted(figures.met)}; {figures.runs} runs: {_counted(figures.verbs)}; {figures.fetched:,} reviews"
        f" fetched in {figures.syncing_s:.0f} s of syncing = {speed:.0f}/s; {took_s:.0f} s in all"
    )


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))


if __name__ == "__main__":
    sys.exit(main())
