"""The app that a worker runs: two queues in one slot, with their policies, and a job in each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from engine import App, Exponential, JobContext, Keep, Rate, days
from jobs.database import connect, migrate
from jobs.doctor import check_database
from jobs.embedded import start_embedded
from jobs.ingestion import ingest
from jobs.maintenance import repaired_runs
from jobs.payloads import IngestResult, IngestReviews, ScoreResult, ScoreRun
from jobs.resources import Resources, open_resources
from jobs.scoring import score

VOLATILE = ("createdAt", "correlationId", "triggeredById")
"""Differ from call to call and do not make a payload another one."""


@contextmanager
def _start_migrated(directory: Path) -> Generator[dict[str, str]]:
    """PostgreSQL serves from the directory, its schema current; for development."""
    with start_embedded(directory) as env:
        asyncio.run(_migrate(env["DATABASE_URL"]))
        yield env


async def _migrate(url: str) -> None:
    async with connect(url) as connection:
        await migrate(connection)


@asynccontextmanager
async def _open() -> AsyncGenerator[Resources]:
    """What the handlers share, and what looks after their runs."""
    async with open_resources() as resources, repaired_runs(app, resources.pool):
        yield resources


app = App(slot="pickd", rate=Rate(10), lifespan=_open, embedded=_start_migrated, checks=[check_database])

_ingest_queue = app.queue(
    "ingest_reviews",
    concurrency=3,
    group_by="tenantId",
    keep_completed=Keep(days(1), count=500),
    keep_failed=Keep(days(14)),
)
_score_queue = app.queue(
    "score_run",
    concurrency=2,
    group_by="tenantId",
    keep_completed=Keep(days(7), count=200),
    keep_failed=Keep(days(30)),
)


@_ingest_queue.job(attempts=5, backoff=Exponential(base_s=2), timeout_s=900, volatile=VOLATILE)
async def ingest_reviews(job: JobContext[Resources], payload: IngestReviews) -> IngestResult:
    """The connector's reviews are stored as its source shows them."""
    return await ingest(job, payload)


@_score_queue.job(attempts=3, backoff=Exponential(base_s=5), timeout_s=900, volatile=VOLATILE)
async def score_run(job: JobContext[Resources], payload: ScoreRun) -> ScoreResult:
    """The tenant's period is scored, review by review and theme by theme."""
    return await score(job, payload)
