"""Run repair: rows that say RUNNING follow what the engine says of their jobs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from msgspec import Struct

from engine import App, Client, Inspector, JobContext, Settings, UnrecoverableError
from engine.testing import Given, drain
from jobs import app, enqueue_score_run
from jobs.database import Pool, open_pool
from jobs.maintenance import LOOK_EVERY_S, LOOKS, REPAIR_EVERY_S, repair_runs, repaired_runs
from jobs.payloads import IngestResult, ScoreRun
from tests.support.ingestion import open_bench
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio
QUIET, FRESH = timedelta(minutes=2), timedelta()
PAYLOAD = ScoreRun(tenant_id="t1", period_start="2026-01-01", period_end="2026-01-31")

_doomed = App(slot="pickd")


@_doomed.queue("score_run", group_by="tenantId").job()
async def score_run(job: JobContext[None], payload: ScoreRun) -> None:
    """Fails as a handler does that PostgreSQL did not let mark its row."""
    raise UnrecoverableError("the abacus is broken")


class Bench(Struct):
    """Tenant t1 with connector c1, a producer and an operator."""

    pool: Pool
    client: Client
    inspector: Inspector
    settings: Settings

    async def score_row(self, job_id: str, run: int, silent_for: timedelta = QUIET, fence: int = 5) -> str:
        """A score run that is under way, by its row; its id is the job's and the run's."""
        await self.pool.execute(
            "INSERT INTO score_runs (id, tenant_id, job_id, job_run, fence, run_type, period_start, period_end,"
            " timezone, parameters, text_model, started_at, updated_at)"
            " VALUES ($1, 't1', $2, $3, $4, 'MANUAL', '2026-01-01', '2026-01-31', 'UTC', '{}', 'lexicon',"
            " now() - $5::interval, now() - $5::interval)",
            f"{job_id} {run}",
            job_id,
            run,
            fence,
            silent_for,
        )
        return f"{job_id} {run}"

    async def ingest_row(self, job_id: str, run: int) -> str:
        """An ingest that was under way two minutes ago and has met a review, by its row."""
        await self.pool.execute(
            "INSERT INTO ingestion_runs (id, tenant_id, connector_id, job_id, job_run, run_type, updated_at)"
            " VALUES ($1, 't1', 'c1', $1, $2, 'MANUAL', now() - interval '2 minutes')",
            job_id,
            run,
        )
        await self.pool.execute(
            "INSERT INTO ingestion_seen (ingestion_run_id, external_review_id) VALUES ($1, 'x')", job_id
        )
        return job_id

    async def states(self) -> dict[str, tuple[str, str | None]]:
        """Status and reason of every run."""
        rows = await self.pool.fetch(
            "SELECT id, status, error_message FROM score_runs"
            " UNION ALL SELECT id, status, error_message FROM ingestion_runs"
        )
        return {row["id"]: (row["status"], row["error_message"]) for row in rows}


@pytest.fixture
async def bench(database_url: str, redis_url: str, prefix: str) -> AsyncGenerator[Bench]:
    settings = Settings(redis_url=redis_url, prefix=prefix, worker_id="test")
    async with open_pool(database_url) as pool, app.connect(settings) as client, app.inspect(settings) as inspector:
        await pool.execute("INSERT INTO organisations (id, name) VALUES ('o1', 'One')")
        await pool.execute(
            "INSERT INTO tenants (id, organisation_id, name, slug) VALUES ('t1', 'o1', 'First', 'first')"
        )
        await pool.execute(
            "INSERT INTO connectors (id, tenant_id, source_type, name) VALUES ('c1', 't1', 'GOOGLE', 'Google')"
        )
        yield Bench(pool, client, inspector, settings)


async def test_runs_of_live_jobs_are_left_alone(bench: Bench) -> None:
    """However long a row has been silent, it stays while its job waits, is delayed or runs."""
    ticket = await enqueue_score_run(bench.client, "t1", "2026-01-01", "2026-01-31")
    row = await bench.score_row(ticket.id, ticket.run)
    assert await repair_runs(bench.pool, bench.inspector) == []
    assert await bench.states() == {row: ("RUNNING", None)}


async def test_a_failed_jobs_run(bench: Bench) -> None:
    """It is FAILED at once, for the reason that the engine gives."""
    async with _doomed.connect(bench.settings) as client:
        ticket = await client.enqueue(score_run, PAYLOAD, job_id="doomed")
        row = await bench.score_row(ticket.id, ticket.run, FRESH)
        await drain(_doomed, settings=bench.settings)
    (repaired,) = await repair_runs(bench.pool, bench.inspector)
    assert (repaired.id, repaired.job_id, repaired.table) == (row, "doomed", "score_runs")
    assert await bench.states() == {row: ("FAILED", "UnrecoverableError: the abacus is broken")}
    assert await repair_runs(bench.pool, bench.inspector) == []


async def test_a_cancelled_jobs_run(bench: Bench) -> None:
    """It is FAILED, and says that the job was cancelled."""
    ticket = await enqueue_score_run(bench.client, "t1", "2026-01-01", "2026-01-31")
    row = await bench.score_row(ticket.id, ticket.run, FRESH)
    assert await bench.client.cancel("score_run", ticket.id) == "cancelled"
    await repair_runs(bench.pool, bench.inspector)
    assert await bench.states() == {row: ("FAILED", "its job is cancelled")}


async def test_a_job_that_redis_does_not_know(bench: Bench) -> None:
    """Its run is FAILED once it has been silent for a minute; what an ingest had met is forgotten."""
    quiet, fresh = await bench.score_row("lost", 1), await bench.score_row("young", 1, FRESH)
    ingest = await bench.ingest_row("gone", 1)
    await repair_runs(bench.pool, bench.inspector)
    reason = "its job is no longer stored in Redis"
    assert await bench.states() == {
        quiet: ("FAILED", reason),
        ingest: ("FAILED", reason),
        fresh: ("RUNNING", None),
    }
    assert await bench.pool.fetchval("SELECT count(*) FROM ingestion_seen") == 0


async def test_a_job_that_lives_anew(bench: Bench) -> None:
    """A row of an earlier life of the id is FAILED, that of the present one is not."""
    ticket = await enqueue_score_run(bench.client, "t1", "2026-01-01", "2026-01-31")
    old, new = await bench.score_row(ticket.id, ticket.run - 1), await bench.score_row(ticket.id, ticket.run)
    await repair_runs(bench.pool, bench.inspector)
    states = await bench.states()
    assert states == {old: ("FAILED", "its job was enqueued anew before it ended"), new: ("RUNNING", None)}


async def test_a_row_that_is_taken_up_meanwhile(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery that writes the row while its job is looked up keeps it."""
    row = await bench.score_row("lost", 1)
    show = Inspector.show

    async def taken_up(inspector: Inspector, queue: str, job_id: str) -> object:
        await bench.pool.execute("UPDATE score_runs SET fence = fence + 1")
        return await show(inspector, queue, job_id)

    monkeypatch.setattr(Inspector, "show", taken_up)
    assert await repair_runs(bench.pool, bench.inspector) == []
    assert await bench.states() == {row: ("RUNNING", None)}


