"""The simulated Hellopeter over real HTTP: the truth arrives, whatever moves or goes wrong on the way."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from jobs.connectors import Page, RateLimited, SourceUnavailable
from jobs.connectors.errors import BadAnswer, NotFound
from jobs.simulator import Fault, Message
from jobs.simulator.hellopeter_wire import REPORTER
from tests.support.loops import one_loop
from tests.support.simulated import NOW, SLUG, Bench, open_bench, truth

pytestmark = pytest.mark.anyio
anyio_backend = one_loop


def ids(pages: list[Page]) -> list[str]:
    """The ids in the order read."""
    return [review.external_id for page in pages for review in page.reviews]


async def listing(it: Bench, path: str, **query: str) -> tuple[int, Any]:
    """Status and body of a page as it is on the wire."""
    response = await it.client.get(f"{it.simulator.url}{path}/{SLUG}/reviews", params=query)
    return response.status_code, response.json()


async def test_everything_arrives() -> None:
    """All pages equal the truth, in order, though some are 202 Accepted, without a token."""
    async with open_bench() as it:
        pages = await it.pages(SLUG)
        assert [review for page in pages for review in page.reviews] == truth(it.simulator.world, SLUG)
        assert {(page.total, page.shifted) for page in pages} == {(230, False)}
        assert it.simulator.requests == Counter(reviews=21)
        answers = [await listing(it, "/consumer/business", page=str(number)) for number in range(1, 8)]
        assert {status for status, _ in answers} == {200, 202}


async def test_both_hosts() -> None:
    """The old host's pages are of eleven, the new one's as long as is asked for, ten unless said."""
    async with open_bench() as it:
        new = f"{it.simulator.url}/api/consumer/business"
        for settings, pages in ({}, 21), ({"baseUrl": new, "count": None}, 23), ({"baseUrl": new}, 5):
            read = await it.pages(SLUG, settings=settings)
            assert [review for page in read for review in page.reviews] == truth(it.simulator.world, SLUG)
            assert len(read) == pages


async def test_page_numbers() -> None:
    """Page 0 and no page are the first, and past the end there is an empty page."""
    async with open_bench(reviews=20) as it:
        (_, first), (_, zero), (_, none), (_, past) = [
            await listing(it, "/consumer/business", **query)
            for query in ({"page": "1"}, {"page": "0"}, {}, {"page": "9"})
        ]
        assert first == zero == none
        assert (first["total"], first["last_page"], first["per_page"], first["to"]) == (20, 2, 11, 11)
        assert (past["data"], past["current_page"], past["last_page"], past["to"]) == ([], 9, 2, None)


async def test_private_things_are_on_the_wire_and_not_in_the_reviews() -> None:
    """Private messages and a reporter's name are served, among markup, and a reader keeps nothing of them."""
    async with open_bench() as it:
        reviews = it.simulator.world.truth(SLUG)
        private = [message for review in reviews for message in review.thread if not message.public]
        wire = str([(await listing(it, "/consumer/business", page=str(page)))[1] for page in range(1, 22)])
        read = str(await it.pages(SLUG))
        assert len(private) > 10
        for secret in (REPORTER["email"], "Please send us your number"):
            assert secret in wire
            assert secret not in read
        assert "<div><!--block-->" in wire
        assert "<" not in read.replace("<3", "")
        assert any(review.replies > 1 for review in reviews)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="unavailable", status=500, after=2, times=3),
        Fault(kind="unavailable", status=503, after=2),
        Fault(kind="reset", after=1, times=2),
        Fault(kind="cut", after=1, times=2),
        Fault(kind="slow", after=1, delay_s=0.01),
        Fault(kind="stale", after=1),
    ],
    ids=lambda fault: fault.kind,
)
async def test_passing_trouble_changes_nothing(fault: Fault) -> None:
    """Faults that pass are ridden out: the truth arrives all the same."""
    async with open_bench(reviews=60) as it:
        it.trouble(fault)
        assert await it.rows(SLUG) == truth(it.simulator.world, SLUG)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind="unavailable", status=502, after=2, times=4), SourceUnavailable),
        (Fault(kind="reset", after=2, times=4), SourceUnavailable),
        (Fault(kind="garbage", after=2), BadAnswer),
        (Fault(kind="rate_limit", after=2, retry_after="7"), RateLimited),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_lasting_trouble_is_told(fault: Fault, error: type[Exception]) -> None:
    """Faults that last end the reading with their own error, and the next reading has the truth."""
    async with open_bench(reviews=60) as it:
        it.trouble(fault)
        with pytest.raises(error):
            await it.pages(SLUG)
        assert await it.rows(SLUG) == truth(it.simulator.world, SLUG)


