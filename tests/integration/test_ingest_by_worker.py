"""An ingest all the way: enqueued through Redis, run by the real worker, stored in PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from engine import Settings, StartRefused, State
from engine.testing import drain
from jobs import app, enqueue_ingest_reviews, get_job_status
from tests.support.ingestion import Bench, open_bench

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(redis_url: str, prefix: str) -> Settings:
    return Settings(redis_url=redis_url, prefix=prefix, worker_id="test")


@pytest.fixture
async def bench(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Bench]:
    monkeypatch.setenv("DATABASE_URL", database_url)
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


async def test_another_schema_is_refused(
    empty_database_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker does not start on a database of another schema, and gives the command to type."""
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    with pytest.raises(StartRefused, match="python -m jobs migrate"):
        await drain(app, ["ingest_reviews"], settings)
