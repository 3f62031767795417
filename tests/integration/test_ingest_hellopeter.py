"""An ingest from Hellopeter: the tables equal its truth, and nothing private is in them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.testing import Given, Ran
from engine.types import Retry, Snoozed
from jobs.simulator import Fault, business_slugs, connector_settings, make_world
from jobs.simulator.hellopeter_wire import REPORTER
from tests.support.ingestion import AS_OF, Bench, open_bench
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
(SLUG,) = business_slugs(1)
LATER = datetime(2026, 11, 1, 12, tzinfo=UTC)
COUNT = 120


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[Bench]:
    """The bench with a business on Hellopeter, which connector h1 of t1 reads."""
    async with open_bench(database_url, locations=1, reviews=1) as bench:
        world = make_world(seed=7, as_of=AS_OF, locations=0, businesses=1, reviews=COUNT)
        bench.world.open_location(SLUG, world.locations[SLUG])
        for review in world.truth(SLUG):
            bench.world.put(SLUG, review)
        url = bench.simulator.url
        await bench.pool.execute(
            "INSERT INTO connectors (id, tenant_id, source_type, name, external_id, settings)"
            " VALUES ('h1', 't1', 'HELLOPETER', 'h1', $1, $2)",
            SLUG,
            connector_settings(url, "HELLOPETER") | {"baseUrl": f"{url}/consumer/business"},
        )
        yield bench


def counts(ran: Ran) -> tuple[int, int, int, int]:
    """Fetched, created, updated and skipped of an ingest that ended well."""
    assert ran.result is not None, ran.outcome
    result = ran.result
    return result.reviews_fetched, result.reviews_created, result.reviews_updated, result.reviews_skipped


async def check_truth(bench: Bench) -> None:
    """The table has what stands on the site, all of it, and nothing else."""
    rows = await bench.pool.fetch(
        "SELECT external_review_id, rating, title, content, author_name, author_id, review_date, response_text,"
        " response_date, replies_count FROM reviews WHERE connector_id = 'h1' AND removed_at IS NULL ORDER BY 1"
    )
    truth = [
        (
            *(review.review_id, review.rating, review.title, review.text, review.author, review.author_id),
            *(review.created, review.reply_text, review.reply_at, review.replies),
        )
        for review in bench.world.truth(SLUG)
    ]
    assert [tuple(row) for row in rows] == sorted(truth)


async def test_first_sync_stores_the_truth(bench: Bench) -> None:
    """After the first sync the table equals the site's truth; a second full one writes no row."""
    assert counts(await bench.ingest("h1")) == (COUNT, COUNT, 0, 0)
    await check_truth(bench)
    before = await bench.versions("reviews")
    assert counts(await bench.ingest("h1", force_full_sync=True)) == (COUNT, 0, 0, COUNT)
    assert await bench.versions("reviews") == before


async def test_nothing_private_is_stored(bench: Bench) -> None:
    """Neither private messages nor who reported a review are anywhere in the database."""
    bench.simulator.faults.add(Fault(kind="bad_rows"))
    await bench.ingest("h1")
    tables = await bench.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    stored = str(await bench.contents(tuple(row["tablename"] for row in tables)))
    assert all(str(review.author_id) in stored for review in bench.world.truth(SLUG))
    for secret in (*REPORTER.values(), "Please send us your number"):
        assert secret not in stored


async def test_a_full_sync_sees_what_an_incremental_one_cannot(bench: Bench) -> None:
    """The site does not say what was changed: an old review's edit and answer arrive with the next full sync."""
    await bench.ingest("h1")
    old = bench.world.truth(SLUG)[60]
    bench.world.edit(SLUG, old.review_id, LATER, text="On reflection it was rather good.", rating=4)
    bench.world.reply(SLUG, old.review_id, LATER, "Thank you for coming.")
    assert counts(await bench.ingest("h1"))[2] == 0
    assert counts(await bench.ingest("h1", force_full_sync=True))[2] == 1
    await check_truth(bench)
    row = await bench.row("SELECT version, review_date FROM reviews WHERE external_review_id = $1", old.review_id)
    assert (row["version"], row["review_date"]) == (2, old.created)


async def test_overlap_of_a_connector(bench: Bench) -> None:
    """With a longer overlap an incremental sync sees the answers to reviews that are as old."""
    await bench.ingest("h1")
    old = next(review for review in bench.world.truth(SLUG)[20:] if review.reply_text is None)
    bench.world.reply(SLUG, old.review_id, LATER, "Thank you for coming.")
    synced = await bench.pool.fetchval("SELECT last_synced_at FROM connectors WHERE id = 'h1'")
    hours = (synced - old.created) / timedelta(hours=1) + 1
    await bench.pool.execute(
        "UPDATE connectors SET settings = settings || jsonb_build_object('overlapHours', $1::float) WHERE id = 'h1'",
        hours,
    )
    ran = await bench.ingest("h1")
    assert counts(ran)[2] == 1
    await check_truth(bench)


async def test_deleted_on_the_site(bench: Bench) -> None:
    """A full sync marks what is gone, also in a listing that is read in two goes."""
    await bench.ingest("h1")
    bench.world.delete(SLUG, bench.world.truth(SLUG)[70].review_id)
    bench.simulator.faults.add(Fault(kind="garbage", after=4))
    failed = await bench.ingest("h1", given=Given(run=1), force_full_sync=True)
    assert isinstance(failed.outcome, Retry)
    ran = await bench.ingest("h1", given=Given(run=1, attempt=2), force_full_sync=True)
    assert ran.result is not None
    assert ran.result.reviews_removed == 1
    await check_truth(bench)


@pytest.mark.parametrize("kind", ["added", "edited", "deleted"])
async def test_nothing_is_taken_for_deleted_while_the_listing_moves(bench: Bench, kind: Any) -> None:
    """A sync during which the listing moved stores all that stood still and removes none of it."""
    await bench.ingest("h1")
    bench.simulator.faults.add(Fault(kind=kind, after=3))
    ran = await bench.ingest("h1", force_full_sync=True)
    assert ran.result is not None
    assert ran.result.reviews_removed == 0
    await bench.ingest("h1", force_full_sync=True)
    await check_truth(bench)


async def test_first_sync_of_a_listing_that_moves(bench: Bench) -> None:
    """A rate limit in the middle, and the front page taken away meanwhile: nothing that is left is missed."""
    bench.simulator.faults.add(Fault(kind="rate_limit", after=5, retry_after="7"))
    first = await bench.ingest("h1", given=Given(run=1))
    assert first.outcome == Snoozed(7_000)
    gone = [bench.world.delete(SLUG, review.review_id) for review in bench.world.truth(SLUG)[:15]]
    ran = await bench.ingest("h1", given=Given(run=1))
    assert ran.result is not None
    assert ran.result.reviews_fetched == COUNT
    await bench.pool.execute("DELETE FROM reviews WHERE external_review_id = ANY($1)", [row.review_id for row in gone])
    await check_truth(bench)


@pytest.mark.parametrize("most", [1, 11, 12, 100])
async def test_max_reviews_is_exact(bench: Bench, most: int) -> None:
    """`maxReviews` fetches exactly so many, newest first."""
    assert counts(await bench.ingest("h1", max_reviews=most))[0] == most
    rows = await bench.pool.fetch("SELECT external_review_id FROM reviews WHERE connector_id = 'h1'")
    assert {row[0] for row in rows} == {review.review_id for review in bench.world.truth(SLUG)[:most]}
