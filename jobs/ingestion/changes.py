"""What a fetched review is to the stored one of its id: new, edited, touched or the same. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum

from msgspec import Struct

from jobs.connectors import FetchedReview, RowError

MOST_LIKES = 2**31 - 1
"""What the counters' columns hold."""


class Change(Enum):
    """What storing a fetched review means."""

    NEW = "new"
    EDITED = "edited"
    """Its rating, words or reply changed: a new version."""
    TOUCHED = "touched"
    """Only its counters changed, or it is back after it was gone: no new version."""
    SAME = "same"
    """Nothing is written."""


class Words(Struct, frozen=True):
    """What makes a version of a review."""

    rating: Decimal | None
    title: str | None
    content: str | None
    response_text: str | None
    response_date: datetime | None


class Counters(Struct, frozen=True):
    """How often others reacted; these change without a new version."""

    likes: int
    replies: int
    helpful: int


class Stored(Struct, frozen=True):
    """A review as the database has it."""

    id: str
    words: Words
    counters: Counters
    content_hash: str | None
    removed: bool


def compare(stored: Stored | None, fetched: FetchedReview) -> Change:
    """What storing `fetched` means where `stored` is."""
    if stored is None:
        return Change.NEW
    if stored.words != words_of(fetched):
        return Change.EDITED
    if stored.removed or stored.counters != counters_of(fetched):
        return Change.TOUCHED
    return Change.SAME


def words_of(review: FetchedReview) -> Words:
    """The review's words, with the rating as the database holds it."""
    return Words(
        rating=None if review.rating is None else Decimal(str(review.rating)).quantize(Decimal("0.1")),
        title=review.title or None,
        content=review.content or None,
        response_text=review.response_text or None,
        response_date=review.response_at,
    )


def counters_of(review: FetchedReview) -> Counters:
    """The review's counters, within what the database holds."""
    return Counters(*(max(0, min(count, MOST_LIKES)) for count in (review.likes, review.replies, review.helpful)))


def fault_of(review: FetchedReview) -> RowError | None:
    """Why the review cannot be stored, if it cannot: one bad row must not cost its page."""
    if not (review.title or review.content) and review.rating is None:
        return _fault(review, "neither a rating nor a text")
    if review.rating is not None and not 1 <= review.rating <= 5:
        return _fault(review, f"the rating {review.rating:g} is not between 1 and 5")
    return None


def _fault(review: FetchedReview, message: str) -> RowError:
    return RowError(external_id=review.external_id, type="VALIDATION_ERROR", message=message)
