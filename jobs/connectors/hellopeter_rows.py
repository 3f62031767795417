"""A row of a Hellopeter listing, and the review it tells of: pure.

A row holds more than may be kept, the name, e-mail address and telephone number of whoever reported a review among it:
only the fields that `_Row` names are ever read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Raw, Struct

from jobs.connectors.source import ErrorType, FetchedReview, RowError
from jobs.connectors.text import clean_line, clean_text

_RATINGS = (1.0, 2.0, 3.0, 4.0, 5.0)
_BY_THE_BUSINESS = 2
_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)


class _Message(Struct, frozen=True):
    body: str | None = None
    created_at: str | None = None
    type: str | None = None
    owner: int | None = None

    @property
    def public(self) -> bool:
        """Only what says that it is: everything else stays between the two."""
        return self.type == "Public"


class _Row(Struct, frozen=True):
    id: int | str
    created_at: str | None = None
    review_title: str | None = None
    review_rating: float | None = None
    review_content: str | None = None
    author_name: str | None = msgspec.field(default=None, name="authorDisplayName")
    author_id: str | None = None
    messages: tuple[_Message, ...] | None = None


class _Named(Struct, frozen=True):
    id: int | str | None = None


class _RowFault(Exception):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.type: ErrorType = "VALIDATION_ERROR"


def read_row(raw: Raw, zone: ZoneInfo) -> FetchedReview | RowError:
    """The review of a row, or what is wrong with it; `zone` is that of times without one."""
    try:
        row = msgspec.json.decode(raw, type=_Row)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return RowError(external_id=_id_of(raw), type="PARSE_ERROR", message=f"unreadable row: {error}")
    try:
        return _review(row, zone)
    except _RowFault as fault:
        return RowError(external_id=clean_line(str(row.id)), type=fault.type, message=str(fault))


def read_time(text: str, zone: ZoneInfo, name: str) -> datetime:
    """The moment in UTC that a text names, in `zone` if it names none; `name` is the field, for the error's text.

    An hour that a zone's clocks go through twice is read as the first.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise _RowFault(f"{name} is not a time such as 2025-03-08 13:51:13")
    day, clock, fraction, offset = match.groups()
    try:
        stamp = datetime.fromisoformat(
            f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{(offset or '').replace('Z', '+00:00')}"
        )
        return (stamp if offset else stamp.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _RowFault(f"{name} is not a real time") from None


def _review(row: _Row, zone: ZoneInfo) -> FetchedReview:
    if not row.created_at:
        raise _RowFault("created_at is missing")
    written_at = read_time(row.created_at, zone, "created_at")
    rating, title, content = _rating(row.review_rating), clean_line(row.review_title), clean_text(row.review_content)
    if rating is None and title is None and content is None:
        raise _RowFault("neither a rating nor a text")
    public = [message for message in row.messages or () if message.public]
    response_text, response_at = _response(public, zone)
    return FetchedReview(
        external_id=_external_id(row.id),
        rating=rating,
        title=title,
        content=content,
        author_name=clean_line(row.author_name),
        author_id=clean_line(row.author_id),
        reviewed_at=written_at,
        changed_at=written_at,  # the source does not say when a review was changed or answered
        response_text=response_text,
        response_at=response_at,
        replies=len(public),
    )


def _response(public: list[_Message], zone: ZoneInfo) -> tuple[str | None, datetime | None]:
    """The first words that the business says in public, and when it said them."""
    for message in public:
        text = clean_text(message.body) if message.owner == _BY_THE_BUSINESS else None
        if text is not None:
            return text, read_time(message.created_at, zone, "messages.created_at") if message.created_at else None
    return None, None


def _rating(stars: float | None) -> float | None:
    if stars is not None and stars not in _RATINGS:
        raise _RowFault("review_rating is not a whole number from 1 to 5")
    return stars


def _external_id(number: int | str) -> str:
    if not _ID.fullmatch(str(number)):
        raise _RowFault("id is not a whole number above 0")
    return str(number)


def _id_of(raw: Raw) -> str | None:
    try:
        number = msgspec.json.decode(raw, type=_Named).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None if number is None else clean_line(str(number))
