"""A score run all the way: enqueued through Redis, run by the real worker, FixScores and all stored in PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta

import pytest

from engine import Client, JobStatus, Settings, State
from engine.testing import drain
from jobs import app, enqueue_score_run, get_job_status
from tests.support.scoring import ScoreBench, open_score_bench

pytestmark = pytest.mark.anyio
DONE = datetime(2026, 1, 10, 9, tzinfo=UTC)
FIRST_OF_FEBRUARY = datetime(2026, 2, 1, 8, tzinfo=UTC)


@pytest.fixture
async def bench(
    database_url: str, redis_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[ScoreBench]:
    for name, value in (("DATABASE_URL", database_url), ("REDIS_URL", redis_url), ("ENGINE_PREFIX", prefix)):
        monkeypatch.setenv(name, value)
    async with open_score_bench(database_url) as bench:
        yield bench


async def _score(client: Client, now: datetime) -> JobStatus:
    ticket = await enqueue_score_run(
        client, "t1", date(2026, 1, 1), date(2026, 1, 31), compute_fix_scores=True, now=lambda: now
    )
    await drain(app, ["score_run"], Settings.from_environment())
    status = await get_job_status(client, "score_run", ticket.id)
    assert status is not None
    assert status.state is State.COMPLETED, status.failed_reason
    return status


async def test_fix_scores_by_the_worker(bench: ScoreBench) -> None:
    """A task that helped has a FixScore after its run; the next run replaces it by one of more reviews."""
    for day in (date(2026, 1, 2), date(2026, 1, 5), date(2026, 1, 9)):
        await bench.review(day, "The food was cold and awful.", 1)
    for day in (date(2026, 1, 11), date(2026, 1, 20)):
        await bench.review(day, "The food was delicious, wonderful.", 5)
    await bench.task("k1", DONE)
    async with app.connect() as client:
        first = await _score(client, FIRST_OF_FEBRUARY)
        assert (first.returnvalue["fixScoresComputed"], first.returnvalue["reviewsProcessed"]) == (1, 5)
        assert any("task k1: FixScore +" in line for line in first.logs)
        row = (await bench.fixes())["k1"]
        assert (row["confidence_level"], row["review_count_pre"], row["review_count_post"]) == ("MEDIUM", 3, 2)
        assert row["fix_score"] > 1
        await bench.review(date(2026, 2, 1), "The food was delicious, wonderful.", 5)
        second = await _score(client, FIRST_OF_FEBRUARY + timedelta(days=1))
        assert (second.id, second.returnvalue["reused"]) == (first.id, True)
    (again,) = (await bench.fixes()).values()
    assert (again["review_count_post"], again["measurement_end"]) == (3, date(2026, 2, 2))
    assert again["computed_at"] > row["computed_at"]
