"""The two real jobs, as the demo has them: reviews of a simulated Google and Hellopeter are fetched, then scored."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from msgspec import Struct

from benchmarks.case import Case, Figure, Size, Taken
from benchmarks.ground import Ground
from benchmarks.sides.side import Program
from engine import Client, Enqueued, JobStatus, Settings

PATIENCE_S = 240.0
LOOK_S = 0.02


class Both(Struct, frozen=True):
    """The ended runs of both jobs, and how long each kind took from the first enqueue to the last end."""

    ingests: Sequence[JobStatus]
    ingest_s: float
    scores: Sequence[JobStatus]
    score_s: float


def real(ground: Ground, program: Program, size: Size) -> Taken:
    """Reviews a second of six ingests and of two score runs, by one worker process, with PostgreSQL beside it."""
    # The jobs are an extra: the other cases run without it.
    from jobs.connectors.guard import allow_address_of  # noqa: PLC0415
    from jobs.credentials import KEY_VARIABLE, Vault, new_key  # noqa: PLC0415
    from jobs.database import connect, migrate  # noqa: PLC0415
    from jobs.demo import processes, tenants  # noqa: PLC0415
    from jobs.demo.__main__ import AS_OF  # noqa: PLC0415
    from jobs.embedded import start_embedded  # noqa: PLC0415

    key = {KEY_VARIABLE: new_key()}

    async def prepare(database_url: str, simulator_url: str) -> None:
        async with connect(database_url) as connection:
            await migrate(connection)
            await tenants.create(connection, simulator_url, Vault.read(key))

    with (
        start_embedded(ground.folder) as env,
        processes.simulator(as_of=AS_OF, reviews=size.reviews, seed=size.seed) as simulator_url,
    ):
        asyncio.run(prepare(env["DATABASE_URL"], simulator_url))
        told = {**env, **key, "REDIS_URL": ground.url, **allow_address_of(simulator_url)}
        with processes.worker(ground.folder, told):
            both = asyncio.run(_work(Settings(redis_url=ground.url)))
    fetched = sum(status.returnvalue["reviewsFetched"] for status in both.ingests)
    scored = sum(status.returnvalue["reviewsProcessed"] for status in both.scores)
    return Taken(
        {
            "reviews ingested/s": fetched / both.ingest_s,
            "reviews scored/s": scored / both.score_s,
            "reviews ingested": fetched,
            "reviews scored": scored,
        }
    )


async def _work(settings: Settings) -> Both:
    from jobs.app import app  # noqa: PLC0415 - as above
    from jobs.demo.__main__ import AS_OF, PERIOD  # noqa: PLC0415
    from jobs.demo.tenants import BRANCHES  # noqa: PLC0415
    from jobs.enqueue import enqueue_ingest_reviews, enqueue_score_run  # noqa: PLC0415

    async with app.connect(settings) as client:
        began = time.perf_counter()
        ingests = await _finish(
            client,
            [
                await enqueue_ingest_reviews(client, branch.id, connector, force_full_sync=True)
                for branch in BRANCHES
                for connector in branch.connectors
            ],
        )
        ingested = time.perf_counter()
        scores = await _finish(
            client, [await enqueue_score_run(client, branch.id, AS_OF - PERIOD, AS_OF) for branch in BRANCHES]
        )
        return Both(ingests, ingested - began, scores, time.perf_counter() - ingested)


async def _finish(client: Client, tickets: Sequence[Enqueued]) -> list[JobStatus]:
    """The completed runs; RuntimeError for one that ended otherwise, TimeoutError if one does not end."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = [await client.status(ticket.queue, ticket.id) for ticket in tickets]
        runs = [status for status in found if status is not None and status.state.ended]
        for status in runs:
            if status.state != "completed":
                raise RuntimeError(f"{status.id} {status.state}: {status.failed_reason}")
        if len(runs) == len(tickets):
            return runs
        await asyncio.sleep(LOOK_S)
    raise TimeoutError(f"jobs of the demo did not end within {PATIENCE_S:g} s")


CASES = (
    Case(
        name="real",
        title="The two real jobs: reviews ingested and scored a second, by one worker process",
        figures=(Figure("reviews ingested/s", "higher"), Figure("reviews scored/s", "higher")),
        measure=real,
        says_not="real sources, which are far off and limit the rate; the simulator and PostgreSQL share the cores",
        only=("engine",),
        most_rounds=3,
    ),
)
