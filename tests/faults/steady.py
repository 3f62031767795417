"""A line of jobs that goes on whatever Redis answers: each refusal is heard, and counted by its type."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from engine import EngineError, Spec, StoreError
from tests.faults.book import Asked
from tests.faults.house import House, Task
from tests.faults.play import QUEUE, Do, Part

_WAVE = 20
_DOES: dict[Do, int] = {"work": 9, "note": 1}


class Steady:
    """Puts waves of jobs while fewer than `ahead` wait for the workers; some last `long_s`, a few are delayed."""

    def __init__(self, house: House, random: Random, *, ahead: int = 80, long_s: tuple[float, float] = (2, 5)) -> None:
        self._house, self._random, self._ahead, self._long_s = house, random, ahead, long_s
        self.put = 0
        self.refusals: Counter[str] = Counter()
        """How often Redis refused a whole wave, by the error's type."""
        self.refusal_s: list[float] = []
        """How long each refusal took to be told."""
        self.refused: list[Task] = []
        """The jobs of refused waves."""

    async def run(self, more: Callable[[], bool]) -> None:
        """Waves were put for as long as there was to be more."""
        while more():
            if await self._is_room():
                await self.offer([self.task() for _ in range(self._random.randint(1, _WAVE))])
            await asyncio.sleep(self._random.uniform(0, 0.03))

    async def offer(self, tasks: Sequence[Task], *, asked: bool = False) -> bool:
        """Whether the jobs were acknowledged; `asked`: the book knows already that they are wanted."""
        if not asked:
            await self._house.book.ask([Asked(task.id, task.part.do, round(task.delay_s * 1000)) for task in tasks])
        specs = [Spec(task.part, task.id, task.delay_s) for task in tasks]
        began_s = time.monotonic()
        try:
            tickets = await self._house.client.enqueue_many(self._house.app.queues[QUEUE].find("part"), specs)
        except StoreError as error:
            self.refusals[type(error).__name__] += 1
            self.refusal_s.append(time.monotonic() - began_s)
            self.refused += tasks
            return False
        await self._house.book.acknowledge(tickets)
        return True

    async def _is_room(self) -> bool:
        """Whether few jobs wait; not known while Redis is away or refuses to tell."""
        try:
            counts = await self._house.inspector.counts(QUEUE)
        except EngineError:
            return False
        return counts.waiting + counts.delayed < self._ahead

    def task(self) -> Task:
        """The next job of the line."""
        self.put += 1
        random = self._random
        (do,) = random.choices(list(_DOES), list(_DOES.values()))
        seconds = random.uniform(*self._long_s) if random.random() < 0.03 else min(0.4, random.expovariate(10))
        delay_s = round(random.uniform(0.1, 2.0), 3) if random.random() < 0.08 else 0.0
        return Task(f"s{self.put}", Part(do, round(seconds, 3)), delay_s)
