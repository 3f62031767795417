"""A listing that moves while it is read in numbered pages: what stood still is read, whatever else happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobs.connectors import FetchedReview, Page, RowError, StaleCursor
from jobs.connectors.errors import BadAnswer
from jobs.connectors.hellopeter_paging import MOST_IDLE_PAGES, MOST_LOOKS_BACK, Numbers, Reading
from tests.support.reviews import fetched

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


def review(number: int, minutes: int | None = None) -> FetchedReview:
    """The review of this number, written so many minutes (its number, unless said) after the start."""
    at = START + timedelta(minutes=number if minutes is None else minutes)
    row = fetched(str(number))
    return FetchedReview(external_id=row.external_id, rating=row.rating, reviewed_at=at, changed_at=at)


class Shelf:
    """A listing, newest first, and what happens to it between two requests."""

    def __init__(self, count: int, size: int, at: Callable[[int], int] = lambda number: number) -> None:
        self.size = size
        self.rows = [review(number, at(number)) for number in range(count, 0, -1)]
        self._added = count

    def happens(self, what: int) -> None:
        """A negative number takes the review at that place away, any other adds a review at the front."""
        if what >= 0:
            self._added += 1
            self.rows.insert(0, review(self._added))
        elif self.rows:
            self.rows.pop((-what - 1) % len(self.rows))

    def page(self, number: int) -> tuple[Numbers, list[FetchedReview | RowError]]:
        """The page of this number as it is now."""
        rows: list[FetchedReview | RowError] = [*self.rows[(number - 1) * self.size : number * self.size]]
        last_page = max(1, -(-len(self.rows) // self.size))
        to = min(len(self.rows), number * self.size)
        return Numbers(total=len(self.rows), last_page=last_page, current_page=number, to=to), rows


def read(shelf: Shelf, **reading: Any) -> list[Page]:
    """All pages of a listing to which nothing happens."""
    return [page for page in steps(shelf, Reading("x", reading.get("cursor"), reading.get("since"))) if page]


def steps(shelf: Shelf, reading: Reading) -> list[Page | None]:
    """What each answer gave."""
    taken: list[Page | None] = []
    while not reading.ended:
        taken.append(reading.take(*shelf.page(reading.ask)))
    return taken


def ids(pages: list[Page]) -> list[str]:
    """The ids in the order read."""
    return [row.external_id for page in pages for row in page.reviews]


@pytest.mark.parametrize("size", [1, 10, 11, 50])
@pytest.mark.parametrize("count", [0, 1, 10, 11, 22, 75])
def test_listing_that_stands_still(count: int, size: int) -> None:
    """Each page is asked for once and gives its reviews in order; nothing is said to have moved."""
    shelf = Shelf(count, size)
    pages = steps(shelf, Reading("x", None, None))
    assert len(pages) == max(1, -(-count // size))
    assert ids([page for page in pages if page]) == [row.external_id for row in shelf.rows]
    assert {(page.total, page.shifted, page.slipped) for page in pages if page} == {(count, False, False)}


HAPPENINGS = st.lists(st.integers(-80, 3), max_size=14)


@given(
    st.integers(0, 70),
    st.sampled_from([1, 3, 10, 11]),
    st.lists(HAPPENINGS, max_size=MOST_LOOKS_BACK),
    st.lists(st.integers(0, 30), max_size=4),
    st.sampled_from([1, 4, 1000]),
)
@example(count=30, size=10, happenings=[[], [-1, -1, -1]], stops=[], ties=1)
@example(count=30, size=10, happenings=[[], [-1, 0], [-1, -12]], stops=[1], ties=1000)
def test_what_stands_still_is_read(
    count: int, size: int, happenings: list[list[int]], stops: list[int], ties: int
) -> None:
    """Whatever comes and goes between requests, also while nobody reads, no review that stays is missed.

    Nor does one come twice in one call, and a review that was not met while others went is not called deleted.
    """
    shelf = Shelf(count, size, lambda number: number // ties)
    before = {row.external_id for row in shelf.rows}
    left, stops = list(happenings), list(stops)
    got: set[str] = set()
    cursor: str | None = None
    ended = False
    while not ended:
        reading, pages = Reading("x", cursor, None), 0
        here: list[str] = []
        stop = stops.pop() if stops else None
        while not reading.ended:
            for what in left.pop(0) if left else []:
                shelf.happens(what)
            page = reading.take(*shelf.page(reading.ask))
            if page is not None:
                here += ids([page])
                cursor = page.next_cursor
                pages += 1
                if pages == stop:
                    break
        ended = reading.ended
        assert len(set(here)) == len(here)
        got |= set(here)
    assert {row.external_id for row in shelf.rows} & before <= got


@given(st.integers(12, 60), st.integers(1, 6), st.booleans())
def test_what_goes_is_noticed(count: int, gone: int, stop: bool) -> None:  # noqa: FBT001 - drawn
    """Where reviews went while others were still to be read, the pages say that the listing moved."""
    shelf, reading = Shelf(count, 10), Reading("x", None, None)
    first = reading.take(*shelf.page(1))
    assert first is not None
    for _ in range(gone):
        shelf.happens(-1)
    rest = read(shelf, cursor=first.next_cursor) if stop else [page for page in steps(shelf, reading) if page]
    assert rest[-1].shifted


def test_reading_goes_on_in_another_process() -> None:
    """A cursor gives the rest, beginning with the page that was read last; a listing that stood still did not move."""
    shelf = Shelf(35, 10)
    whole = read(shelf)
    rest = read(shelf, cursor=whole[1].next_cursor)
    assert ids(rest) == ids(whole[1:])
    assert not any(page.shifted for page in rest)


def test_total_that_stayed_is_no_proof_after_a_break() -> None:
    """One gone and an older one back, while nobody read: the review that this drew over the border is read."""
    shelf = Shelf(30, 10)
    first = read(shelf)[0]
    shelf.rows.pop(3)
    shelf.rows.append(review(0))
    rest = read(shelf, cursor=first.next_cursor)
    assert set(ids(rest)) >= {str(number) for number in range(21)}
    assert rest[0].shifted


def test_page_size_may_change_between_processes() -> None:
    """A host with other pages continues where the first one stopped, without a hole."""
    for before, after in ((10, 11), (11, 10), (50, 10), (10, 50)):
        whole = read(Shelf(120, before))
        got = ids(whole[:2]) + ids(read(Shelf(120, after), cursor=whole[1].next_cursor))
        assert set(got) == {str(number) for number in range(1, 121)}


def test_since_is_inclusive_and_ends_the_reading() -> None:
    """Only reviews written since come, and the first page that is wholly older is the last."""
    shelf = Shelf(60, 10)
    pages = read(shelf, since=START + timedelta(minutes=41))
    assert ids(pages) == [str(number) for number in range(60, 40, -1)]
    assert len(pages) == 3
    assert pages[-1].next_cursor is None


def test_a_listing_that_hides_its_end() -> None:
    """Where the pages end before the total does, a review that was not met may still exist."""
    shelf, reading = Shelf(30, 10), Reading("x", None, None)
    numbers, rows = shelf.page(1)
    page = reading.take(Numbers(total=30, last_page=1, current_page=1, to=numbers.to), rows)
    assert page is not None
    assert page.shifted
    assert page.slipped
    assert reading.ended


def test_pages_of_different_ages() -> None:
    """Pages that will not agree on the total, as a cache gives them, are read to the end all the same."""
    shelf, reading = Shelf(40, 10), Reading("x", None, None)
    pages: list[Page] = []
    asked = 0
    while not reading.ended:
        numbers, rows = shelf.page(reading.ask)
        uneven = Numbers(total=numbers.total + reading.ask % 2, last_page=numbers.last_page)
        asked += 1
        page = reading.take(uneven, rows)
        pages += [page] if page else []
    assert ids(pages) == [str(number) for number in range(40, 0, -1)]
    assert pages[-1].shifted
    assert any(page.slipped for page in pages)
    assert asked == 4 + 2 * MOST_LOOKS_BACK * 3


def test_bad_rows_come_once() -> None:
    """Rows that cannot be read are handed on once if they tell their id, and hide no end of the listing."""
    bad = RowError(external_id="7", type="PARSE_ERROR", message="?")
    reading = Reading("x", None, None)
    first = reading.take(Numbers(total=3, last_page=3), [bad])
    again = reading.take(Numbers(total=3, last_page=3), [bad])
    last = reading.take(Numbers(total=3, last_page=3), [review(1)])
    assert first is not None
    assert again is not None
    assert last is not None
    assert ([*first.errors], [*again.errors]) == ([bad], [])
    assert ids([last]) == ["1"]
    resumed = Reading("x", first.next_cursor, None)
    assert resumed.ask == 1  # nothing readable yet that could tell where it had come to


@pytest.mark.parametrize("gone", [10, 17, 30])
@pytest.mark.parametrize("clamped", [False, True])
def test_page_past_the_end(gone: int, *, clamped: bool) -> None:
    """A page past the end, whether empty or the last one again, loses nothing that is left."""
    shelf, reading = Shelf(30, 10), Reading("x", None, None)
    pages = [reading.take(*shelf.page(1)), reading.take(*shelf.page(2))]
    for _ in range(gone):
        shelf.happens(-1)
    while not reading.ended:
        last = shelf.page(1)[0].last_page
        pages.append(reading.take(*shelf.page(min(reading.ask, last) if clamped else reading.ask)))
    assert set(ids([page for page in pages if page])) >= {row.external_id for row in shelf.rows}
    assert pages[-1] is not None
    assert pages[-1].shifted


def test_another_page_than_asked_for() -> None:
    """A source that answers with another page is not believed."""
    shelf, reading = Shelf(30, 10), Reading("x", None, None)
    reading.take(*shelf.page(1))
    with pytest.raises(BadAnswer, match="x: asked for page 2, the answer is page 1"):
        reading.take(*shelf.page(1))


def test_listing_without_end() -> None:
    """A listing that gives the same page for ever ends as an error."""
    reading = Reading("x", None, None)
    same = Numbers(total=900, last_page=90), [review(1)]
    for _ in range(MOST_IDLE_PAGES + 1):
        reading.take(*same)
    with pytest.raises(BadAnswer, match="x: the listing does not end"):
        reading.take(*same)


@pytest.mark.parametrize("cursor", ["", "7", "{}", '{"token":"t"}', '{"page":0,"total":1}', '{"page":99999,"total":1}'])
def test_foreign_cursor(cursor: str) -> None:
    """A cursor that is none of its own says: start again."""
    with pytest.raises(StaleCursor):
        Reading("x", cursor, None)
