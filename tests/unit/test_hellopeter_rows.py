"""Rows of a Hellopeter listing become reviews or say what is wrong with them, and nothing private is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from jobs.connectors import FetchedReview, RowError
from jobs.connectors.hellopeter_rows import read_row, read_time

SAST = ZoneInfo("Africa/Johannesburg")
ANSWER = {
    "id": 12,
    "body": "<div><!--block-->We are&nbsp;sorry, T.<br>Please call us</div>",
    "created_at": "2025-03-08 14:35:36",
    "type": "Public",
    "origin": 1,
    "owner": 2,
    "from": "Example Bistro",
}
ROW = {
    "id": 9000001,
    "user_id": "00000000-0000-0000-0000-000000000001",
    "created_at": "2025-03-08 13:51:13",
    "authorDisplayName": "T. Example",
    "author": "Thandi Example",
    "author_id": "00000000-0000-0000-0000-000000000002",
    "review_title": "Slow  service",
    "review_rating": 2,
    "review_content": "Waited an hour &amp; left.\r\nA p****.",
    "business_slug": "example-bistro",
    "permalink": "slow-service-9000001",
    "replied": 1,
    "nps_rating": 3,
    "messages": [ANSWER],
    "business_reporting": {"name": "hush", "email": "hush@example.test", "phone": "hush"},
    "attachments": [],
}


def read(**changes: Any) -> FetchedReview | RowError:
    """The example row, changed; None takes a field away."""
    row = {name: value for name, value in (ROW | changes).items() if value is not None}
    return read_row(Raw(msgspec.json.encode(row)), SAST)


def review(**changes: Any) -> FetchedReview:
    """The review of a row that must be good."""
    row = read(**changes)
    assert isinstance(row, FetchedReview), row
    return row


def test_whole_row() -> None:
    """Every field that may be kept arrives, as plain text, its times in UTC."""
    assert review() == FetchedReview(
        external_id="9000001",
        rating=2.0,
        title="Slow service",
        content="Waited an hour & left.\nA p****.",
        author_name="T. Example",
        author_id="00000000-0000-0000-0000-000000000002",
        reviewed_at=datetime(2025, 3, 8, 11, 51, 13, tzinfo=UTC),
        changed_at=datetime(2025, 3, 8, 11, 51, 13, tzinfo=UTC),
        response_text="We are sorry, T.\nPlease call us",
        response_at=datetime(2025, 3, 8, 12, 35, 36, tzinfo=UTC),
        replies=1,
    )


def test_nothing_else_is_kept() -> None:
    """What the site knows of whoever reported a review, or of the author beyond the shown name, goes nowhere."""
    kept = str(review())
    for private in ("hush", "Thandi", "000000000001"):
        assert private not in kept


def test_sparse_row() -> None:
    """A row without name, title, text or messages leaves no placeholder behind."""
    fields = ("author_name", "author_id", "title", "content", "response_text", "response_at")
    names = ("authorDisplayName", "author_id", "review_title", "review_content", "messages")
    sparse = review(**dict.fromkeys(names))
    assert {getattr(sparse, field) for field in fields} == {None}
    assert sparse.replies == 0


def message(text: str, kind: str = "Public", owner: int = 2) -> dict[str, Any]:
    """A message that differs from the answer in these."""
    return ANSWER | {"body": text, "type": kind, "owner": owner}


@pytest.mark.parametrize(
    ("messages", "text", "replies"),
    [
        ([message("Sorry"), message("And thanks")], "Sorry", 2),
        ([message("It was bad", owner=1), message("Sorry")], "Sorry", 2),
        ([message("A secret", "Private"), message("Sorry")], "Sorry", 1),
        ([message("A secret", "Private")], None, 0),
        ([message("Not said to be public", "Other")], None, 0),
        ([message("It was bad", owner=1)], None, 1),
        ([message("<div> </div>"), message("Sorry")], "Sorry", 2),
        ([message("Sorry") | {"created_at": None}], "Sorry", 1),
        ([], None, 0),
    ],
)
def test_response(messages: list[dict[str, Any]], text: str | None, replies: int) -> None:
    """The first words of the business in public are the response; private messages are neither kept nor counted."""
    row = review(messages=messages)
    assert (row.response_text, row.replies) == (text, replies)
    assert "secret" not in str(row)


@pytest.mark.parametrize(
    ("changes", "type_", "id_", "says"),
    [
        ({"review_rating": 0}, "VALIDATION_ERROR", "9000001", "review_rating"),
        ({"review_rating": 6}, "VALIDATION_ERROR", "9000001", "review_rating"),
        ({"review_rating": 3.5}, "VALIDATION_ERROR", "9000001", "review_rating"),
        ({"review_rating": "many"}, "PARSE_ERROR", "9000001", "review_rating"),
        ({"created_at": None}, "VALIDATION_ERROR", "9000001", "created_at is missing"),
        ({"created_at": "2025-03-08"}, "VALIDATION_ERROR", "9000001", "created_at is not a time"),
        ({"created_at": "2025-02-30 10:00:00"}, "VALIDATION_ERROR", "9000001", "created_at is not a real time"),
        ({"created_at": "0001-01-01 00:00:00"}, "VALIDATION_ERROR", "9000001", "created_at is not a real time"),
        ({"messages": [ANSWER | {"created_at": "soon"}]}, "VALIDATION_ERROR", "9000001", "messages.created_at"),
        ({"messages": [ANSWER | {"body": 7}]}, "PARSE_ERROR", "9000001", "messages"),
        (
            {"review_rating": None, "review_title": " ", "review_content": "<p></p>"},
            "VALIDATION_ERROR",
            "9000001",
            "neither a rating nor a text",
        ),
        ({"id": 0}, "VALIDATION_ERROR", "0", "id is not a whole number"),
        ({"id": "../x"}, "VALIDATION_ERROR", "../x", "id is not a whole number"),
        ({"id": None}, "PARSE_ERROR", None, "id"),
        ({"id": [1]}, "PARSE_ERROR", None, "id"),
    ],
)
def test_bad_row(changes: dict[str, Any], type_: str, id_: str | None, says: str) -> None:
    """A row that cannot be a review names its type of error, its id if it has one, and the field."""
    bad = read(**changes)
    assert isinstance(bad, RowError), bad
    assert (bad.type, bad.external_id) == (type_, id_)
    assert says in bad.message


@pytest.mark.parametrize("raw", [b'{"id":1,"review_title":"\xff\xfe"}', b"7", b"null", b"[]"])
def test_row_of_another_shape(raw: bytes) -> None:
    """A row that is not UTF-8, or no object, spoils itself only."""
    bad = read_row(Raw(raw), SAST)
    assert isinstance(bad, RowError)
    assert bad.type == "PARSE_ERROR"


def test_id_may_be_text() -> None:
    """A number written as text is the same review."""
    assert review(id="9000001").external_id == review().external_id


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-08 13:51:13", datetime(2025, 3, 8, 11, 51, 13, tzinfo=UTC)),
        ("2025-03-08T13:51:13", datetime(2025, 3, 8, 11, 51, 13, tzinfo=UTC)),
        ("2025-03-08T13:51:13.123456789Z", datetime(2025, 3, 8, 13, 51, 13, 123456, tzinfo=UTC)),
        ("2025-03-08 13:51:13+05:30", datetime(2025, 3, 8, 8, 21, 13, tzinfo=UTC)),
    ],
)
def test_times(text: str, moment: datetime) -> None:
    """A time without a zone is the setting's; one that names its zone is that."""
    assert read_time(text, SAST, "t") == moment


def test_an_hour_that_comes_twice() -> None:
    """Where clocks go back, the first of the two is meant; where they go forward, nothing is lost."""
    amsterdam = ZoneInfo("Europe/Amsterdam")
    assert read_time("2025-10-26 02:30:00", amsterdam, "t") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert read_time("2025-03-30 02:30:00", amsterdam, "t") == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - as the source writes them
def test_zone_less_times(stamp: datetime) -> None:
    """Every zone-less time is two hours ahead of UTC in South Africa."""
    text = stamp.isoformat(" ", "seconds")
    assert read_time(text, SAST, "t") == stamp.replace(microsecond=0, tzinfo=UTC) - timedelta(hours=2)
