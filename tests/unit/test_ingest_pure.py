"""The pure parts of an ingest: how far back, what changed, what counts, what is alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.connectors import FetchedReview, Page, RowError
from jobs.ingestion.changes import Change, Stored, compare, counters_of, fault_of, words_of
from jobs.ingestion.finish import status_of
from jobs.ingestion.pages import count, take_in
from jobs.ingestion.run import Counts
from jobs.ingestion.similarity import LEAST_ALIKE, LONGEST_COMPARED, Comparable, similarities
from jobs.ingestion.window import SyncSettings, leaves_no_hole, read_back_to
from jobs.payloads import IngestReviews
from tests.support.reviews import fetched

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
IDS = st.sampled_from([f"r{number}" for number in range(12)])


def asked(since: str | None = None, *, full: bool | None = None) -> IngestReviews:
    return IngestReviews(tenant_id="t", connector_id="c", since_date=since, force_full_sync=full)


def stored(review: FetchedReview, *, removed: bool = False) -> Stored:
    return Stored("id", words_of(review), counters_of(review), None, removed)


# ------------------------------------------------------------------------------------------ how far back


@pytest.mark.parametrize(
    ("payload", "last", "since"),
    [
        (asked(), None, None),
        (asked(), NOON, NOON - timedelta(hours=48)),
        (asked(full=True), NOON, None),
        (asked("2026-09-01"), NOON, datetime(2026, 9, 1, tzinfo=UTC)),
        (asked("2026-09-01", full=True), NOON, datetime(2026, 9, 1, tzinfo=UTC)),
    ],
)
def test_how_far_back(payload: IngestReviews, last: datetime | None, since: datetime | None) -> None:
    """`sinceDate` goes first, then the last sync less the overlap, unless everything is asked for."""
    assert read_back_to(payload, last, SyncSettings()) == since


def test_the_overlap_is_settable() -> None:
    """A connector may have another overlap than 48 hours."""
    assert read_back_to(asked(), NOON, SyncSettings(overlap_hours=1)) == NOON - timedelta(hours=1)


@pytest.mark.parametrize(
    ("since", "last", "cut", "whole"),
    [
        (None, None, False, True),
        (None, NOON, False, True),
        (None, None, True, False),
        (NOON, NOON, False, True),
        (NOON + timedelta(seconds=1), NOON, False, False),
        (NOON, None, False, False),
        (NOON - timedelta(days=2), NOON, True, False),
    ],
)
def test_holes(since: datetime | None, last: datetime | None, cut: bool, whole: bool) -> None:  # noqa: FBT001
    """A run leaves no hole only if it reached the last complete one, or the beginning, uncut."""
    assert leaves_no_hole(since, last, cut=cut) == whole


# ------------------------------------------------------------------------------------------ what changed


def test_what_was_not_there_is_new() -> None:
    """A review without a stored one is new."""
    assert compare(None, fetched("a")) is Change.NEW


def test_the_same_is_the_same() -> None:
    """A review that reads as stored is the same, also if the source is late with a new change time."""
    review = fetched("a")
    later = msgspec.structs.replace(review, changed_at=NOON, author_name="Renamed")
    assert compare(stored(review), later) is Change.SAME


@pytest.mark.parametrize(
    "edit",
    [
        {"rating": 3.5},
        {"rating": None},
        {"title": "Warm bread"},
        {"content": "Cold bread."},
        {"response_text": "Thank you."},
        {"response_at": NOON},
    ],
)
def test_words_make_an_edit(edit: dict[str, object]) -> None:
    """Rating, title, content and both parts of the response make a new version."""
    assert compare(stored(fetched("a")), msgspec.structs.replace(fetched("a"), **edit)) is Change.EDITED


@pytest.mark.parametrize("more", [{"likes": 1}, {"replies": 1}, {"helpful": 1}])
def test_counters_are_touched(more: dict[str, int]) -> None:
    """Counters alone are written without a version."""
    assert compare(stored(fetched("a")), msgspec.structs.replace(fetched("a"), **more)) is Change.TOUCHED


def test_what_is_back_is_touched() -> None:
    """A review that was gone is written when it is seen again."""
    assert compare(stored(fetched("a"), removed=True), fetched("a")) is Change.TOUCHED


@given(st.integers(10, 50).map(lambda tenths: tenths / 10))
def test_ratings_compare_as_stored(rating: float) -> None:
    """A rating in tenths equals what numeric(2,1) gives back for it."""
    assert words_of(fetched("a", rating=rating)).rating == Decimal(f"{rating:.1f}")


@pytest.mark.parametrize(
    ("rating", "content", "bad"),
    [(None, None, True), (None, "x", False), (1, None, False), (0.9, "x", True), (5.1, "x", True)],
)
def test_faults(rating: float | None, content: str | None, bad: bool) -> None:  # noqa: FBT001
    """A row without rating and text, or with a rating out of range, cannot be stored."""
    assert (fault_of(fetched("a", rating=rating, content=content)) is not None) == bad


# ------------------------------------------------------------------------------------------ what counts


@given(st.lists(IDS, max_size=12), st.lists(IDS | st.none(), max_size=6), st.sets(IDS), st.none() | st.integers(0, 12))
def test_intake_is_exact(ids: list[str], bad: list[str | None], seen: set[str], room: int | None) -> None:
    """A page gives each unseen review once, never more than there is room for, and says when it was cut."""
    errors = tuple(RowError(external_id=id_, type="PARSE_ERROR", message="x") for id_ in bad)
    intake = take_in(Page(reviews=tuple(map(fetched, ids)), errors=errors), seen, room)
    kept = [review.external_id for review in intake.reviews]
    unseen = [id_ for id_ in dict.fromkeys(ids) if id_ not in seen]
    assert kept == unseen[: len(kept)]
    assert not seen & set(intake.seen)
    everything = len(unseen) + sum(id_ is None or id_ not in seen for id_ in bad)
    assert len(kept) + len(intake.errors) == (everything if room is None else min(room, everything))
    assert intake.cut == (room is not None and everything > room)


@given(st.dictionaries(IDS, st.sampled_from(Change)), st.sets(IDS), st.integers(0, 9))
def test_counts_add_up(changes: dict[str, Change], copies: set[str], errors: int) -> None:
    """Fetched is created + updated + skipped + errors, and duplicates are among the skipped."""
    found = count(changes, copies & set(changes), errors)
    assert found.fetched == found.created + found.updated + found.skipped + found.errors == len(changes) + errors
    assert found.duplicates <= found.skipped


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        (Counts(), "COMPLETED"),
        (Counts(fetched=2, skipped=2), "COMPLETED"),
        (Counts(fetched=2, created=1, errors=1), "PARTIAL"),
        (Counts(fetched=2, updated=1, errors=1), "PARTIAL"),
        (Counts(fetched=2, skipped=1, errors=1), "FAILED"),
    ],
)
def test_status(counts: Counts, status: str) -> None:
    """A run with errors is PARTIAL if it stored anything, FAILED if it did not."""
    assert status_of(counts) == status


# ------------------------------------------------------------------------------------------ what is alike

TEXTS = st.sampled_from(
    [
        None,
        "we waited an hour for cold food",
        "we waited an hour for warm food",
        "the garden is lovely in spring",
        "the garden is lovely in autumn",
    ]
)


@st.composite
def comparables(draw: st.DrawFn) -> list[Comparable]:
    """A dozen reviews over some months, two connectors and a few authors, many of them alike."""
    return [
        Comparable(
            id=f"{number:02}",
            at=NOON + timedelta(days=draw(st.integers(0, 200))),
            connector_id=draw(st.sampled_from(["c1", "c2"])),
            author=draw(st.sampled_from([None, "ann", "ben"])),
            text=draw(TEXTS),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


@given(comparables())
def test_likeness_does_not_depend_on_order(reviews: list[Comparable]) -> None:
    """The order in which reviews are given, and which others are asked for, change no likeness."""
    wanted = {review.id for review in reviews}
    found = similarities(reviews, wanted)
    shuffled = list(reversed(reviews))
    assert similarities(shuffled, wanted) == found
    assert all(similarities(reviews, {id_}) == {id_: found[id_]} for id_ in wanted)
    assert all(value is None or LEAST_ALIKE <= value <= 1 for value in found.values())


@given(comparables())
def test_likeness_needs_an_earlier_one(reviews: list[Comparable]) -> None:
    """Likeness 1 means: an equal text in the 90 days before, by another author or connector; and the reverse."""
    found = similarities(reviews, {review.id for review in reviews})
    for review in reviews:
        twins = [
            other
            for other in reviews
            if other.order < review.order
            and review.at - other.at <= timedelta(days=90)
            and other.text == review.text is not None
            and (other.connector_id != review.connector_id or not review.author or other.author != review.author)
        ]
        assert (found[review.id] == 1.0) == bool(twins)


def test_long_texts_are_compared_by_their_beginning() -> None:
    """Of a text of a megabyte a few pages are compared: the time that takes grows with the square."""
    review = Comparable.of("r", NOON, "c", None, "food was good " * 80_000)
    assert review.text is not None
    assert len(review.text) == LONGEST_COMPARED
