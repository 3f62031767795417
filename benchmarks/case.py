"""A case: one workload, measured for each side in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from benchmarks.ground import Ground
from benchmarks.sides.side import Ability, Program
from benchmarks.spreads import Better

Figures = Mapping[str, float]
"""What one measurement gave, by the figure's name with its unit."""


class Size(Struct, frozen=True):
    """How much is measured, and the seed of what is random in it."""

    jobs: int = 20_000
    pickups: int = 1_000
    rounds: int = 5
    kills: int = 20
    reviews: int = 1_200
    seed: int = 7

    def jobs_of(self, program: Program, most: int = 0) -> int:
        """How many jobs this side runs in a case that takes `most` at most (0: as many as there are)."""
        return min(count for count in (self.jobs, program.most_jobs, most) if count)


class Taken(Struct, frozen=True):
    """One measurement: its figures, and each value that a quantile of them was made of, by its name with its unit."""

    figures: Figures
    raw: Mapping[str, Sequence[float]] = {}


Measure = Callable[[Ground, Program, Size], Taken]


class Figure(Struct, frozen=True):
    """A figure that ratios are made of, and which way is good."""

    name: str
    better: Better


class Case(Struct, frozen=True, kw_only=True):
    """A workload; the first of `figures` is the one that it is about."""

    name: str
    title: str
    figures: tuple[Figure, ...]
    measure: Measure
    says_not: str
    """What the figure does not show."""
    needs: tuple[Ability, ...] = ("work",)
    """Sides that cannot do one of these are left out."""
    only: tuple[str, ...] = ()
    """The sides that it is about; empty: all that can do it."""
    aof: bool = True
    most_rounds: int = 0
    """A case that repeats within itself needs no more rounds than this; 0: as many as the others."""

    def takes(self, program: Program) -> bool:
        """Whether this side plays."""
        return not set(self.needs) & set(program.cannot) and (not self.only or program.name in self.only)


class Part(Struct, frozen=True):
    """A case, by which sides it is played (none: all that are installed) and in how many rounds."""

    case: str
    sides: tuple[str, ...]
    rounds: int
    fewer: Mapping[str, int] = {}
    """Sides that play in the first rounds only, and in how many: slow ones, so that a set ends in its time."""

    def rounds_of(self, case: Case, side: str) -> int:
        """In how many rounds the side plays it."""
        rounds = min(self.rounds, self.fewer.get(side, self.rounds))
        return min(rounds, case.most_rounds or rounds)