async def test_goes_on_after_a_failure() -> None:
    """The cursor of the last good page gives the rest to a later reader, also when the listing moved meanwhile."""
    async with open_bench() as it:
        whole = await it.pages(SLUG)
        rest = await it.pages(SLUG, cursor=whole[6].next_cursor)
        assert ids(rest) == ids(whole[6:])
        assert not rest[-1].shifted
        world = it.simulator.world
        for review in world.truth(SLUG)[:30]:
            world.delete(SLUG, review.review_id)
        rest = await it.pages(SLUG, cursor=whole[6].next_cursor)
        assert set(ids(whole[:7]) + ids(rest)) >= {review.review_id for review in world.truth(SLUG)}
        assert rest[-1].shifted


async def test_bad_rows() -> None:
    """Unreadable rows among good ones are errors; the good ones all arrive."""
    async with open_bench() as it:
        it.trouble(Fault(kind="bad_rows", after=1))
        pages = await it.pages(SLUG)
        assert [review for page in pages for review in page.reviews] == truth(it.simulator.world, SLUG)
        errors = [(error.external_id, error.type) for error in pages[1].errors]
        assert errors == [
            ("1", "VALIDATION_ERROR"),
            ("2", "VALIDATION_ERROR"),
            ("3", "VALIDATION_ERROR"),
            ("4", "PARSE_ERROR"),
            (None, "PARSE_ERROR"),
            (None, "PARSE_ERROR"),
        ]


@pytest.mark.parametrize("kind", ["added", "edited", "deleted"])
async def test_listing_that_moves(kind: Any) -> None:
    """Nothing that stood still is missed while one is written, edited or deleted; only an edit moves nothing."""
    async with open_bench() as it:
        before = {review.review_id for review in it.simulator.world.truth(SLUG)}
        it.trouble(Fault(kind=kind, after=2))
        pages = await it.pages(SLUG)
        after = {review.review_id for review in it.simulator.world.truth(SLUG)}
        assert set(ids(pages)) >= before & after
        assert len(set(ids(pages))) == len(ids(pages))
        assert pages[-1].shifted == (kind != "edited")
        assert await it.rows(SLUG) == truth(it.simulator.world, SLUG)


async def test_since_and_unknown_businesses() -> None:
    """Only what was written since comes, with no more pages than needed; an unknown slug is not found."""
    async with open_bench() as it:
        since = it.simulator.world.truth(SLUG)[30].created
        rows = await it.rows(SLUG, since=since)
        assert rows == [review for review in truth(it.simulator.world, SLUG) if review.reviewed_at >= since]
        assert it.simulator.requests["reviews"] == 4
        with pytest.raises(NotFound):
            await it.pages("nobody-knows-it")


async def test_changes_by_control() -> None:
    """A review added, edited, answered and deleted over the control endpoints is what a reader then sees."""
    async with open_bench(reviews=40) as it:
        world = it.simulator.world
        old = world.truth(SLUG)[30]
        added = await it.control("add", location=SLUG, title="So good", text="Brand new and very good", rating=5)
        first = (await it.rows(SLUG))[0]
        assert (first.external_id, first.title, first.reviewed_at) == (added["review_id"], "So good", NOW)

        await it.control("edit", location=SLUG, reviewId=old.review_id, text="Not so good now", rating=2)
        await it.control("reply", location=SLUG, reviewId=old.review_id, text="We are sorry")
        row = (await it.rows(SLUG))[31]
        assert (row.external_id, row.content, row.changed_at) == (old.review_id, "Not so good now", old.created)
        assert (row.response_text, row.response_at) == ("We are sorry", NOW)

        await it.control("reply", location=SLUG, reviewId=old.review_id, text=None)
        await it.control("delete", location=SLUG, reviewId=first.external_id)
        assert await it.rows(SLUG) == truth(world, SLUG)


async def test_a_withdrawn_answer() -> None:
    """An owner who takes the answer back takes all that the owner said in public; what the guest said stays."""
    async with open_bench(reviews=200) as it:
        world = it.simulator.world
        chatty = next(review for review in world.truth(SLUG) if any(m.by_owner and m.public for m in review.thread))
        world.reply(SLUG, chatty.review_id, NOW, None)
        left: tuple[Message, ...] = world.review(SLUG, chatty.review_id).thread
        assert any(not message.by_owner for message in left)
        assert await it.rows(SLUG) == truth(world, SLUG)
