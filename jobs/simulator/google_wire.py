"""The world in Google's words: rows, pages, page tokens and error bodies."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from jobs.simulator.world import TrueReview

Json = dict[str, Any]

_STARS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")


class Cursor(Struct, frozen=True, array_like=True):
    """What a page token stands for; to a client it is opaque."""

    location: str
    offset: int
    epoch: int
    """Tokens of an earlier epoch are stale."""


def token_of(cursor: Cursor) -> str:
    """The page token of a cursor."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def cursor_of(token: str) -> Cursor | None:
    """The cursor of a page token; None for anything that is none of ours."""
    try:
        padded = token + "=" * (-len(token) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=Cursor)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None


def page_json(reviews: Sequence[TrueReview], cursor: Cursor, size: int) -> Json:
    """One page of a location's listing; an empty location is `{}`."""
    if not reviews:
        return {}
    rows = reviews[cursor.offset : cursor.offset + size]
    rated = [row.rating for row in reviews if row.rating is not None]
    page: Json = {
        "reviews": [review_json(cursor.location, row) for row in rows],
        "averageRating": round(sum(rated) / len(rated), 1) if rated else 0,
        "totalReviewCount": len(reviews),
    }
    after = cursor.offset + size
    if after < len(reviews):
        page["nextPageToken"] = token_of(msgspec.structs.replace(cursor, offset=after))
    return page


def review_json(location: str, review: TrueReview) -> Json:
    """One row."""
    row: Json = {
        "name": f"{location}/reviews/{review.review_id}",
        "reviewId": review.review_id,
        "reviewer": _reviewer(review),
        "starRating": _STARS[review.rating - 1] if review.rating else "STAR_RATING_UNSPECIFIED",
        "createTime": rfc3339(review.created, review.nanos),
        "updateTime": rfc3339(review.updated, review.nanos),
    }
    if review.text is not None:
        row["comment"] = _comment(review.text, review)
    if review.reply_text is not None and review.reply_at is not None:
        row["reviewReply"] = {"comment": review.reply_text, "updateTime": rfc3339(review.reply_at)}
    return row


def rfc3339(moment: datetime, nanos: int = 0) -> str:
    """The moment with 0, 3, 6 or 9 digits after the second, as few as it takes."""
    moment = moment.astimezone(UTC)
    whole = moment.strftime("%Y-%m-%dT%H:%M:%S")
    if nanos:
        return f"{whole}.{moment.microsecond:06}{nanos:03}Z"
    if moment.microsecond % 1000:
        return f"{whole}.{moment.microsecond:06}Z"
    return f"{whole}.{moment.microsecond // 1000:03}Z" if moment.microsecond else f"{whole}Z"


def error_json(code: int, status: str, message: str, retry_delay: str | None = None) -> Json:
    """A google.rpc error body."""
    error: Json = {"code": code, "message": message, "status": status}
    if retry_delay is not None:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": retry_delay}]
    return {"error": error}


def bad_rows() -> list[Json]:
    """Rows that no reader can make a review of, each for another reason."""
    times = {"createTime": "2025-11-02T17:03:11Z", "updateTime": "2025-11-02T17:03:11Z"}
    return [
        {"reviewId": "bad-stars", "starRating": "SIX", "comment": "Six stars from me, if I could", **times},
        {"reviewId": "bad-time", "starRating": "ONE", "createTime": "yesterday"},
        {"reviewId": "bad-empty", **times},
        {"reviewId": 17, "starRating": "ONE", **times},
        {"starRating": "TWO", "comment": "A review without an id", **times},
    ]


def _reviewer(review: TrueReview) -> Json:
    if review.author is None:
        return {"displayName": "A Google user", "isAnonymous": True}
    return {"displayName": review.author, "profilePhotoUrl": f"https://photos.example/{review.review_id}"}


def _comment(text: str, review: TrueReview) -> str:
    if review.translation is None:
        return text
    if review.translated_first:
        return f"(Translated by Google) {review.translation}\n\n(Original)\n{text}"
    return f"{text}\n\n(Translated by Google)\n{review.translation}"
