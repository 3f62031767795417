"""What guests and owners do between two syncs, and while a file is read: a bit of everything at each location."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random

import msgspec

from jobs.simulator import Message, TrueReview, new_review
from jobs.simulator.world import is_slug
from tests.evidence.truth.chronicle import Chronicle
from tests.evidence.truth.expected import expected_originals
from tests.evidence.truth.lines import LINES


class Visit:
    """Changes to one location, all at one moment."""

    def __init__(self, world: Chronicle, location: str, at: datetime, random: Random) -> None:
        self._world = world
        self._location = location
        self._at = at
        self._random = random
        self._changes: tuple[Callable[[TrueReview], object], ...] = (
            self._reword,
            self._copy,
            self._say_nothing,
            self._rate_anew,
            self._answer,
            self._take_answer_back,
            self._comment,
            self._delete,
            self._add,
        )

    def change(self, each: int) -> None:
        """Each kind of change has happened so often, to reviews that nothing else happened to."""
        self._restore(each)
        standing = self._world.truth(self._location)
        count = min(len(standing), each * len(self._changes))
        for number, review in enumerate(self._random.sample(standing, count)):
            self._changes[number % len(self._changes)](review)

    def _reword(self, review: TrueReview) -> None:
        self._edit(review, f"{review.text or 'Well then.'} That was {self._random.randrange(10**9)} days ago.")

    def _copy(self, review: TrueReview) -> None:
        """The author takes a text of somewhere else, perhaps of the same tenant."""
        elsewhere = self._random.choice([line.location for line in LINES if line.location != self._location])
        self._edit(review, self._random.choice(self._world.truth(elsewhere)).text or review.text)

    def _say_nothing(self, review: TrueReview) -> None:
        self._edit(review, None)

    def _rate_anew(self, review: TrueReview) -> None:
        stars = 1 + (review.rating or 1) % 5
        self._world.edit(self._location, review.review_id, self._at, text=review.text, rating=stars)

    def _edit(self, review: TrueReview, text: str | None) -> None:
        self._world.edit(self._location, review.review_id, self._at, text=text, rating=review.rating or 3)

    def _answer(self, review: TrueReview) -> None:
        self._world.reply(self._location, review.review_id, self._at, f"Thank you, {review.author or 'guest'}.")

    def _take_answer_back(self, review: TrueReview) -> None:
        self._world.reply(self._location, review.review_id, self._at, None)

    def _comment(self, review: TrueReview) -> None:
        """One more message where the site shows them: a counter changes, no word of the review does."""
        if is_slug(self._location):
            more = Message(text="Any news?", at=self._at.replace(microsecond=0), by_owner=False, public=True)
            self._world.put(self._location, msgspec.structs.replace(review, thread=(*review.thread, more)))

    def _delete(self, review: TrueReview) -> None:
        self._world.delete(self._location, review.review_id)

    def _add(self, _review: TrueReview) -> None:
        new_review(self._world, self._location, self._at, self._random)

    def _restore(self, most: int) -> None:
        """Reviews that were taken away are back, half as many as are taken away each time."""
        gone = self._world.gone(self._location)
        for review in self._random.sample(gone, min(len(gone), (most + 1) // 2)):
            self._world.put(self._location, review)


def change_all(world: Chronicle, each: int, at: datetime, random: Random) -> None:
    """Each kind of change has happened `each` times at each location, and so many originals of copies are gone."""
    locations = {line.id: line.location for line in LINES}
    originals = sorted(set(expected_originals(world, {}).values()))
    for connector, review_id in random.sample(originals, min(len(originals), each)):
        world.delete(locations[connector], review_id)
    change(world, (line.location for line in LINES), each, at, random)


def change(world: Chronicle, locations: Iterable[str], each: int, at: datetime, random: Random) -> None:
    """The same at some locations, a second later at each: no two changes are of one moment."""
    for number, location in enumerate(locations):
        Visit(world, location, at + timedelta(milliseconds=number), random).change(each)
