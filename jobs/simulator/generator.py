"""Makes a world of invented reviews: the same seed and day give the same world."""

from __future__ import annotations

import copy
import string
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

import msgspec
from msgspec import Struct

from jobs.simulator.grammar import Author, Mood, Phrases, reply_text, short_text
from jobs.simulator.names import RESTAURANTS, author_name, slug_of
from jobs.simulator.phrases_af import AFRIKAANS
from jobs.simulator.phrases_en import ENGLISH
from jobs.simulator.posts import post, posts
from jobs.simulator.taste import Taste, Verdict, make_taste, visit
from jobs.simulator.world import TrueReview, World, is_slug

DAYS = 548
"""Reviews lie in these many days before the world's day."""
_ID_LETTERS = string.ascii_letters + string.digits + "-_"
_HOURS = (0.2, 0.1, 0.1, 0.1, 0.1, 0.3, 1, 2, 3, 3, 3, 4, 5, 6, 5, 4, 4, 4, 5, 7, 9, 8, 5, 2)
_COMMONLY_EQUAL = 20
"""Texts shorter than this may repeat by chance; longer ones repeat only where a copy is meant."""


class Mix(Struct, frozen=True, kw_only=True):
    """Which share of the guests does what."""

    stars_only: float = 0.18
    short: float = 0.08
    no_stars: float = 0.004
    anonymous: float = 0.03
    afrikaans: float = 0.27
    translated: float = 0.1
    """Of the Afrikaans ones."""
    edited: float = 0.04
    copied: float = 0.004
    """The same text again at another location."""
    reworded: float = 0.01
    """Nearly the same text again, by another author."""


def make_world(
    *, seed: int, as_of: date, locations: int = 3, businesses: int = 0, reviews: int = 2500, mix: Mix | None = None
) -> World:
    """A world with `reviews` at each of `locations` on Google and of `businesses` on Hellopeter.

    All are written and answered before `as_of` (UTC).
    """
    end = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    world = World(end)
    guests = _Guests(Random(f"{seed}:words"), end, mix or Mix())  # noqa: S311 - no secrets here
    for number, name in enumerate(location_names(locations)):
        world.open_location(name, _title(number))
        random = Random(f"{seed}:{name}")  # noqa: S311 - the same
        for review in guests.reviews(random, reviews):
            world.put(name, review)
    for number, slug in enumerate(business_slugs(businesses)):
        world.open_location(slug, _title(number))
        random = Random(f"{seed}:{slug}")  # noqa: S311 - the same
        for review in posts(guests.on_hellopeter().reviews(random, reviews), number, end, random):
            world.put(slug, review)
    return world


def location_names(count: int) -> list[str]:
    """The names of a world's locations on Google."""
    return [f"accounts/1/locations/{number}" for number in range(1, count + 1)]


def business_slugs(count: int) -> list[str]:
    """The names of a world's businesses on Hellopeter."""
    slugs = [slug_of(_title(number)) for number in range(count)]
    return [slug if number < len(RESTAURANTS) else f"{slug}-{number + 1}" for number, slug in enumerate(slugs)]


def new_review(world: World, location: str, at: datetime, random: Random) -> TrueReview:
    """A fresh invented review written at `at` and put into the world."""
    guests = _Guests(random, at + timedelta(seconds=1), Mix(stars_only=0, short=0, edited=0))
    review = guests.review(make_taste(random), at, random)
    if is_slug(location):
        review = post(review, world.new_id(location), guests.end, random)
    return world.put(location, review)


def _title(number: int) -> str:
    return RESTAURANTS[number % len(RESTAURANTS)]


