"""How an ingest goes on after a fault, and how one that was overtaken stops."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from engine.testing import Given
from engine.types import Fail, Retry, Snoozed
from jobs.connectors import Page
from jobs.credentials import Place
from jobs.ingestion.connector import Claim
from jobs.ingestion.faults import StaleFence
from jobs.ingestion.pages import store_page
from jobs.ingestion.run import Run, RunRequest, open_run, take_over
from jobs.simulator import Fault
from tests.support.ingestion import AS_OF, VAULT, Bench, open_bench
from tests.support.reviews import fetched

pytestmark = pytest.mark.anyio
FIRST = Given(run=1)


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[Bench]:
    async with open_bench(database_url) as bench:
        yield bench


async def connector(bench: Bench) -> dict[str, Any]:
    return await bench.row("SELECT status, error_count, error_message FROM connectors WHERE id = 'c1'")


async def begun(bench: Bench, fence: int, job_id: str = "job") -> Run:
    """A run of the connector c1, opened by the delivery of this fence."""
    claim = Claim("t1", "c1", fence)
    request = RunRequest(
        job_id=job_id, job_run=1, since=None, max_reviews=None, triggered_by_id=None, correlation_id=None
    )
    async with bench.pool.acquire() as connection:
        await take_over(connection, claim, job_id)
        return await open_run(connection, claim, request)


async def store(bench: Bench, run: Run, page: Page) -> Run:
    async with bench.pool.acquire() as connection:
        return await store_page(connection, run, page, bench.resources.now())


async def test_retry_goes_on_at_its_page(bench: Bench) -> None:
    """A failed attempt keeps its pages; the next one asks for the rest only, in the same run."""
    bench.simulator.faults.add(Fault(kind="garbage", after=2))
    failed = await bench.ingest(given=FIRST)
    assert isinstance(failed.outcome, Retry)
    assert await bench.pool.fetchval("SELECT count(*) FROM reviews") == 100
    assert (await connector(bench))["status"] == "ERROR"
    assert (await connector(bench))["error_count"] == 1
    asked = bench.simulator.requests["reviews"]
    ran = await bench.ingest(given=Given(run=1, attempt=2))
    assert bench.simulator.requests["reviews"] == asked + 1
    assert ran.result is not None
    assert (ran.result.reviews_fetched, ran.result.reviews_created) == (120, 120)
    run = await bench.row("SELECT * FROM ingestion_runs")
    assert run["status"] == "COMPLETED"
    assert await connector(bench) == {"status": "ACTIVE", "error_count": 0, "error_message": None}
    error = await bench.row("SELECT error_type, is_retryable FROM ingestion_errors")
    assert error == {"error_type": "PARSE_ERROR", "is_retryable": True}


async def test_last_attempt_fails_the_run(bench: Bench) -> None:
    """When no attempt is left the run says FAILED and why; a new run of the job begins anew."""
    bench.simulator.faults.add(Fault(kind="garbage"))
    ran = await bench.ingest(given=Given(run=1, attempt=5))
    assert isinstance(ran.outcome, Fail)
    run = await bench.row("SELECT status, completed_at IS NOT NULL AS ended, error_message FROM ingestion_runs")
    assert (run["status"], run["ended"]) == ("FAILED", True)
    assert run["error_message"] == ran.outcome.failure.message
    assert (await bench.ingest(given=Given(run=2))).result is not None


async def test_revoked_access_fails_at_once(bench: Bench) -> None:
    """Credentials that are no longer good end the job, its run and its connector's good health."""
    bench.simulator.faults.add(Fault(kind="revoke"))
    ran = await bench.ingest(given=FIRST)
    assert isinstance(ran.outcome, Fail)
    assert (await bench.row("SELECT status FROM ingestion_runs"))["status"] == "FAILED"
    assert (await bench.row("SELECT error_type FROM ingestion_errors"))["error_type"] == "AUTH_FAILURE"
    assert (await connector(bench))["status"] == "ERROR"


async def test_rate_limit_snoozes(bench: Bench) -> None:
    """A 429 puts the job off for as long as the source asks; the connector is not blamed and no page is lost."""
    bench.simulator.faults.add(Fault(kind="rate_limit", after=1, retry_after="7"))
    ran = await bench.ingest(given=FIRST)
    assert ran.outcome == Snoozed(7_000)
    assert await connector(bench) == {"status": "PENDING", "error_count": 0, "error_message": None}
    again = await bench.ingest(given=FIRST)
    assert again.result is not None
    assert again.result.reviews_created == 120


async def test_a_day_of_snoozing_fails(bench: Bench) -> None:
    """A source that gave nothing for a day but 429 fails the job, as RATE_LIMIT."""
    bench.simulator.faults.add(Fault(kind="rate_limit", retry_after="7"))
    ran = await bench.ingest(given=Given(run=1, snoozed_s=24 * 3600))
    assert isinstance(ran.outcome, Fail)
    assert (await bench.row("SELECT error_type FROM ingestion_errors"))["error_type"] == "RATE_LIMIT"


async def test_short_of_time_hands_itself_back(bench: Bench) -> None:
    """With little time left each delivery stores its page and goes on in the next, uncharged."""
    outcomes = [(await bench.ingest(given=FIRST, in_a_hurry=True)).outcome for _ in range(4)]
    assert outcomes[:3] == [Snoozed(0)] * 3
    run = await bench.row("SELECT * FROM ingestion_runs")
    assert (run["status"], run["reviews_created"]) == ("COMPLETED", 120)


async def test_stale_cursor_starts_again(bench: Bench) -> None:
    """When the source has forgotten the cursor it is read from the start, and nothing is counted twice."""
    bench.simulator.faults.add(Fault(kind="stale", after=1))
    ran = await bench.ingest()
    assert ran.result is not None
    assert (ran.result.reviews_fetched, ran.result.reviews_created) == (120, 120)


