"""An ingest all the way: enqueued through Redis, run by the real worker, stored in PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import nullcontext

import pytest

from engine import App, JobContext, Settings, StartRefused, State
from engine.testing import drain
from jobs import app, enqueue_ingest_reviews, get_job_status
from jobs.ingestion import ingest
from jobs.payloads import IngestResult, IngestReviews
from jobs.resources import Resources
from jobs.simulator import Fault
from tests.support.ingestion import KEYS, LOOPBACK, Bench, open_bench

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(redis_url: str, prefix: str) -> Settings:
    return Settings(redis_url=redis_url, prefix=prefix, worker_id="test")


@pytest.fixture
async def bench(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Bench]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    for name, value in (KEYS | LOOPBACK).items():
        monkeypatch.setenv(name, value)
    async with open_bench(database_url) as bench:
        yield bench


async def test_two_connectors_at_once(bench: Bench, settings: Settings) -> None:
    """Two connectors of one tenant are read at once, and each job's status tells its story."""
    async with app.connect(settings) as client:
        tickets = [await enqueue_ingest_reviews(client, "t1", name, correlation_id="r-1") for name in ("c1", "c2")]
        await drain(app, ["ingest_reviews"], settings)
        for ticket in tickets:
            status = await get_job_status(client, "ingest_reviews", ticket.id)
            assert status is not None
            assert status.state is State.COMPLETED, status.failed_reason
            assert status.returnvalue["reviewsFetched"] == 120
            assert status.progress["step"] == "done"
            assert "COMPLETED: 120 fetched" in status.logs[-1]
    assert await bench.pool.fetchval("SELECT count(*) FROM reviews") == 240
    runs = await bench.pool.fetch("SELECT job_id, job_run, correlation_id, fence FROM ingestion_runs")
    assert {(row["job_id"], row["job_run"]) for row in runs} == {(ticket.id, ticket.run) for ticket in tickets}
    assert {row["correlation_id"] for row in runs} == {"r-1"}


async def test_a_missing_connector_fails_at_once(bench: Bench, settings: Settings) -> None:
    """A job for a connector that does not exist fails with its first attempt, and says why."""
    async with app.connect(settings) as client:
        ticket = await enqueue_ingest_reviews(client, "t1", "nobody")
        await drain(app, ["ingest_reviews"], settings)
        status = await get_job_status(client, "ingest_reviews", ticket.id)
    assert status is not None
    assert (status.state, status.attempts_made) == (State.FAILED, 1)
    assert "tenant t1 has no connector nobody" in (status.failed_reason or "")
    assert await bench.pool.fetchval("SELECT count(*) FROM ingestion_runs") == 0


async def test_out_of_time(bench: Bench, settings: Settings) -> None:
    """An attempt that is cancelled at its timeout is a failed one for its connector and its run as well."""
    bench.simulator.faults.add(Fault(kind="slow", after=1, delay_s=30))
    hasty = App(slot="hasty", lifespan=lambda: nullcontext(bench.resources))

    @hasty.queue("ingest_reviews").job(attempts=1, timeout_s=1)
    async def ingest_reviews(job: JobContext[Resources], payload: IngestReviews) -> IngestResult:
        return await ingest(job, payload)

    async with hasty.connect(settings) as client:
        await client.enqueue(ingest_reviews, IngestReviews(tenant_id="t1", connector_id="c1"), job_id="slow")
        await drain(hasty, settings=settings)
        status = await client.status("ingest_reviews", "slow")
    assert status is not None
    assert status.state is State.FAILED
    run = await bench.row("SELECT status, error_message, reviews_created FROM ingestion_runs")
    assert run == {"status": "FAILED", "error_message": "the attempt ran out of time", "reviews_created": 50}
    connector = await bench.row("SELECT status, error_count FROM connectors WHERE id = 'c1'")
    assert connector == {"status": "ERROR", "error_count": 1}
    assert (await bench.row("SELECT error_type FROM ingestion_errors"))["error_type"] == "TIMEOUT"


async def test_another_schema_is_refused(
    empty_database_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker does not start on a database of another schema, and gives the command to type."""
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    with pytest.raises(StartRefused, match="python -m jobs migrate"):
        await drain(app, ["ingest_reviews"], settings)
