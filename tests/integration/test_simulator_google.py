"""The simulated Google over real HTTP: the truth arrives, whatever goes wrong on the way."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from jobs.connectors import Page, RateLimited, SourceUnavailable, StaleCursor
from jobs.connectors.errors import AccessDenied, AuthFailure, BadAnswer, NotFound
from jobs.simulator import Fault
from tests.support.loops import one_loop
from tests.support.simulated import HERE, THERE, open_bench, truth

pytestmark = pytest.mark.anyio
anyio_backend = one_loop


async def test_everything_arrives() -> None:
    """All pages of each location equal the truth, in order, with one token for the lot."""
    async with open_bench() as it:
        for location in (HERE, THERE):
            pages = await it.pages(location)
            assert [review for page in pages for review in page.reviews] == truth(it.simulator.world, location)
            assert {page.total for page in pages} == {230}
            assert not pages[-1].shifted
        assert it.simulator.requests == Counter(reviews=10, token=2)


async def test_empty_location() -> None:
    """A location without reviews is one empty page."""
    async with open_bench(reviews=0) as it:
        assert await it.pages() == [Page(reviews=())]


async def test_since() -> None:
    """Only what changed since comes, and no more pages are asked for than needed to know it."""
    async with open_bench() as it:
        since = it.simulator.world.truth(HERE)[60].updated
        rows = await it.rows(since=since)
        assert rows == [review for review in truth(it.simulator.world) if review.changed_at >= since]
        assert len(rows) >= 61
        assert it.simulator.requests["reviews"] == 3


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="unavailable", status=500, after=2, times=3),
        Fault(kind="unavailable", status=503, after=2),
        Fault(kind="reset", after=1, times=2),
        Fault(kind="cut", after=1, times=2),
        Fault(kind="slow", after=1, delay_s=0.01),
        Fault(kind="unavailable", on="token", times=3),
        Fault(kind="expire", after=2),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.on}",
)
async def test_passing_trouble_changes_nothing(fault: Fault) -> None:
    """Faults that pass are ridden out: the truth arrives all the same."""
    async with open_bench() as it:
        it.trouble(fault)
        assert await it.rows() == truth(it.simulator.world)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind="unavailable", status=502, after=2, times=4), SourceUnavailable),
        (Fault(kind="reset", after=2, times=4), SourceUnavailable),
        (Fault(kind="garbage", after=2), BadAnswer),
        (Fault(kind="revoke", after=2), AuthFailure),
        (Fault(kind="stale", after=2), StaleCursor),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_lasting_trouble_is_told(fault: Fault, error: type[Exception]) -> None:
    """Faults that last end the reading with their own error."""
    async with open_bench() as it:
        it.trouble(fault)
        with pytest.raises(error):
            await it.pages()


async def test_rate_limit() -> None:
    """A 429 names its delay in the header or in the body, and reading goes on afterwards."""
    async with open_bench() as it:
        it.trouble(Fault(kind="rate_limit", retry_after="7"))
        it.trouble(Fault(kind="rate_limit", retry_delay="9s"))
        for delay_s in (7, 9):
            with pytest.raises(RateLimited) as caught:
                await it.pages()
            assert caught.value.delay_s == delay_s
        assert await it.rows() == truth(it.simulator.world)


async def test_goes_on_after_a_failure() -> None:
    """The cursor of the last good page gives the rest to a later reader, with no row lost or twice."""
    async with open_bench() as it:
        whole = await it.pages()
        rest = await it.pages(cursor=whole[1].next_cursor)
        assert rest == whole[2:]


async def test_bad_rows() -> None:
    """Unreadable rows among good ones are errors; the good ones all arrive."""
    async with open_bench() as it:
        it.trouble(Fault(kind="bad_rows", after=1))
        pages = await it.pages()
        assert [review for page in pages for review in page.reviews] == truth(it.simulator.world)
        errors = [(error.external_id, error.type) for error in pages[1].errors]
        assert errors == [
            ("bad-stars", "VALIDATION_ERROR"),
            ("bad-time", "VALIDATION_ERROR"),
            ("bad-empty", "VALIDATION_ERROR"),
            (None, "PARSE_ERROR"),
            (None, "PARSE_ERROR"),
        ]


@pytest.mark.parametrize("kind", ["added", "edited", "deleted"])
async def test_listing_that_moves(kind: Any) -> None:
    """A review written, edited or deleted while the listing is read shows; the next reading has the truth."""
    async with open_bench() as it:
        it.trouble(Fault(kind=kind, after=2))
        pages = await it.pages()
        read = [review.external_id for page in pages for review in page.reviews]
        assert pages[-1].shifted
        assert len(set(read)) == len(read)
        assert await it.rows() == truth(it.simulator.world)


async def test_foreign_and_unknown_locations() -> None:
    """Another account's location is denied, an unknown one is not found."""
    async with open_bench() as it:
        with pytest.raises(AccessDenied):
            await it.pages("accounts/2/locations/1")
        with pytest.raises(NotFound):
            await it.pages("accounts/1/locations/99")