class _Guests:
    """Everyone who writes, over all locations: they know which texts are taken."""

    def __init__(self, random: Random, end: datetime, mix: Mix) -> None:
        self.end = end
        self._words = random
        self.mix = mix
        self._taken: set[str] = set()
        self._elsewhere: list[TrueReview] = []

    def on_hellopeter(self) -> _Guests:
        """The same people where nobody can leave stars or words alone, and nothing is translated."""
        guests = copy.copy(self)
        guests.mix = msgspec.structs.replace(self.mix, stars_only=0, no_stars=0, translated=0)
        return guests

    def reviews(self, random: Random, count: int) -> Iterator[TrueReview]:
        """The reviews of one more location."""
        taste = make_taste(random)
        here: list[TrueReview] = []
        for _ in range(count):
            chance = random.random()
            if self._elsewhere and chance < self.mix.copied:
                review = self._copy(random.choice(self._elsewhere), random, days=3)
            elif here and chance > 1 - self.mix.reworded:
                review = self._reworded(random.choice(here), random)
            else:
                review = self.review(taste, self._moment(random), random)
            if review.text and len(review.text) >= _COMMONLY_EQUAL:
                here.append(review)
            yield review
        self._elsewhere += here

    def review(self, taste: Taste, created: datetime, random: Random) -> TrueReview:
        """What one guest leaves, with the owner's answer and the guest's later edit, if any."""
        when = 1 - (self.end - created) / timedelta(days=DAYS)
        verdict = visit(taste, when, random)
        phrases = AFRIKAANS if random.random() < self.mix.afrikaans else ENGLISH
        text = self._text(phrases, verdict, random)
        translated = text is not None and phrases is AFRIKAANS and random.random() < self.mix.translated
        review = TrueReview(
            review_id="".join(random.choices(_ID_LETTERS, k=24)),
            author=None if random.random() < self.mix.anonymous else author_name(random),
            rating=None if text and random.random() < self.mix.no_stars else verdict.stars,
            text=text,
            language=None if text is None else "af" if phrases is AFRIKAANS else "en",
            created=created,
            updated=created,
            translation=Author(ENGLISH, random).review(verdict.opinions, verdict.mood) if translated else None,
            translated_first=random.random() < 0.5,
            nanos=random.randrange(1, 1000) if random.random() < 0.1 else 0,
        )
        return self._answered(self._edited(review, phrases, verdict.mood, random), phrases, verdict.mood, random)

    def _text(self, phrases: Phrases, verdict: Verdict, random: Random) -> str | None:
        kind = random.random()
        if kind < self.mix.stars_only:
            return None
        if kind < self.mix.stars_only + self.mix.short:
            return short_text(phrases, verdict.mood, random)
        text = Author(phrases, self._words).review(verdict.opinions, verdict.mood)
        return self._claimed(text, phrases, verdict.mood)

    def _claimed(self, text: str, phrases: Phrases, mood: Mood) -> str:
        while _compared(text) in self._taken:
            text = Author(phrases, self._words).longer(text, mood)
        self._taken.add(_compared(text))
        return text

    def _edited(self, review: TrueReview, phrases: Phrases, mood: Mood, random: Random) -> TrueReview:
        if random.random() >= self.mix.edited:
            return review
        text = review.text and self._claimed(Author(phrases, random).longer(review.text, mood), phrases, mood)
        updated = self._later(review.created, random, days=60)
        return msgspec.structs.replace(review, text=text, updated=updated, translation=None)

    def _answered(self, review: TrueReview, phrases: Phrases, mood: Mood, random: Random) -> TrueReview:
        share = 0.25 if mood == "good" else 0.45
        if review.text is None or random.random() >= share:
            return review
        first_name = (review.author or "there").split(" ")[0]
        text = reply_text(phrases, mood, first_name, random)
        at = self._later(review.created, random, days=6)
        return msgspec.structs.replace(review, reply_text=text, reply_at=at)

    def _copy(self, original: TrueReview, random: Random, *, days: float) -> TrueReview:
        created = self._later(original.created, random, days=days)
        return TrueReview(
            review_id="".join(random.choices(_ID_LETTERS, k=24)),
            author=original.author,
            rating=original.rating,
            text=original.text,
            language=original.language,
            created=created,
            updated=created,
        )

    def _reworded(self, original: TrueReview, random: Random) -> TrueReview:
        copy = self._copy(original, random, days=40)
        text = copy.text and self._claimed(f"{copy.text} {copy.rating or 3}/5.", ENGLISH, "fair")
        return msgspec.structs.replace(copy, text=text, author=author_name(random))

    def _moment(self, random: Random) -> datetime:
        """A moment within the world's days: more of late, mostly at lunch and in the evening."""
        day = int(DAYS * random.random() ** 0.85)
        hour = random.choices(range(24), _HOURS)[0]
        second = random.randrange(3600)
        micros = random.choice((0, 1000 * random.randrange(1000), random.randrange(1_000_000)))
        start = self.end - timedelta(days=DAYS)
        return start + timedelta(days=day, hours=hour, seconds=second, microseconds=micros)

    def _later(self, after: datetime, random: Random, *, days: float) -> datetime:
        """Some time after, within `days` and before the world's day."""
        longest_s = min(days * 86_400.0, (self.end - after).total_seconds() - 1)
        return after + timedelta(seconds=int(random.uniform(0, max(0.0, longest_s))))


def _compared(text: str) -> str:
    return " ".join(text.casefold().split())
