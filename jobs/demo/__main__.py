"""`python -m jobs.demo`: servers, migrations, simulator, a real worker, six ingests and two score runs.

Everything that it starts is its own, lies in one directory and ends with it; a given REDIS_URL or DATABASE_URL is
not touched. Run again, it finds nothing new to create and the same scores.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from msgspec import Struct

from engine import Client, EngineError, JobStatus, Settings
from engine.embedded import EmbeddedValkey
from jobs.app import app
from jobs.connectors.guard import allow_address_of
from jobs.credentials import KEY_VARIABLE, Vault, new_key
from jobs.database import connect, migrate
from jobs.demo import processes, tenants
from jobs.demo.progress import finish
from jobs.embedded import start_embedded
from jobs.enqueue import enqueue_ingest_reviews, enqueue_score_run
from jobs.scoring import format_themes, theme_table

AS_OF = date(2026, 10, 31)
"""The reviews' last day: fixed, so that every run of the demo shows the same scores."""
PERIOD = timedelta(days=91)


class Options(Struct, frozen=True):
    """What the command line may change."""

    directory: Path
    reviews: int
    seed: int


def main() -> int:
    """The demo has run; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m jobs.demo", description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path(".data/demo"), help="default .data/demo")
    parser.add_argument("--reviews", type=int, default=1_200, help="per connector (default 1200)")
    parser.add_argument("--seed", type=int, default=11, help="of the invented reviews (default 11)")
    arguments = parser.parse_args()
    try:
        run(Options(arguments.directory, arguments.reviews, arguments.seed))
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped; the servers are down, the data stays", file=sys.stderr)
        return 130
    return 0


def run(options: Options) -> None:
    """Everything was started, has worked, was shown, and is gone."""
    began = time.monotonic()
    directory = options.directory
    print(f"starting Valkey and PostgreSQL in {directory}")
    with EmbeddedValkey(directory / "valkey") as valkey, start_embedded(directory) as env:
        # Only these servers: whatever the environment or .env.local names stays untouched.
        os.environ.update(env, REDIS_URL=valkey.url, **{KEY_VARIABLE: new_key()})
        settings = Settings.from_environment(dict(os.environ))
        with processes.simulator(as_of=AS_OF, reviews=options.reviews, seed=options.seed) as simulator_url:
            asyncio.run(prepare(env["DATABASE_URL"], simulator_url))
            print(
                f"simulated review sources at {simulator_url}: {tenants.LOCATIONS} locations on Google,"
                f" {tenants.BUSINESSES} businesses on Hellopeter, seed {options.seed}"
            )
            with processes.worker(
                directory, {**env, "REDIS_URL": valkey.url, **allow_address_of(simulator_url)}
            ) as log:
                print("worker: python -m engine run --queues ingest_reviews,score_run")
                asyncio.run(work(settings, env["DATABASE_URL"]))
        print(f"\ndata in {directory}/valkey and {directory}/postgres, the worker's log in {log}")
    print(f"done in {time.monotonic() - began:.1f} s; nothing is left running")
    print(f"look at its queues and jobs: python -m admin_tui --embedded {shlex.quote(str(directory))}")


async def prepare(database_url: str, simulator_url: str) -> None:
    """The schema is current, and the demo's tenants and connectors are there."""
    async with connect(database_url) as connection:
        applied = await migrate(connection)
        print(f"migrated: {', '.join(applied) or 'nothing to do'}")
        await tenants.create(connection, simulator_url, Vault.read(os.environ))


async def work(settings: Settings, database_url: str) -> None:
    """The reviews are in, the periods are scored, and both were shown."""
    async with app.connect(settings) as client:
        print("\ningest: every review of each connector")
        show_ingests(await ingest(client))
        print(f"\nscore: {AS_OF - PERIOD} to {AS_OF}")
        runs = await score(client)
    async with connect(database_url) as connection:
        for branch, status in zip(tenants.BRANCHES, runs, strict=True):
            result = status.returnvalue
            again = ", as before: nothing had changed" if result["reused"] else ""
            print(f"\n{branch.name}: {result['reviewsProcessed']} reviews{again}")
            print(format_themes(await theme_table(connection, result["scoreRunId"])))


async def ingest(client: Client) -> list[JobStatus]:
    """The completed ingests of all connectors."""
    tickets = [
        await enqueue_ingest_reviews(client, branch.id, connector, force_full_sync=True)
        for branch in tenants.BRANCHES
        for connector in branch.connectors
    ]
    return await finish(client, tickets)


async def score(client: Client) -> list[JobStatus]:
    """The completed score runs of all branches."""
    tickets = [await enqueue_score_run(client, branch.id, AS_OF - PERIOD, AS_OF) for branch in tenants.BRANCHES]
    return await finish(client, tickets)


def show_ingests(runs: list[JobStatus]) -> None:
    """One line for each connector."""
    for status in runs:
        result = status.returnvalue
        counts = ", ".join(f"{result[f'reviews{name.title()}']} {name}" for name in COUNTS)
        print(f"  {result['connectorId']:20} {counts}, {result['duplicatesFound']} duplicates")


COUNTS = ("fetched", "created", "updated", "skipped")

if __name__ == "__main__":
    sys.exit(main())