async def test_many_runs(bench: Bench) -> None:
    """Pages of rows are gone through to the end, whether they are repaired or not."""
    ticket = await enqueue_score_run(bench.client, "t1", "2026-01-01", "2026-01-31")
    await bench.score_row(ticket.id, ticket.run)
    await bench.pool.execute(
        "INSERT INTO score_runs (id, tenant_id, job_id, job_run, run_type, period_start, period_end, timezone,"
        " parameters, text_model, updated_at)"
        " SELECT 'run ' || n, 't1', 'lost ' || n, 1, 'MANUAL', '2026-01-01', '2026-01-31', 'UTC', '{}', 'lexicon',"
        " now() - interval '1 hour' FROM generate_series(1, 250) n"
    )
    assert len(await repair_runs(bench.pool, bench.inspector)) == 250


async def test_a_worker_repairs(bench: Bench, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that starts repairs what its predecessor left, and ends with nothing of it left running."""
    row = await bench.score_row("lost", 1)
    _use(monkeypatch, bench.settings, database_url)
    working = asyncio.create_task(app.run(["score_run"], signals=False))

    async def repaired() -> bool:
        return (await bench.states())[row][0] == "FAILED"

    await eventually(repaired, within_s=20)
    working.cancel()
    await asyncio.wait([working])
    assert working.cancelled()


async def test_a_worker_of_another_redis_repairs_nothing(
    bench: Bench, database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where this process is not listed as a worker nothing is judged; that is told once, and looked at again."""
    row = await bench.score_row("lost", 1)
    _use(monkeypatch, bench.settings, database_url)
    pauses = Pauses(LOOKS + 2)
    with caplog.at_level(logging.WARNING, "jobs.maintenance"):
        async with repaired_runs(app, bench.pool, pauses):
            await pauses.over.wait()
    assert await bench.states() == {row: ("RUNNING", None)}
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "this worker is not listed in the Redis of its environment"
    ]
    assert pauses.lengths_s == [LOOK_EVERY_S] * (LOOKS - 1) + [REPAIR_EVERY_S] * 4


