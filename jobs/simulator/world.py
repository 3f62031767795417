"""The truth: what stands in the reviews of each location now, and how it changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct


class TrueReview(Struct, frozen=True, kw_only=True):
    """A review as its author left it: what a table of reviews must hold once all is read."""

    review_id: str
    author: str | None
    """None for a guest who stays anonymous."""
    rating: int | None
    text: str | None
    """None for a guest who only gave stars."""
    language: Literal["en", "af"] | None = None
    """What the generator wrote it in."""
    created: datetime
    updated: datetime
    """The last change by the author; the owner's reply has its own time and does not move this."""
    reply_text: str | None = None
    reply_at: datetime | None = None
    # What only the wire shows:
    translation: str | None = None
    translated_first: bool = False
    nanos: int = 0
    """The digits past the microsecond that the wire adds; no table holds them."""


class NotThere(LookupError):
    """The world has no such location or review; the text says which."""


class World:
    """Locations with their reviews. Not safe for threads: one event loop owns it."""

    def __init__(self, as_of: datetime) -> None:
        self.as_of = as_of
        self._locations: dict[str, dict[str, TrueReview]] = {}
        self._titles: dict[str, str] = {}
        self._sorted: dict[str, tuple[TrueReview, ...]] = {}

    @property
    def locations(self) -> dict[str, str]:
        """Location name (accounts/1/locations/2) to the restaurant's title."""
        return dict(self._titles)

    def open_location(self, name: str, title: str) -> None:
        """Adds a location without reviews."""
        self._locations[name] = {}
        self._titles[name] = title

    def truth(self, location: str) -> Sequence[TrueReview]:
        """Every review of the location as it stands, newest change first."""
        reviews = self._of(location)
        if location not in self._sorted:
            newest_first = sorted(reviews.values(), key=lambda row: (row.updated, row.review_id), reverse=True)
            self._sorted[location] = tuple(newest_first)
        return self._sorted[location]

    def review(self, location: str, review_id: str) -> TrueReview:
        """One review; raises `NotThere`."""
        try:
            return self._of(location)[review_id]
        except KeyError:
            raise NotThere(f"{location} has no review {review_id}") from None

    def put(self, location: str, review: TrueReview) -> TrueReview:
        """Adds a review, or puts it in the place of the one with its id."""
        self._of(location)[review.review_id] = review
        self._sorted.pop(location, None)
        return review

    def edit(self, location: str, review_id: str, at: datetime, *, text: str | None, rating: int | None) -> TrueReview:
        """The author's new text and stars; the change moves the review to the front of the listing."""
        old = self.review(location, review_id)
        edited = msgspec.structs.replace(old, text=text, rating=rating, updated=at, translation=None, nanos=0)
        return self.put(location, edited)

    def reply(self, location: str, review_id: str, at: datetime, text: str | None) -> TrueReview:
        """The owner's answer, a new one in the place of an older; None takes it back."""
        old = self.review(location, review_id)
        reply_at = None if text is None else at
        return self.put(location, msgspec.structs.replace(old, reply_text=text, reply_at=reply_at))

    def delete(self, location: str, review_id: str) -> TrueReview:
        """Takes a review away for good, and returns it."""
        gone = self.review(location, review_id)
        del self._of(location)[review_id]
        self._sorted.pop(location, None)
        return gone

    def _of(self, location: str) -> dict[str, TrueReview]:
        try:
            return self._locations[location]
        except KeyError:
            raise NotThere(f"there is no location {location}") from None
