"""What a sync stores: the source's truth, and nothing where nothing changed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.testing import Ran
from jobs.simulator import Fault, TrueReview
from tests.support.ingestion import Bench, open_bench

pytestmark = pytest.mark.anyio
LOCATION = "accounts/1/locations/1"
LATER = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[Bench]:
    async with open_bench(database_url) as bench:
        yield bench


def counts(ran: Ran) -> tuple[int, int, int, int, int]:
    """Fetched, created, updated, skipped and errors of an ingest that ended well."""
    assert ran.result is not None, ran.outcome
    result = ran.result
    found = (result.reviews_fetched, result.reviews_created, result.reviews_updated, result.reviews_skipped)
    return (*found, result.error_count)


def expected(review: TrueReview) -> tuple[Any, ...]:
    reply = (review.reply_text, review.reply_at)
    return (review.review_id, review.rating, review.text, review.author, review.created, *reply)


async def stored(bench: Bench, connector: str = "c1") -> list[tuple[Any, ...]]:
    rows = await bench.pool.fetch(
        "SELECT external_review_id, rating, content, author_name, review_date, response_text, response_date"
        " FROM reviews WHERE connector_id = $1 AND removed_at IS NULL ORDER BY external_review_id",
        connector,
    )
    return [tuple(row) for row in rows]


async def test_first_sync_stores_the_truth(bench: Bench) -> None:
    """After the first sync the table equals what the source's generator says, every review once."""
    ran = await bench.ingest()
    assert counts(ran) == (120, 120, 0, 0, 0)
    assert await stored(bench) == sorted(map(expected, bench.world.truth(LOCATION)))
    run = await bench.row("SELECT * FROM ingestion_runs")
    assert (run["status"], run["run_type"], run["reviews_created"]) == ("COMPLETED", "BACKFILL", 120)
    connector = await bench.row("SELECT * FROM connectors WHERE id = 'c1'")
    assert (connector["status"], connector["last_synced_at"]) == ("ACTIVE", run["started_at"])
    assert await bench.pool.fetchval("SELECT count(*) FROM ingestion_seen") == 0


async def test_second_full_sync_writes_no_review(bench: Bench) -> None:
    """A full sync of an unchanged source skips all and leaves every row version where it was."""
    await bench.ingest()
    before = await bench.versions("reviews")
    ran = await bench.ingest(force_full_sync=True)
    assert counts(ran) == (120, 0, 0, 120, 0)
    assert await bench.versions("reviews") == before
    assert await bench.pool.fetchval("SELECT count(*) FROM review_versions") == 0


async def test_steps_are_reported(bench: Bench) -> None:
    """The job's progress rises through its named steps, and each page is a durable checkpoint."""
    ran = await bench.ingest()
    assert [step.step for step in ran.progress[:4]] == ["validate", "create run", "range", "fetch"]
    percents = [step.percent for step in ran.progress]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert ran.checkpoints == 3
    assert "120 fetched, 120 created" in ran.logs[-1]


async def test_edit_makes_a_version(bench: Bench) -> None:
    """An edited review has the next version, and its earlier words are kept."""
    await bench.ingest()
    old = bench.world.truth(LOCATION)[40]
    bench.world.edit(LOCATION, old.review_id, LATER, text="On reflection it was rather good.", rating=4)
    ran = await bench.ingest(force_full_sync=True)
    assert counts(ran) == (120, 0, 1, 119, 0)
    now = await bench.row("SELECT * FROM reviews WHERE external_review_id = $1", old.review_id)
    assert (now["version"], now["content"], now["rating"]) == (2, "On reflection it was rather good.", 4)
    assert now["review_date"] == old.created
    kept = await bench.row("SELECT * FROM review_versions")
    assert (kept["review_id"], kept["version"], kept["content"]) == (now["id"], 1, old.text)


async def test_reply_makes_a_version(bench: Bench) -> None:
    """An owner's reply counts as a change of the review."""
    await bench.ingest()
    old = next(review for review in bench.world.truth(LOCATION) if review.reply_text is None)
    bench.world.reply(LOCATION, old.review_id, LATER, "Thank you for coming.")
    assert counts(await bench.ingest(force_full_sync=True)) == (120, 0, 1, 119, 0)
    now = await bench.row("SELECT * FROM reviews WHERE external_review_id = $1", old.review_id)
    assert (now["version"], now["response_text"], now["response_date"]) == (2, "Thank you for coming.", LATER)


async def test_deleted_at_the_source(bench: Bench) -> None:
    """Only a full sync marks a missing review as gone, and one seen again is back."""
    await bench.ingest()
    gone = bench.world.delete(LOCATION, bench.world.truth(LOCATION)[70].review_id)
    await bench.ingest()
    assert await bench.pool.fetchval("SELECT count(*) FROM reviews WHERE removed_at IS NOT NULL") == 0
    ran = await bench.ingest(force_full_sync=True)
    assert ran.result is not None
    assert ran.result.reviews_removed == 1
    row = await bench.row("SELECT external_review_id FROM reviews WHERE removed_at IS NOT NULL")
    assert row["external_review_id"] == gone.review_id
    bench.world.put(LOCATION, gone)
    assert counts(await bench.ingest(force_full_sync=True)) == (120, 0, 1, 119, 0)
    assert await stored(bench) == sorted(map(expected, bench.world.truth(LOCATION)))
    assert await bench.pool.fetchval("SELECT max(version) FROM reviews") == 1


