"""Rows of a Google listing become reviews or say what is wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from jobs.connectors import FetchedReview, RowError
from jobs.connectors.google_rows import original_text, read_row, read_time

ROW = {
    "name": "accounts/1/locations/2/reviews/r1",
    "reviewId": "r1",
    "reviewer": {"displayName": "T. Example", "isAnonymous": False},
    "starRating": "FOUR",
    "comment": "Good bread, slow service",
    "createTime": "2025-11-02T17:03:11.123456Z",
    "updateTime": "2025-11-03T06:00:00Z",
    "reviewReply": {"comment": "Thank you", "updateTime": "2025-11-03T07:00:00Z"},
}


def read(**changes: Any) -> FetchedReview | RowError:
    """The example row, changed; None takes a field away."""
    row = {name: value for name, value in (ROW | changes).items() if value is not None}
    return read_row(Raw(msgspec.json.encode(row)))


def review(**changes: Any) -> FetchedReview:
    """The review of a row that must be good."""
    row = read(**changes)
    assert isinstance(row, FetchedReview), row
    return row


def error(**changes: Any) -> RowError:
    """The error of a row that must be bad."""
    row = read(**changes)
    assert isinstance(row, RowError), row
    return row


def test_whole_row() -> None:
    """Every field that the listing has arrives."""
    assert review() == FetchedReview(
        external_id="r1",
        rating=4.0,
        content="Good bread, slow service",
        author_name="T. Example",
        reviewed_at=datetime(2025, 11, 2, 17, 3, 11, 123456, tzinfo=UTC),
        changed_at=datetime(2025, 11, 3, 6, tzinfo=UTC),
        response_text="Thank you",
        response_at=datetime(2025, 11, 3, 7, tzinfo=UTC),
        replies=1,
    )


def test_sparse_row() -> None:
    """A guest who stays anonymous, gave only stars and got no answer leaves no placeholder behind."""
    sparse = review(comment=None, reviewReply=None, updateTime=None, reviewer={"isAnonymous": True})
    assert (sparse.content, sparse.author_name, sparse.response_text, sparse.replies) == (None, None, None, 0)
    assert sparse.changed_at == sparse.reviewed_at


@pytest.mark.parametrize(
    ("stars", "rating"),
    [("ONE", 1.0), ("TWO", 2.0), ("THREE", 3.0), ("FIVE", 5.0), ("STAR_RATING_UNSPECIFIED", None), (None, None)],
)
def test_stars(stars: str | None, rating: float | None) -> None:
    """Star names are numbers; unspecified ones are no rating."""
    assert review(starRating=stars).rating == rating


@pytest.mark.parametrize(
    ("changes", "type_", "id_", "says"),
    [
        ({"starRating": "SIX"}, "VALIDATION_ERROR", "r1", "starRating"),
        ({"createTime": None}, "VALIDATION_ERROR", "r1", "createTime is missing"),
        ({"createTime": "2025-11-02"}, "VALIDATION_ERROR", "r1", "createTime"),
        ({"createTime": "2025-02-30T00:00:00Z"}, "VALIDATION_ERROR", "r1", "createTime"),
        ({"updateTime": "soon"}, "VALIDATION_ERROR", "r1", "updateTime"),
        ({"starRating": None, "comment": " \n "}, "VALIDATION_ERROR", "r1", "neither a rating nor a text"),
        ({"reviewId": "a\x00b"}, "VALIDATION_ERROR", "ab", "reviewId"),
        ({"reviewId": " "}, "VALIDATION_ERROR", None, "reviewId"),
        ({"reviewId": None}, "PARSE_ERROR", None, "reviewId"),
        ({"reviewId": 7}, "PARSE_ERROR", None, "reviewId"),
        ({"comment": ["not", "text"]}, "PARSE_ERROR", "r1", "comment"),
    ],
)
def test_bad_row(changes: dict[str, Any], type_: str, id_: str | None, says: str) -> None:
    """A row that cannot be a review names its type of error, its id if it has one, and the field."""
    bad = error(**changes)
    assert (bad.type, bad.external_id) == (type_, id_)
    assert says in bad.message


def test_row_of_broken_bytes() -> None:
    """A row that is not UTF-8 spoils itself only."""
    bad = read_row(Raw(b'{"reviewId":"r1","comment":"\xff\xfe"}'))
    assert isinstance(bad, RowError)
    assert bad.type == "PARSE_ERROR"


@pytest.mark.parametrize(
    ("comment", "original"),
    [
        ("Just text", "Just text"),
        ("(Translated by Google) Good food\n\n(Original)\nGoeie kos", "Goeie kos"),
        ("(Translated by Google) Good food\r\n\r\n(Original)\r\nGoeie kos", "Goeie kos"),
        ("Goeie kos\n\n(Translated by Google)\nGood food", "Goeie kos"),
        ("Twee\n\nparagrawe\n\n(Translated by Google)\nTwo\n\nparagraphs", "Twee\n\nparagrawe"),
        ("(Translated by Google) Only this is left", "Only this is left"),
        ("They say (Translated by Google) everywhere", "They say (Translated by Google) everywhere"),
        (None, None),
    ],
)
def test_original_text(comment: str | None, original: str | None) -> None:
    """Of a translated comment only the author's own words are kept, whichever comes first."""
    assert original_text(comment) == original


def test_translated_reply() -> None:
    """The owner's answer loses its translation too."""
    reply = {"comment": "Dankie\n\n(Translated by Google)\nThank you", "updateTime": "2025-11-03T07:00:00Z"}
    assert review(reviewReply=reply).response_text == "Dankie"


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2025-11-02T17:03:11Z", 0),
        ("2025-11-02T17:03:11.5Z", 500_000),
        ("2025-11-02T17:03:11.123Z", 123_000),
        ("2025-11-02T17:03:11.123456Z", 123_456),
        ("2025-11-02T17:03:11.123456999Z", 123_456),
        ("2025-11-02T19:03:11+02:00", 0),
    ],
)
def test_times(text: str, micros: int) -> None:
    """Times have up to nine digits after the second and any zone; they are read as UTC to the microsecond."""
    assert read_time(text, "createTime") == datetime(2025, 11, 2, 17, 3, 11, micros, tzinfo=UTC)


@given(st.integers(0, 10**17), st.integers(-14, 14))
def test_times_with_zones(micros: int, hours: int) -> None:
    """A time with any zone is the same moment in UTC."""
    sign = "-" if hours < 0 else "+"
    moment = datetime(1000, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    text = f"{moment:%Y-%m-%dT%H:%M:%S.%f}{sign}{abs(hours):02}:00"
    assert read_time(text, "t") == moment - timedelta(hours=hours)