async def test_delivered_again_after_its_end(bench: Bench) -> None:
    """A delivery whose run has ended already answers from its row and asks the source for nothing."""
    first = await bench.ingest(given=FIRST)
    asked = bench.simulator.requests["reviews"]
    again = await bench.ingest(given=FIRST)
    assert again.result == first.result
    assert bench.simulator.requests["reviews"] == asked


async def test_a_run_of_bad_rows_only(bench: Bench) -> None:
    """A run that could store nothing is FAILED and moves no mark; delivered again it takes nothing for deleted."""
    await bench.add_connector("empty", "t1", "accounts/1/locations/empty")
    bench.world.open_location("accounts/1/locations/empty", "Nobody's")
    bench.simulator.faults.add(Fault(kind="bad_rows"))
    first = await bench.ingest("empty", given=FIRST)
    assert first.result is not None
    assert first.result.success is False
    run = await bench.row("SELECT status, error_message, completed_at IS NOT NULL AS ended FROM ingestion_runs")
    assert (run["status"], run["ended"]) == ("FAILED", True)
    assert run["error_message"] == first.result.error
    assert await bench.pool.fetchval("SELECT last_synced_at FROM connectors WHERE id = 'empty'") is None
    again = await bench.ingest("empty", given=FIRST)
    assert again.result == first.result


async def test_lower_fence_writes_nothing(bench: Bench) -> None:
    """A delivery that comes after a newer one stops before it has written anything."""
    await bench.ingest(given=FIRST)
    before = await bench.contents()
    ran = await bench.ingest(given=Given(run=2, fence=5))
    assert isinstance(ran.outcome, Retry)
    assert ran.outcome.failure.type == "StaleFence"
    assert await bench.contents() == before


async def test_overtaken_in_the_middle(bench: Bench) -> None:
    """A delivery overtaken between two pages is refused its next page; not a row of it is there."""
    old = await store(bench, await begun(bench, fence=10), Page(reviews=(fetched("a"),), next_cursor="2"))
    new = await begun(bench, fence=11)
    assert new.state == old.state
    before = await bench.contents()
    with pytest.raises(StaleFence):
        await store(bench, old, Page(reviews=(fetched("b"),)))
    assert await bench.contents() == before
    done = await store(bench, new, Page(reviews=(fetched("b"),)))
    assert (done.counts.fetched, done.state.ended) == (2, True)


async def test_another_job_waits_its_turn(bench: Bench) -> None:
    """Two jobs of one connector do not fight: the second is put off while the first gives signs of life."""
    await begun(bench, fence=10, job_id="first")
    ran = await bench.ingest(given=Given(job_id="second", run=1))
    assert isinstance(ran.outcome, Snoozed)
    await bench.pool.execute("UPDATE ingestion_runs SET updated_at = updated_at - interval '61 s'")
    assert (await bench.ingest(given=Given(job_id="second", run=1))).result is not None


async def test_refreshed_credentials_are_stored(bench: Bench) -> None:
    """A refreshed access token is kept in the connector beside what was there."""
    await bench.ingest()
    row = await bench.row("SELECT credentials FROM connectors WHERE id = 'c1'")
    stored = VAULT.open(row["credentials"], Place("t1", "c1"))
    assert {"accessToken", "refreshToken", "clientId", "clientSecret", "expiresAt"} <= set(stored)


async def test_at_most_a_hundred_error_rows(bench: Bench) -> None:
    """Every bad row is counted, the first hundred of a run are kept."""
    run = await begun(bench, fence=10)
    bad = tuple(fetched(f"bad-{number}", rating=None, content=None) for number in range(130))
    run = await store(bench, run, Page(reviews=(*bad[:60], fetched("good")), next_cursor="2"))
    run = await store(bench, run, Page(reviews=bad[60:]))
    assert (run.counts.errors, run.counts.created) == (130, 1)
    assert await bench.pool.fetchval("SELECT count(*) FROM ingestion_errors") == 100


async def test_counters_change_without_a_version(bench: Bench) -> None:
    """A like more is written and counted as updated, but is no new version."""
    run = await store(bench, await begun(bench, fence=10), Page(reviews=(fetched("a"),)))
    assert run.counts.created == 1
    liked = await store(bench, await begun(bench, fence=11, job_id="job"), Page(reviews=(fetched("a", likes=3),)))
    assert liked.counts == run.counts  # the run has met it already: it counts once
    await bench.pool.execute("UPDATE ingestion_runs SET status = 'COMPLETED'")
    liked = await store(bench, await begun(bench, fence=12, job_id="next"), Page(reviews=(fetched("a", likes=3),)))
    assert (liked.counts.updated, liked.counts.skipped) == (1, 0)
    row = await bench.row("SELECT likes_count, version FROM reviews")
    assert row == {"likes_count": 3, "version": 1}
    assert await bench.pool.fetchval("SELECT count(*) FROM review_versions") == 0


async def test_far_future_is_flagged(bench: Bench) -> None:
    """A review dated more than a day ahead keeps its date and is flagged."""
    far, near = fetched("far", day=AS_OF.replace(year=2100)), fetched("near")
    await store(bench, await begun(bench, fence=10), Page(reviews=(far, near)))
    rows = await bench.pool.fetch("SELECT external_review_id, review_date, quality_flags FROM reviews ORDER BY 1")
    assert [(row["external_review_id"], row["quality_flags"]) for row in rows] == [
        ("far", ["FUTURE_DATE"]),
        ("near", []),
    ]
    assert rows[0]["review_date"] == far.reviewed_at