async def test_listing_that_moved_removes_nothing(bench: Bench) -> None:
    """A review that slipped past while the listing moved is not taken for a deleted one."""
    await bench.ingest()
    bench.simulator.faults.add(Fault(kind="deleted", after=1))
    ran = await bench.ingest(force_full_sync=True)
    assert ran.result is not None
    assert ran.result.reviews_removed == 0


async def test_a_row_without_id_removes_nothing(bench: Bench) -> None:
    """A row that does not tell its id may be the missing review: nothing is taken for deleted."""
    await bench.ingest()
    bench.world.delete(LOCATION, bench.world.truth(LOCATION)[70].review_id)
    bench.simulator.faults.add(Fault(kind="bad_rows"))
    ran = await bench.ingest(force_full_sync=True)
    assert await bench.pool.fetchval("SELECT count(*) FROM ingestion_errors WHERE external_review_id IS NULL") > 0
    assert ran.result is not None
    assert ran.result.reviews_removed == 0


async def test_last_synced_at_never_goes_back(bench: Bench) -> None:
    """A run that began before another that is complete already does not undo that one's mark."""
    await bench.pool.execute("UPDATE connectors SET last_synced_at = '2100-01-01'")
    await bench.ingest(force_full_sync=True)
    synced = await bench.pool.fetchval("SELECT last_synced_at FROM connectors WHERE id = 'c1'")
    assert synced == datetime(2100, 1, 1, tzinfo=UTC)


async def test_capped_full_sync_removes_nothing(bench: Bench) -> None:
    """A sync with `maxReviews` knows nothing of what it did not ask for."""
    await bench.ingest()
    ran = await bench.ingest(force_full_sync=True, max_reviews=10)
    assert counts(ran) == (10, 0, 0, 10, 0)
    assert await bench.pool.fetchval("SELECT count(*) FROM reviews WHERE removed_at IS NOT NULL") == 0


@pytest.mark.parametrize("most", [1, 50, 73, 120, 121])
async def test_max_reviews_is_exact(bench: Bench, most: int) -> None:
    """`maxReviews` fetches exactly so many, newest change first, and only a cut leaves lastSyncedAt alone."""
    ran = await bench.ingest(max_reviews=most)
    want = [review.review_id for review in bench.world.truth(LOCATION)][:most]
    assert counts(ran)[0] == len(want)
    assert {row[0] for row in await stored(bench)} == set(want)
    synced = await bench.pool.fetchval("SELECT last_synced_at IS NOT NULL FROM connectors WHERE id = 'c1'")
    assert synced == (most >= 120)
    assert bench.simulator.requests["reviews"] == min(3, -(-most // 50))


async def test_incremental_sync_reads_back_to_the_overlap(bench: Bench) -> None:
    """The next sync reads only what changed since the last one less the overlap."""
    await bench.ingest()
    run = await bench.row("SELECT started_at FROM ingestion_runs")
    recent = bench.world.truth(LOCATION)[5]
    bench.world.edit(LOCATION, recent.review_id, run["started_at"] - timedelta(hours=47), text="Again, good.", rating=5)
    stale = bench.world.truth(LOCATION)[60]
    bench.world.edit(LOCATION, stale.review_id, run["started_at"] - timedelta(hours=49), text="Too late.", rating=1)
    assert counts(await bench.ingest()) == (1, 0, 1, 0, 0)
    types = await bench.pool.fetch("SELECT run_type FROM ingestion_runs ORDER BY started_at")
    assert [row["run_type"] for row in types] == ["BACKFILL", "SCHEDULED"]


async def test_since_date_is_inclusive_and_leaves_last_synced_at(bench: Bench) -> None:
    """`sinceDate` takes changes at that very moment, and a later one than the last sync moves nothing."""
    border = bench.world.truth(LOCATION)[9]
    ran = await bench.ingest(since_date=border.updated.isoformat(), triggered_by_id="user-1")
    assert counts(ran)[0] == sum(review.updated >= border.updated for review in bench.world.truth(LOCATION))
    assert await bench.pool.fetchval("SELECT last_synced_at FROM connectors WHERE id = 'c1'") is None
    assert (await bench.row("SELECT run_type FROM ingestion_runs"))["run_type"] == "MANUAL"


async def test_bad_rows_cost_only_themselves(bench: Bench) -> None:
    """Unreadable rows are counted and kept as errors; the rest of the page is stored."""
    bench.simulator.faults.add(Fault(kind="bad_rows"))
    ran = await bench.ingest()
    fetched, created, _, _, errors = counts(ran)
    assert created == 120
    assert errors == fetched - 120 > 0
    run = await bench.row("SELECT * FROM ingestion_runs")
    assert (run["status"], run["error_count"]) == ("PARTIAL", errors)
    rows = await bench.pool.fetch("SELECT DISTINCT error_type FROM ingestion_errors")
    assert {row["error_type"] for row in rows} <= {"PARSE_ERROR", "VALIDATION_ERROR"}
