"""Equal and alike reviews of one tenant."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date

import pytest

from jobs.connectors import FetchedReview, Page
from jobs.ingestion.connector import Claim
from jobs.ingestion.finish import remove_missing
from jobs.ingestion.likeness import store_likeness
from jobs.ingestion.pages import store_page
from jobs.ingestion.run import Counts, Run, RunRequest, open_run, take_over
from tests.support.ingestion import Bench, open_bench
from tests.support.loops import one_loop
from tests.support.reviews import fetched

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
TEXT = "We waited an hour for two plates of cold food."
EDITED = "We waited an hour for three plates of cold food."


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[Bench]:
    async with open_bench(database_url, reviews=1) as bench:
        await bench.add_connector("other", "t2", "accounts/1/locations/1")
        yield bench


async def store(bench: Bench, connector: str, *reviews: FetchedReview, tenant: str = "t1") -> Run:
    """A new run that has stored one page of these reviews."""
    bench.fence += 1
    claim = Claim(tenant, connector, bench.fence)
    request = RunRequest(
        job_id=connector, job_run=bench.fence, since=None, max_reviews=None, triggered_by_id=None, correlation_id=None
    )
    async with bench.pool.acquire() as connection:
        await take_over(connection, claim, connector)
        run = await open_run(connection, claim, request)
        return await store_page(connection, run, Page(reviews=reviews), bench.resources.now())


async def originals(bench: Bench) -> dict[str, str | None]:
    """Each review's external id to that of the review that it repeats."""
    rows = await bench.pool.fetch(
        "SELECT r.external_review_id AS id, o.external_review_id AS original"
        " FROM reviews r LEFT JOIN reviews o ON o.id = r.duplicate_of"
    )
    return {row["id"]: row["original"] for row in rows}


async def likeness(bench: Bench) -> dict[str, float | None]:
    rows = await bench.pool.fetch("SELECT external_review_id, duplicate_similarity FROM reviews")
    return {row["external_review_id"]: row["duplicate_similarity"] for row in rows}


async def compared(bench: Bench, run: Run) -> None:
    async for _ in store_likeness(bench.pool, run):
        pass


EARLY, LATE, LATEST = (
    fetched(name, content=TEXT, day=date(2026, 9, day)) for name, day in (("e", 1), ("l", 2), ("t", 3))
)


async def test_the_earliest_is_the_original(bench: Bench) -> None:
    """A text of another connector of the tenant is stored, points at the earliest, and counts as skipped."""
    await store(bench, "c1", EARLY)
    run = await store(bench, "c2", LATE, LATEST)
    assert run.counts == Counts(fetched=2, skipped=2, duplicates=2)
    assert await originals(bench) == {"e": None, "l": "e", "t": "e"}


async def test_the_order_of_fetching_does_not_matter(bench: Bench) -> None:
    """When the earlier review comes second, the one that was there becomes the copy."""
    first = await store(bench, "c2", LATE)
    assert first.counts == Counts(fetched=1, created=1)
    second = await store(bench, "c1", EARLY, LATEST)
    assert second.counts == Counts(fetched=2, created=2)
    assert await originals(bench) == {"e": None, "l": "e", "t": None}
    assert await bench.pool.fetchval("SELECT max(version) FROM reviews") == 1


async def test_not_across_tenants(bench: Bench) -> None:
    """Equal texts of two tenants have nothing to do with each other."""
    await store(bench, "c1", EARLY)
    run = await store(bench, "other", LATE, tenant="t2")
    assert run.counts == Counts(fetched=1, created=1)
    await compared(bench, run)
    assert await originals(bench) == {"e": None, "l": None}
    assert await likeness(bench) == {"e": None, "l": None}


