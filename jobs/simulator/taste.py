"""What guests think of a restaurant, theme by theme, and how that changes over the months."""

from __future__ import annotations

from random import Random

from msgspec import Struct

from jobs.simulator.grammar import Mood, Opinion, Theme

_MENTIONED: dict[Theme, float] = {
    "food": 0.55,
    "service": 0.5,
    "wait": 0.25,
    "value": 0.25,
    "ambiance": 0.18,
    "clean": 0.15,
    "menu": 0.12,
    "portion": 0.12,
    "location": 0.12,
}
_THEMES: tuple[Theme, ...] = tuple(_MENTIONED)
_MOST_OPINIONS = 4
_LENGTH = (0.42, 0.34, 0.17, 0.07)
"""How many guests have one, two, three or four opinions."""


class Taste(Struct, frozen=True):
    """One restaurant: quality per theme, about -1 to 1, its drift over the whole time, and an upheaval."""

    level: dict[Theme, float]
    drift: dict[Theme, float]
    upheaval_at: float
    upheaval: dict[Theme, float]

    def quality(self, theme: Theme, when: float) -> float:
        """The quality of a theme at `when`, 0 being the first and 1 the last day."""
        step = self.upheaval.get(theme, 0.0) if when >= self.upheaval_at else 0.0
        return self.level[theme] + self.drift[theme] * (when - 0.5) + step


class Verdict(Struct, frozen=True):
    """One guest's stars and opinions."""

    stars: int
    mood: Mood
    opinions: tuple[Opinion, ...]


def make_taste(random: Random) -> Taste:
    """A restaurant with its own strengths; two thirds through, one theme gets better and one gets worse."""
    better, worse = random.sample(_THEMES[:6], 2)
    return Taste(
        level={theme: random.uniform(-0.15, 0.6) for theme in _THEMES},
        drift={theme: random.uniform(-0.7, 0.7) for theme in _THEMES},
        upheaval_at=random.uniform(0.6, 0.75),
        upheaval={better: 0.6, worse: -0.8},
    )


def visit(taste: Taste, when: float, random: Random) -> Verdict:
    """What a guest of that day thinks, and the stars that go with it."""
    mood = random.gauss(0.05, 0.4)
    themes = _themes(random)
    felt = [taste.quality(theme, when) + mood + random.gauss(0, 0.3) for theme in themes]
    overall = sum(felt) / len(felt) + random.gauss(0, 0.12)
    opinions = tuple(Opinion(theme, _mood(value)) for theme, value in zip(themes, felt, strict=True))
    stars = _stars(overall)
    return Verdict(stars, "good" if stars > 3 else "fair" if stars == 3 else "bad", opinions)


def _themes(random: Random) -> list[Theme]:
    count = random.choices(range(1, _MOST_OPINIONS + 1), _LENGTH)[0]
    chosen: list[Theme] = []
    while len(chosen) < count:
        theme = random.choices(_THEMES, list(_MENTIONED.values()))[0]
        if theme not in chosen:
            chosen.append(theme)
    return chosen


def _mood(value: float) -> Mood:
    if value > 0.2:
        return "good"
    return "fair" if value > -0.1 else "bad"


def _stars(value: float) -> int:
    return 1 + sum(value > border for border in (-0.55, -0.2, 0.05, 0.35))
