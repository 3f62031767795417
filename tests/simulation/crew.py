"""The worker processes of a schedule: started, and started anew when they end, as an orchestrator would."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from random import Random

from msgspec import Struct

from engine import App
from engine.clock import Clock
from engine.config import Settings
from engine.worker import Worker, WorkerOptions
from tests.simulation.ledger import Ledger, Sink
from tests.simulation.links import SimLinks
from tests.simulation.loop import OUTSIDE, VirtualLoop
from tests.simulation.network import Network
from tests.simulation.plays import Stage
from tests.simulation.process import Process
from tests.simulation.trace import Trace


class World(Struct):
    """What all processes of a schedule share."""

    loop: VirtualLoop
    network: Network
    trace: Trace
    ledger: Ledger
    sink: Sink
    random: Random
    clock: Clock
    prefix: str


class Member(Struct):
    """A worker and the process that it runs in."""

    process: Process
    worker: Worker
    task: asyncio.Task[None]
    told: int = 0
    """How many signals it was sent."""


class Crew:
    """Keeps so many workers running; each that ends, however it does, is followed by another."""

    def __init__(self, world: World, app: App, grace_s: float) -> None:
        self._world, self._app, self._grace_s = world, app, grace_s
        self.members: list[Member] = []
        self.processes: list[Process] = []
        self._replaces = True
        self._left = asyncio.Event()

    def start(self) -> None:
        """One more worker runs."""
        world = self._world
        process = Process(f"w{len(self.processes) + 1}", world.loop)
        self.processes.append(process)
        worker = Worker(
            list(self._app.queues.values()),
            Settings(redis_url="redis://simulated", worker_id=process.name, prefix=world.prefix),
            WorkerOptions(grace_s=self._grace_s),
            world.clock,
            Random(world.random.random()),
            SimLinks(world.loop, world.network, process),
        )
        stage = Stage(process, world.ledger, world.sink)
        member = Member(process, worker, process.start(worker.run(nullcontext(stage)), "worker"))
        member.task.add_done_callback(lambda _: self._ended(member), context=OUTSIDE.copy())
        process.died.append(lambda: self._ended(member))
        self.members.append(member)
        world.trace.tell(process.name, "starts")

    def pick(self, share: float) -> Member | None:
        """One of those that run, if any does."""
        return self.members[int(share * len(self.members))] if self.members else None

    def signal(self, member: Member) -> None:
        """The worker has a SIGTERM."""
        member.told += 1
        member.process.call(member.worker.stop)

    async def close(self) -> None:
        """Every worker has stopped by itself."""
        self._replaces = False
        for member in self.members:
            self.signal(member)
        while self.members:
            self._left.clear()
            await self._left.wait()

    def _ended(self, member: Member) -> None:
        process = member.process
        self.members.remove(member)
        self._left.set()
        process.ended_s = self._world.loop.time()
        how = "killed" if not process.alive else "stopped"
        error = None if not member.task.done() else member.task.exception()
        self._world.trace.tell(process.name, f"{how}{'' if error is None else f' by {error!r}'}")
        if self._replaces:
            after_s = 0.5 + 4 * self._world.random.random()
            self._world.loop.call_later(after_s, self._follow, context=OUTSIDE.copy())

    def _follow(self) -> None:
        if self._replaces:
            self.start()
