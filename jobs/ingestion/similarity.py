"""How alike a review's text is to the most alike earlier one of its tenant. Pure.

A review is not compared with its own author's others at the same connector: people repeat themselves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from rapidfuzz import fuzz, process

from jobs.connectors import normalise

WINDOW = timedelta(days=90)
SHORTEST_COMPARED = 20
"""Characters of normalised text; below that, equal texts say nothing."""
LONGEST_COMPARED = 2_000
"""Characters; what comes after them is not compared: the time grows with the square, and no thread runs meanwhile."""
LEAST_ALIKE = 0.6
"""Anything less is no likeness: two reviews of one restaurant share that much by chance."""


class Comparable(Struct, frozen=True):
    """A review as it is compared."""

    id: str
    at: datetime
    connector_id: str
    author: str | None
    text: str | None
    """Normalised; None if it is too short to say anything."""

    @classmethod
    def of(cls, id_: str, at: datetime, connector_id: str, author: str | None, content: str | None) -> Comparable:
        """The review with its text made ready."""
        text = normalise(content or "")[:LONGEST_COMPARED]
        return cls(id_, at, connector_id, author, text if len(text) >= SHORTEST_COMPARED else None)

    @property
    def order(self) -> tuple[datetime, str]:
        return self.at, self.id


def similarities(reviews: Sequence[Comparable], wanted: Collection[str]) -> dict[str, float | None]:
    """For each wanted id the likeness, 0.6 to 1, to the most alike earlier review within 90 days; None: none is.

    `reviews` holds the wanted ones and all that they may be compared with, in any order.
    """
    ordered = sorted(reviews, key=lambda review: review.order)
    times = [review.at for review in ordered]
    texts = [review.text for review in ordered]
    own: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
    found: dict[str, float | None] = {}
    for index, review in enumerate(ordered):
        if review.id in wanted:
            first = bisect_left(times, review.at - WINDOW)
            earlier = texts[first:index]
            for other in own[review.connector_id, review.author] if review.author else ():
                if other >= first:
                    earlier[other - first] = None
            found[review.id] = _most_alike(review.text, earlier)
        own[review.connector_id, review.author].append(index)
    return found


def _most_alike(text: str | None, earlier: list[str | None]) -> float | None:
    if text is None:
        return None
    best = process.extractOne(text, earlier, scorer=fuzz.ratio, score_cutoff=LEAST_ALIKE * 100)
    return None if best is None else round(best[1] / 100, 4)
