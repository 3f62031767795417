"""Sides take turns, so that a slow spell of the machine hits all of them; ratios are made within a round."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence

import redis

from benchmarks.case import Case, Part, Size, Taken
from benchmarks.ground import open_ground
from benchmarks.results import About, Sample
from benchmarks.sides.side import Program, Side

Turn = tuple[str, int]
"""A side by its name, and a round from 0 on."""


def play(
    part: Part,
    case: Case,
    programs: Sequence[Program],
    size: Size,
    *,
    aof: bool | None = None,
    had: Collection[Turn] = (),
) -> Iterator[Sample]:
    """A sample of each side in each of its rounds, each on a fresh server; the order turns from round to round.

    `aof` overrides the case's own word on the append-only file. A side that fails leaves its error and the rest plays.
    Turns that were `had` before are left out.
    """
    rounds = {program.name: part.rounds_of(case, program.name) for program in programs}
    for number in range(max(rounds.values(), default=0)):
        for program in programs if number % 2 == 0 else list(reversed(programs)):
            if number < rounds[program.name] and (program.name, number) not in had:
                yield _sample(case, program, size, number, aof=case.aof if aof is None else aof)


def _sample(case: Case, program: Program, size: Size, number: int, *, aof: bool) -> Sample:
    began, taken, words = time.monotonic(), Taken({}), ""
    try:
        with open_ground(aof=aof) as ground:
            taken = case.measure(ground, program, size)
    except (RuntimeError, OSError, redis.RedisError) as error:  # TimeoutError is an OSError
        words = f"{type(error).__name__}: {error}"
    return Sample(case.name, program.name, number, taken, words, round(time.monotonic() - began, 1))


def describe(program: Program) -> About:
    """The side's own words, from a start of it; RuntimeError or TimeoutError if it does not start."""
    with open_ground(aof=False) as ground, Side(program, ground.url, ground.tally()) as side:
        words = {key: side.about.get(key, "") for key in ("name", "version", "runtime", "settings", "page")}
    return About(program.name, lacks=program.lacks, **words)
