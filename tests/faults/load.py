"""A steady line of jobs, made by chance of the seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, islice
from random import Random

from msgspec import Struct

from tests.faults.house import House, Task
from tests.faults.play import Part

_WAVE = 50


class Load(Struct, frozen=True, kw_only=True):
    """How many jobs at least, how long each works on average, and how many may be waiting before more are put."""

    jobs: int
    mean_s: float
    ahead: int = 400
    delayed: float = 0.05
    """Which part of them is put off for up to two seconds."""


def tasks(load: Load, random: Random) -> Iterator[Task]:
    """Jobs without end, most of them short, none longer than six times the mean."""
    for n in count():
        seconds = round(min(random.expovariate(1 / load.mean_s), 6 * load.mean_s), 3)
        delay_s = round(random.uniform(0.1, 2.0), 3) if random.random() < load.delayed else 0.0
        yield Task(f"j{n}", Part("work", seconds), delay_s)


async def produce(house: House, load: Load, random: Random, more: Callable[[], bool]) -> None:
    """All jobs of the load were put, and further ones while there was to be `more`, as fast as the workers end them."""
    line = tasks(load, random)
    for start in count(step=_WAVE):
        if start >= load.jobs and not more():
            return
        await house.put_all(list(islice(line, _WAVE)))
        await house.until_ended(start + _WAVE - load.ahead)
