"""A steady line of jobs, made by chance of the seed."""

from __future__ import annotations

from random import Random

from msgspec import Struct

from tests.faults.house import House, Task
from tests.faults.play import Part

_WAVE = 50


class Load(Struct, frozen=True, kw_only=True):
    """How many jobs, how long each works on average, and how many may be waiting before more are put."""

    jobs: int
    mean_s: float
    ahead: int = 400
    delayed: float = 0.05
    """Which part of them is put off for up to two seconds."""


def tasks(load: Load, random: Random) -> list[Task]:
    """The jobs, most of them short, none longer than six times the mean."""
    return [
        Task(
            f"j{n}",
            Part("work", round(min(random.expovariate(1 / load.mean_s), 6 * load.mean_s), 3)),
            round(random.uniform(0.1, 2.0), 3) if random.random() < load.delayed else 0.0,
        )
        for n in range(load.jobs)
    ]


async def produce(house: House, load: Load, random: Random) -> None:
    """All jobs of the load were put, in waves, as fast as the workers end them."""
    line = tasks(load, random)
    for start in range(0, len(line), _WAVE):
        await house.put_all(line[start : start + _WAVE])
        await house.until_ended(start + _WAVE - load.ahead)
