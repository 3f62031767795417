"""Sides take turns, so that a slow spell of the machine hits all of them; ratios are made within a round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from benchmarks.case import Case, Figures, Size
from benchmarks.ground import open_ground
from benchmarks.sides.side import Program


class Sample(Struct, frozen=True):
    """What one side did in one round of one case."""

    case: str
    side: str
    round: int
    figures: Figures


class Spread(Struct, frozen=True):
    """The median of some values, and the smallest and largest of them."""

    median: float
    least: float
    most: float


def play(case: Case, programs: Sequence[Program], size: Size, told: Callable[[Sample], None]) -> Iterator[Sample]:
    """A sample of each side in each round, each on a fresh server; the order turns from round to round."""
    for number in range(size.rounds):
        order = programs if number % 2 == 0 else list(reversed(programs))
        for program in order:
            with open_ground(aof=case.aof) as ground:
                sample = Sample(case.name, program.name, number, case.measure(ground, program, size))
            told(sample)
            yield sample


def spread(values: Sequence[float]) -> Spread:
    """The median and the ends."""
    return Spread(statistics.median(values), min(values), max(values))


def ratios(samples: Sequence[Sample], case: Case, ours: str, peer: str) -> Sequence[float]:
    """How many times better `ours` is than the peer by the case's main figure, in each round that both played."""
    by_round: dict[tuple[int, str], float] = {
        (s.round, s.side): s.figures[case.main] for s in samples if s.case == case.name
    }
    found: list[float] = []
    for number in sorted({number for number, _ in by_round}):
        mine, theirs = by_round.get((number, ours)), by_round.get((number, peer))
        if mine is not None and theirs is not None:
            found.append(mine / theirs if case.better == "higher" else theirs / mine)
    return found