@pytest.mark.parametrize("text", [None, "Great food!", "  GREAT\n\nfood!  "])
async def test_short_texts_say_nothing(bench: Bench, text: str | None) -> None:
    """Reviews without a text, or with one under 20 characters, repeat nobody."""
    await store(bench, "c1", fetched("e", content=text))
    run = await store(bench, "c2", fetched("l", content=text))
    await compared(bench, run)
    assert await originals(bench) == {"e": None, "l": None}
    assert await likeness(bench) == {"e": None, "l": None}


async def test_edit_frees_the_copy(bench: Bench) -> None:
    """When the original says something else its copy stands alone; when it says the same again it is a copy again."""
    await store(bench, "c1", EARLY)
    await store(bench, "c2", LATE)
    await store(bench, "c1", fetched("e", content=EDITED, day=date(2026, 9, 1)))
    assert await originals(bench) == {"e": None, "l": None}
    await store(bench, "c1", EARLY)
    assert await originals(bench) == {"e": None, "l": "e"}
    await store(bench, "c2", fetched("l", content=EDITED, day=date(2026, 9, 2)))
    assert await originals(bench) == {"e": None, "l": None}


async def test_a_copy_without_its_text_is_none(bench: Bench) -> None:
    """A copy whose author takes the words back and leaves the stars is no copy any more."""
    await store(bench, "c1", EARLY)
    await store(bench, "c2", LATE)
    await store(bench, "c2", fetched("l", content=None, day=date(2026, 9, 2)))
    assert await originals(bench) == {"e": None, "l": None}


async def test_removal_frees_the_copy(bench: Bench) -> None:
    """When the original is gone at its source the next one counts, until it is back."""
    await store(bench, "c1", EARLY)
    await store(bench, "c2", LATE)
    empty = await store(bench, "c1")
    async with bench.pool.acquire() as connection:
        assert await remove_missing(connection, empty) == 1
    assert await originals(bench) == {"e": None, "l": None}
    await store(bench, "c1", EARLY)
    assert await originals(bench) == {"e": None, "l": "e"}


async def test_likeness_looks_back_ninety_days(bench: Bench) -> None:
    """A review's likeness is that of the most alike one before it, and NULL where nothing is alike."""
    run = await store(
        bench,
        "c1",
        fetched("first", content=TEXT, day=date(2026, 1, 1)),
        fetched("edited", content=EDITED, day=date(2026, 3, 1)),
        fetched("other", content="Lovely garden, and the staff remembered us.", day=date(2026, 3, 2)),
        fetched("too late", content=TEXT, day=date(2026, 6, 15)),
    )
    await compared(bench, run)
    found = await likeness(bench)
    assert found["first"] is found["other"] is found["too late"] is None
    assert found["edited"] == pytest.approx(0.95, abs=0.03)


async def test_authors_may_repeat_themselves(bench: Bench) -> None:
    """An author's own earlier review at the same connector does not count, at another it does."""
    mine, again, elsewhere = (
        fetched(name, content=TEXT, day=date(2026, 9, day), author="Thandi")
        for name, day in (("mine", 1), ("again", 2), ("elsewhere", 3))
    )
    await compared(bench, await store(bench, "c1", mine, again))
    await compared(bench, await store(bench, "c2", elsewhere))
    assert await likeness(bench) == {"mine": None, "again": None, "elsewhere": 1.0}


async def test_late_arrivals_change_later_reviews(bench: Bench) -> None:
    """A review that is fetched late changes the likeness of those after it, at every connector."""
    await compared(bench, await store(bench, "c1", LATE))
    assert await likeness(bench) == {"l": None}
    await compared(bench, await store(bench, "c2", EARLY))
    assert await likeness(bench) == {"e": None, "l": 1.0}


async def test_comparing_again_writes_nothing(bench: Bench) -> None:
    """Likeness that has not changed is not written again."""
    run = await store(bench, "c1", EARLY, LATE)
    await compared(bench, run)
    before = await bench.versions("reviews")
    await compared(bench, run)
    assert await bench.versions("reviews") == before
