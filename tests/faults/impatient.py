"""Producers that put jobs without end, wait for results, and now and then give up in the middle of either."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import Any, TypeVar

from msgspec import Struct, field

from engine import Client, EngineError, Enqueued, EnqueueUnknown, Settings, Spec
from tests.faults.book import Asked
from tests.faults.evidence import Evidence
from tests.faults.house import House, Task
from tests.faults.play import QUEUE, Do, Part

T = TypeVar("T")
_GIVES_UP = 0.15
_PATIENCE_S = 120.0
_DOES: dict[Do, int] = {"work": 7, "note": 2, "raise": 1}


class Heard(Struct):
    """What became of the calls of all producers."""

    unknown: int = 0
    """Enqueues that were not answered within the engine's own patience."""
    cancelled_enqueues: int = 0
    cancelled_results: int = 0
    fences: dict[str, int] = field(default_factory=dict[str, int])
    """The results that were answered: of which delivery each job's is."""

    unheard: int = 0
    """Results that did not come."""

    def otherwise(self, evidence: Evidence) -> int:
        """How many answers are not the result that the job's record has, or did not come."""
        finals = evidence.finals
        return self.unheard + sum(job not in finals or finals[job].fence != fence for job, fence in self.fences.items())


class Producer:
    """Puts waves of jobs by a client of its own, as long as there are fewer than `ahead` before the workers."""

    def __init__(self, name: str, house: House, client: Client, random: Random, heard: Heard) -> None:
        self._name, self._house, self._client = name, house, client
        self._random, self.heard = random, heard
        self._put = 0

    async def run(self, more: Callable[[], bool], ahead: int) -> None:
        """Waves were put while there was to be more, and each result that was not given up is there."""
        async with asyncio.TaskGroup() as waiting:
            while more():
                for ticket in await self._wave():
                    if self._random.random() < 0.1:
                        gives_up_s = self._random.uniform(0, 0.5) if self._random.random() < 0.5 else None
                        waiting.create_task(self._hear(ticket, gives_up_s))
                await asyncio.sleep(self._random.uniform(0, 0.05))
                await self._house.until_room(ahead)

    async def _wave(self) -> Sequence[Enqueued]:
        """The tickets, none if nobody waited for them; the book has what was asked, and what was answered."""
        tasks = [self._task() for _ in range(self._random.randint(1, 10))]
        gives_up_s = self._random.uniform(0, 0.01) if self._random.random() < _GIVES_UP else None
        await self._house.book.ask([Asked(task.id, task.part.do, round(task.delay_s * 1000)) for task in tasks])
        job = self._house.app.queues[QUEUE].find("part")
        specs = [Spec(task.part, task.id, task.delay_s) for task in tasks]
        try:
            tickets = await _unless_given_up(self._client.enqueue_many(job, specs), gives_up_s)
        except EnqueueUnknown:
            self.heard.unknown += 1
            return ()
        if tickets is None:
            self.heard.cancelled_enqueues += 1
            return ()
        await self._house.book.acknowledge(tickets)
        return tickets

    def _task(self) -> Task:
        self._put += 1
        random = self._random
        (do,) = random.choices(list(_DOES), list(_DOES.values()))
        seconds = round(min(0.3, random.expovariate(20)), 3)
        delay_s = round(random.uniform(0.1, 2.0), 3) if random.random() < 0.08 else 0.0
        return Task(f"{self._name}-{self._put}", Part(do, seconds), delay_s)

    async def _hear(self, ticket: Enqueued, gives_up_s: float | None) -> None:
        try:
            result: Any = await _unless_given_up(self._client.result(ticket, timeout_s=_PATIENCE_S), gives_up_s)
        except EngineError:
            self.heard.unheard += 1
            return
        if result is None:
            self.heard.cancelled_results += 1
        else:
            self.heard.fences[ticket.id] = result["fence"]


async def _unless_given_up(call: Awaitable[T], gives_up_s: float | None) -> T | None:
    """The answer of the call; None if it was cancelled before there was one."""
    asking = asyncio.ensure_future(call)
    try:
        if gives_up_s is not None:
            await asyncio.wait([asking], timeout=gives_up_s)
            asking.cancel()
        return await asking
    except asyncio.CancelledError:
        if not asking.cancelled():
            asking.cancel()
            raise
        return None


@asynccontextmanager
async def open_producers(house: House, count: int, url: str, random: Random) -> AsyncGenerator[list[Producer]]:
    """So many producers that reach Redis by this URL, and share what they hear."""
    settings, heard = Settings(redis_url=url, prefix=house.theatre.prefix), Heard()
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(house.app.connect(settings)) for _ in range(count)]
        yield [Producer(f"p{n}", house, client, Random(random.random()), heard) for n, client in enumerate(clients)]
