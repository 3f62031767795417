"""A world that remembers: what each review has said, which of it a reader must have seen, and what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from jobs.simulator import TrueReview, World


class Said(Struct, frozen=True):
    """What makes a version of a review."""

    rating: int | None
    title: str | None
    text: str | None
    reply_text: str | None
    reply_at: datetime | None

    @classmethod
    def by(cls, review: TrueReview) -> Said:
        """What the review says now."""
        return cls(review.rating, review.title, review.text, review.reply_text, review.reply_at)


class Moment(Struct):
    """What a review said for a while."""

    said: Said
    seen: bool = False
    """A sync without trouble has read it; else a reader may have missed it."""


class Chronicle(World):
    """A world whose past can be asked for."""

    def __init__(self, as_of: datetime) -> None:
        super().__init__(as_of)
        self._moments: dict[tuple[str, str], list[Moment]] = {}
        self._gone: dict[str, dict[str, TrueReview]] = {}

    @classmethod
    def of(cls, world: World) -> Chronicle:
        """The same world, whose past begins here."""
        chronicle = cls(world.as_of)
        for location, title in world.locations.items():
            chronicle.open_location(location, title)
            for review in world.truth(location):
                chronicle.put(location, review)
        return chronicle

    def put(self, location: str, review: TrueReview) -> TrueReview:
        """See `World.put`; a review that was gone is back."""
        review = super().put(location, review)
        moments = self._moments.setdefault((location, review.review_id), [])
        if not moments or moments[-1].said != Said.by(review):
            moments.append(Moment(Said.by(review)))
        self._gone.get(location, {}).pop(review.review_id, None)
        return review

    def delete(self, location: str, review_id: str) -> TrueReview:
        """See `World.delete`."""
        review = super().delete(location, review_id)
        self._gone.setdefault(location, {})[review_id] = review
        return review

    def gone(self, location: str) -> Sequence[TrueReview]:
        """The reviews that were taken away, as they were last."""
        return list(self._gone.get(location, {}).values())

    def seen(self) -> None:
        """A sync without trouble has read everything as it stands now."""
        for location in self.locations:
            for review in self.truth(location):
                self._moments[location, review.review_id][-1].seen = True

    def moments(self, location: str, review_id: str) -> Sequence[Moment]:
        """All that the review has said, oldest first."""
        return self._moments[location, review_id]


def tells(stored: Sequence[Said], moments: Sequence[Moment]) -> bool:
    """Whether the stored versions are what a reader of these moments has: in order, none that was seen left out."""
    # After each moment: how many of the stored versions may have been written by then.
    written = {0}
    for moment in moments:
        same = {n for n in written if n and stored[n - 1] == moment.said}
        written = {
            *(n + 1 for n in written - same if n < len(stored) and stored[n] == moment.said),
            *(same if moment.seen else written),
        }
    return len(stored) in written
