"""Sides take turns, so that a slow spell of the machine hits all of them; ratios are made within a round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import redis

from benchmarks.case import Case, Size
from benchmarks.ground import open_ground
from benchmarks.results import About, Sample
from benchmarks.sides.side import Program, Side


def play(case: Case, programs: Sequence[Program], size: Size, *, aof: bool | None = None) -> Iterator[Sample]:
    """A sample of each side in each round, each on a fresh server; the order turns from round to round.

    `aof` overrides the case's own word on the append-only file. A side that fails leaves its error and the rest plays.
    """
    for number in range(min(size.rounds, case.most_rounds or size.rounds)):
        for program in programs if number % 2 == 0 else list(reversed(programs)):
            yield _sample(case, program, size, number, aof=case.aof if aof is None else aof)


def _sample(case: Case, program: Program, size: Size, number: int, *, aof: bool) -> Sample:
    try:
        with open_ground(aof=aof) as ground:
            return Sample(case.name, program.name, number, case.measure(ground, program, size))
    except (RuntimeError, OSError, redis.RedisError) as error:  # TimeoutError is an OSError
        return Sample(case.name, program.name, number, error=f"{type(error).__name__}: {error}")


def describe(program: Program) -> About:
    """The side's own words, from a start of it; RuntimeError or TimeoutError if it does not start."""
    with open_ground(aof=False) as ground, Side(program, ground.url, ground.tally()) as side:
        words = {key: side.about.get(key, "") for key in ("name", "version", "runtime", "settings", "page")}
    return About(program.name, lacks=program.lacks, **words)
