"""A row of a Google Business Profile listing, and the review it tells of: pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec
from msgspec import Raw, Struct

from jobs.connectors.source import ErrorType, FetchedReview, RowError
from jobs.connectors.text import clean_line, clean_text

_STARS = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0, "STAR_RATING_UNSPECIFIED": None}
# RFC 3339 with the 0, 3, 6 or 9 digits that Google sends; what lies past the microsecond is dropped.
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_TRANSLATED = "(Translated by Google)"
_ORIGINAL = "(Original)"
_LONGEST_ID = 512


class _Reviewer(Struct, frozen=True, rename="camel"):
    display_name: str | None = None
    is_anonymous: bool | None = None


class _Reply(Struct, frozen=True, rename="camel"):
    comment: str | None = None
    update_time: str | None = None


class _Row(Struct, frozen=True, rename="camel"):
    review_id: str
    create_time: str | None = None
    update_time: str | None = None
    star_rating: str | None = None
    comment: str | None = None
    reviewer: _Reviewer | None = None
    review_reply: _Reply | None = None


class _Named(Struct, frozen=True, rename="camel"):
    review_id: str | None = None


class _RowFault(Exception):
    def __init__(self, type: ErrorType, text: str) -> None:  # noqa: A002 - the field's name
        super().__init__(text)
        self.type: ErrorType = type


def read_row(raw: Raw) -> FetchedReview | RowError:
    """The review of a row, or what is wrong with it."""
    try:
        row = msgspec.json.decode(raw, type=_Row)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return RowError(external_id=_id_of(raw), type="PARSE_ERROR", message=f"unreadable row: {error}")
    try:
        return _review(row)
    except _RowFault as fault:
        return RowError(external_id=clean_line(row.review_id), type=fault.type, message=str(fault))


def read_time(text: str, name: str) -> datetime:
    """The moment in UTC that an RFC 3339 text names; `name` is the field, for the error's text."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise _RowFault("VALIDATION_ERROR", f"{name} is not an RFC 3339 time")
    whole, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{whole}.{(fraction or '0')[:6]:0<6}{zone.replace('Z', '+00:00')}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _RowFault("VALIDATION_ERROR", f"{name} is not a real time") from None


def original_text(comment: str | None) -> str | None:
    """What the author wrote, without the translation that Google puts before or after it."""
    if comment is None:
        return None
    text = comment.replace("\r\n", "\n").strip()
    if text.startswith(_TRANSLATED):
        translation, marker, original = text.partition(f"\n\n{_ORIGINAL}\n")
        return original if marker else translation.removeprefix(_TRANSLATED).strip()
    return text.partition(f"\n\n{_TRANSLATED}\n")[0]


def _review(row: _Row) -> FetchedReview:
    if not row.create_time:
        raise _RowFault("VALIDATION_ERROR", "createTime is missing")
    reviewed_at = read_time(row.create_time, "createTime")
    changed_at = read_time(row.update_time, "updateTime") if row.update_time else reviewed_at
    rating = _rating(row.star_rating)
    content = clean_text(original_text(row.comment))
    if rating is None and content is None:
        raise _RowFault("VALIDATION_ERROR", "neither a rating nor a text")
    reviewer = row.reviewer or _Reviewer()
    response_text, response_at = _response(row.review_reply)
    return FetchedReview(
        external_id=_external_id(row.review_id),
        rating=rating,
        content=content,
        author_name=None if reviewer.is_anonymous else clean_line(reviewer.display_name),
        reviewed_at=reviewed_at,
        changed_at=changed_at,
        response_text=response_text,
        response_at=response_at,
        replies=int(response_text is not None),
    )


def _response(reply: _Reply | None) -> tuple[str | None, datetime | None]:
    text = clean_text(original_text(reply.comment)) if reply else None
    if reply is None or text is None:
        return None, None
    return text, read_time(reply.update_time, "reviewReply.updateTime") if reply.update_time else None


def _rating(stars: str | None) -> float | None:
    if stars is None:
        return None
    try:
        return _STARS[stars]
    except KeyError:
        raise _RowFault("VALIDATION_ERROR", "starRating is none of ONE to FIVE") from None


def _external_id(raw: str) -> str:
    if not raw.strip() or not raw.isprintable() or len(raw) > _LONGEST_ID:
        raise _RowFault("VALIDATION_ERROR", "reviewId is empty, too long or holds control characters")
    return raw


def _id_of(raw: Raw) -> str | None:
    try:
        return clean_line(msgspec.json.decode(raw, type=_Named).review_id)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
