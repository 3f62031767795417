"""The truth: what stands in the reviews of each location now, and how it changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

_ADDED_FROM = 1_000_000_000
"""Above all numbers of a made world."""


class Message(Struct, frozen=True, kw_only=True):
    """What was said under a review beside the owner's answer, on a site that shows the conversation."""

    text: str
    at: datetime
    by_owner: bool
    public: bool
    """Else between the two: no table may hold it."""


class TrueReview(Struct, frozen=True, kw_only=True):
    """A review as its author left it: what a table of reviews must hold once all is read."""

    review_id: str
    author: str | None
    """None for a guest who stays anonymous."""
    author_id: str | None = None
    """None where the site does not tell."""
    rating: int | None
    title: str | None = None
    """None on a site without titles."""
    text: str | None
    """None for a guest who only gave stars."""
    language: Literal["en", "af"] | None = None
    """What the generator wrote it in."""
    created: datetime
    updated: datetime
    """The last change by the author; the owner's reply has its own time and does not move this."""
    reply_text: str | None = None
    reply_at: datetime | None = None
    """When the owner first answered in public."""
    thread: tuple[Message, ...] = ()
    # What only the wire shows:
    translation: str | None = None
    translated_first: bool = False
    nanos: int = 0
    """The digits past the microsecond that the wire adds; no table holds them."""

    @property
    def replies(self) -> int:
        """How many public messages stand under the review."""
        return int(self.reply_text is not None) + sum(message.public for message in self.thread)


class NotThere(LookupError):
    """The world has no such location or review; the text says which."""


def is_slug(location: str) -> bool:
    """Whether a location is a business on Hellopeter, named by its slug; Google's have a path."""
    return "/" not in location


class World:
    """Locations with their reviews. Not safe for threads: one event loop owns it."""

    def __init__(self, as_of: datetime) -> None:
        self.as_of = as_of
        self._locations: dict[str, dict[str, TrueReview]] = {}
        self._titles: dict[str, str] = {}
        self._sorted: dict[str, tuple[TrueReview, ...]] = {}
        self._added = 0

    @property
    def locations(self) -> dict[str, str]:
        """Location name (accounts/1/locations/2, or a slug) to the restaurant's title."""
        return dict(self._titles)

    def open_location(self, name: str, title: str) -> None:
        """Adds a location without reviews."""
        self._locations[name] = {}
        self._titles[name] = title

    def truth(self, location: str) -> Sequence[TrueReview]:
        """Every review of the location as it stands, in its site's order.

        That is newest change first on Google, newest first on Hellopeter.
        """
        reviews = self._of(location)
        if location not in self._sorted:
            order = _by_creation if is_slug(location) else _by_change
            self._sorted[location] = tuple(sorted(reviews.values(), key=order, reverse=True))
        return self._sorted[location]

    def new_id(self, location: str) -> str:
        """An id that no review of the location has had."""
        self._added += 1
        return str(_ADDED_FROM + self._added) if is_slug(location) else f"added-{self._added}"

    def review(self, location: str, review_id: str) -> TrueReview:
        """One review; raises `NotThere`."""
        try:
            return self._of(location)[review_id]
        except KeyError:
            raise NotThere(f"{location} has no review {review_id}") from None

    def put(self, location: str, review: TrueReview) -> TrueReview:
        """Adds a review, or puts it in the place of the one with its id."""
        reviews = self._of(location)
        if is_slug(location):
            review = _in_whole_seconds(review)
        reviews[review.review_id] = review
        self._sorted.pop(location, None)
        return review

    def edit(self, location: str, review_id: str, at: datetime, *, text: str | None, rating: int | None) -> TrueReview:
        """The author's new text and stars; on Google the change moves the review to the front of the listing."""
        old = self.review(location, review_id)
        edited = msgspec.structs.replace(old, text=text, rating=rating, updated=at, translation=None, nanos=0)
        return self.put(location, edited)

    def reply(self, location: str, review_id: str, at: datetime, text: str | None) -> TrueReview:
        """The owner's answer, a new one in the place of all that the owner said in public; None takes it back."""
        old = self.review(location, review_id)
        reply_at = None if text is None else at
        thread = tuple(message for message in old.thread if not (message.by_owner and message.public))
        return self.put(location, msgspec.structs.replace(old, reply_text=text, reply_at=reply_at, thread=thread))

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


def _by_change(review: TrueReview) -> tuple[datetime, str]:
    return review.updated, review.review_id


def _by_creation(review: TrueReview) -> tuple[datetime, int]:
    return review.created, int(review.review_id)


def _in_whole_seconds(review: TrueReview) -> TrueReview:
    """The review as a site knows it that keeps whole seconds."""
    return msgspec.structs.replace(
        review,
        created=review.created.replace(microsecond=0),
        updated=review.updated.replace(microsecond=0),
        reply_at=review.reply_at and review.reply_at.replace(microsecond=0),
        nanos=0,
    )