async def test_an_outage_is_told_and_outlived(
    bench: Bench, database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where Redis does not answer, that is logged each minute, and the loop goes on."""
    _use(monkeypatch, Settings(redis_url="redis://127.0.0.1:1"), database_url)
    pauses = Pauses(2)
    with caplog.at_level(logging.WARNING, "jobs.maintenance"):
        async with repaired_runs(app, bench.pool, pauses):
            await pauses.over.wait()
    assert [record.message.split(":")[0] for record in caplog.records] == ["runs were not repaired"] * 3
    assert pauses.lengths_s == [REPAIR_EVERY_S] * 3


class Pauses:
    """Stands for sleep: some pauses pass at once, and the one after them never ends."""

    def __init__(self, count: int) -> None:
        self.lengths_s: list[float] = []
        self.over = asyncio.Event()
        self._count = count

    async def __call__(self, seconds: float) -> None:
        self.lengths_s.append(seconds)
        if len(self.lengths_s) > self._count:
            self.over.set()
            await asyncio.Event().wait()


def _use(monkeypatch: pytest.MonkeyPatch, settings: Settings, database_url: str) -> None:
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    monkeypatch.setenv("ENGINE_PREFIX", settings.prefix)
    monkeypatch.setenv("DATABASE_URL", database_url)


async def test_a_run_that_goes_on_after_all_removes_nothing(database_url: str, redis_url: str, prefix: str) -> None:
    """Its job was not in Redis for a while: what it had met before it was called dead is not taken for gone."""
    settings = Settings(redis_url=redis_url, prefix=prefix, worker_id="test")
    async with open_bench(database_url, locations=1) as bench, app.inspect(settings) as inspector:
        await bench.ingest()
        first = Given(job_id="full", run=7, fence=bench.fence + 1)
        await bench.ingest(given=first, in_a_hurry=True, force_full_sync=True)
        await bench.pool.execute("UPDATE ingestion_runs SET updated_at = now() - $1::interval", QUIET)
        assert [one.job_id for one in await repair_runs(bench.pool, inspector)] == ["full"]
        bench.fence += 1
        ran = await bench.ingest(given=Given(job_id="full", run=7, fence=bench.fence), force_full_sync=True)
        assert isinstance(ran.result, IngestResult)
        assert (ran.result.success, ran.result.reviews_removed) == (True, 0)
        assert await bench.row("SELECT count(removed_at) AS gone FROM reviews") == {"gone": 0}
