"""What hits the workers of the soak, one thing after the other, chosen by the seed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from engine import Client, EngineError, Inspector, Spec, State
from engine.embedded import EmbeddedValkey
from tests.faults.crew import Crew
from tests.faults.proxy import Proxy
from tests.faults.soak.app import QUEUE, Do, Errand, app
from tests.support.wait import eventually

WAITING = 60
"""So many jobs wait: all places are taken, but for outages."""
_EVERY_S = 0.5
_MIX: dict[Do, int] = {
    "work": 66,
    "raise": 8,
    "fail": 3,
    "snooze": 6,
    "notes": 8,
    "long": 3,
    "big": 4,
    "stubborn": 2,
}
_TENANTS = 5
_LONG_S = 4.0


class Trouble:
    """Keeps jobs waiting, and does harm meanwhile. What is refused or lost in an outage is only counted."""

    def __init__(self, random: Random, client: Client, inspector: Inspector, crew: Crew, proxy: Proxy) -> None:
        self._random, self._client, self._inspector = random, client, inspector
        self._crew, self._proxy = crew, proxy
        self._ids: list[str] = []
        self.counts: Counter[str] = Counter()

    async def put(self, stop: asyncio.Event) -> None:
        """There were always jobs that waited, until told to stop."""
        while not stop.is_set():
            await self._tolerant("puts", self._put_once)
            await asyncio.sleep(_EVERY_S)

    async def harm(self, valkey: EmbeddedValkey, stop: asyncio.Event, every_s: float) -> None:
        """One thing after the other happened until told to stop; each kind about as often as the others."""
        deeds: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("kills", self._kill),
            ("redis_restarts", lambda: self._restart(valkey)),
            ("network_faults", self._spoil_network),
            ("partitions", lambda: self._proxy.part(1.5)),
            ("cancels", self._cancel),
            ("requeues", self._requeue),
            ("pauses", self._pause),
            ("limit_changes", self._limit),
            ("deploys", self._deploy),
        ]
        while not stop.is_set():
            self._random.shuffle(deeds)
            for name, deed in deeds:
                if not stop.is_set():
                    await asyncio.sleep(every_s)
                    await self._tolerant(name, deed)

    async def _tolerant(self, name: str, deed: Callable[[], Awaitable[None]]) -> None:
        try:
            await deed()
            self.counts[name] += 1
        except EngineError:
            self.counts[f"{name}_refused"] += 1

    async def _put_once(self) -> None:
        missing = WAITING - (await self._inspector.counts(QUEUE)).waiting
        chosen = self._random.choices(list(_MIX), list(_MIX.values()), k=max(0, missing))
        for job in ("errand", "hurried"):
            specs = [self._spec(do) for do in chosen if (do == "stubborn") == (job == "hurried")]
            tickets = await self._client.enqueue_many(app.queues[QUEUE].find(job), specs)
            self.counts["jobs"] += len(tickets)
            self._ids = [*self._ids, *(ticket.id for ticket in tickets)][-200:]

    def _spec(self, do: Do) -> Spec:
        seconds = _LONG_S if do == "long" else round(self._random.uniform(0.1, 1.0), 3)
        return Spec(Errand(do, seconds, f"t{self._random.randrange(_TENANTS)}"))

    def _others(self) -> Sequence[int]:
        return range(1, len(self._crew.at_work))

    async def _kill(self) -> None:
        """Never the first, which is watched."""
        self._crew.kill(self._crew.at_work[self._random.choice(self._others())])
        await self._crew.hire()

    async def _deploy(self) -> None:
        old = self._crew.at_work[self._random.choice(self._others())]
        await self._crew.hire()
        self._crew.ask_to_stop(old)
        await self._crew.gone(old, within_s=60)

    async def _restart(self, valkey: EmbeddedValkey) -> None:
        await asyncio.to_thread(self._random.choice([valkey.stop, valkey.kill]))
        await asyncio.sleep(self._random.uniform(0.2, 2))
        await asyncio.to_thread(valkey.start)

    async def _spoil_network(self) -> None:
        self._proxy.harmful = True
        await asyncio.sleep(3)
        self._proxy.harmful = False

    async def _cancel(self) -> None:
        for job_id in self._random.sample(self._ids, min(10, len(self._ids))):
            await self._client.cancel(QUEUE, job_id)

    async def _requeue(self) -> None:
        lines = [line async for line in self._inspector.jobs(QUEUE, State.FAILED)]
        await self._inspector.requeue_many(QUEUE, lines[:5])

    async def _pause(self) -> None:
        await self._inspector.pause(QUEUE)
        await asyncio.sleep(1)
        await eventually(self._resumed, within_s=60, every_s=0.2)

    async def _resumed(self) -> bool:
        try:
            await self._inspector.resume(QUEUE)
        except EngineError:
            return False
        return True

    async def _limit(self) -> None:
        await self._inspector.set_limits(QUEUE, rate=self._random.choice([30, 60, 120]), max_active=20)
        await asyncio.sleep(2)
        await self._inspector.reset_limits(QUEUE)
