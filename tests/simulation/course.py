"""One schedule from its first job to its last step: everybody does what the plan says, then all has to come to rest."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

from engine import App, EngineError, Enqueued, JobFailed
from engine.config import Settings
from engine.queue import Client
from engine.streams import Keys
from engine.streams.commands import pause, set_limits
from engine.streams.reads import counts
from engine.types import Keep
from tests.simulation.crew import Crew, World
from tests.simulation.links import URL, SimLinks
from tests.simulation.loop import OUTSIDE
from tests.simulation.plan import DRAIN_S, Order, Plan, Trouble
from tests.simulation.plays import SLOT, job_of
from tests.simulation.process import Process
from tests.simulation.server import Server
from tests.simulation.weather import Outage

_LOOK_S = 0.5
_KEEP = Keep(3600)


class Disturbance:
    """When something outside the engine kept it from its work, and whom; None: everybody."""

    def __init__(self) -> None:
        self.spans: list[tuple[float, float, str | None, str]] = []

    def add(self, from_s: float, until_s: float, who: str | None, why: str) -> None:
        """It lasted so long."""
        self.spans.append((from_s, until_s, who, why))


class Course:
    """Runs the plan in its world."""

    def __init__(self, plan: Plan, world: World, app: App, server: Server) -> None:
        self._plan, self._world, self._app, self._server = plan, world, app, server
        self.crew = Crew(world, app, plan.grace_s)
        self.keys = [Keys(world.prefix, SLOT, name) for name in app.queues]
        self.met: Counter[str] = Counter()
        self.disturbance = Disturbance()
        self._paused = False
        self.unended: list[str] = []
        """What had not come to an end in time."""
        self.quiet_s = 0.0
        """When the last trouble was over."""

    async def run(self) -> None:
        """Everything is over: no job is left to run, no worker runs, every client is closed."""
        world, plan = self._world, self._plan
        for _ in range(plan.workers):
            self.crew.start()
        producer = Process("producer", world.loop)
        client = Client(
            self._app.queues,
            Settings(redis_url=URL, prefix=world.prefix),
            world.clock,
            Random(world.random.random()),
            SimLinks(world.loop, world.network, producer),
        )
        asks = [producer.start(self._produce(client, order), order.id) for order in plan.orders]
        troubles = [world.loop.create_task(self._bring(trouble), context=OUTSIDE.copy()) for trouble in plan.troubles]
        await asyncio.gather(*troubles)
        await asyncio.sleep(max(0.0, plan.horizon_s - world.loop.time()))
        await self._calm()
        await self._drain(asks)
        await self.crew.close()
        await producer.start(client.close(), "close")
        await asyncio.gather(*asks)

    # ------------------------------------------------------------------------------------------ producers

    async def _produce(self, client: Client, order: Order) -> None:
        await asyncio.sleep(order.at_s)
        ledger, key = self._world.ledger, (order.queue, order.id)
        ledger.attempted.add(key)
        job = self._app.queues[order.queue].jobs[job_of(order.play)]
        try:
            ticket = await client.enqueue(job, order.play, job_id=order.id, delay_s=order.delay_s)
        except EngineError as error:
            self._world.trace.tell("producer", f"{order.id}: {type(error).__name__}")
            return
        ledger.tickets.append(ticket)
        if order.cancel_s is not None:
            await asyncio.sleep(order.cancel_s)
            await self._cancel(client, ticket)
        if order.awaits:
            await self._await(client, ticket)

    async def _cancel(self, client: Client, ticket: Enqueued) -> None:
        key = (ticket.queue, ticket.id)
        self._world.ledger.maybe_cancelled.add(key)
        try:
            status = await client.status(*key)
            answer = await client.cancel(*key)
        except EngineError as error:
            self._world.trace.tell("producer", f"cancel {ticket.id}: {type(error).__name__}")
            return
        self._world.trace.tell("producer", f"cancel {ticket.id}: {answer}")
        if answer in ("cancelled", "requested") and status is not None and status.run == ticket.run:
            self._world.ledger.cancelled.add((key, ticket.run))

    async def _await(self, client: Client, ticket: Enqueued) -> None:
        try:
            result = await client.result(ticket, timeout_s=200)
        except JobFailed:
            return
        except EngineError as error:
            self._world.trace.tell("producer", f"result {ticket.id}: {type(error).__name__}")
            return
        self._world.ledger.results.append((ticket, result["fence"]))

    # ------------------------------------------------------------------------------------------ trouble

    async def _bring(self, trouble: Trouble) -> None:
        await asyncio.sleep(trouble.at_s)
        self.met[trouble.kind] += 1
        begun_s = self._world.loop.time()
        match trouble.kind:
            case "kill" | "stop" | "hurry" | "freeze" | "partition":
                await self._hurt(trouble)
            case "outage" | "silence":
                silent = trouble.kind == "silence"
                self._tell(f"{trouble.kind} for {trouble.seconds:.1f} s")
                self._world.network.begin(Outage(begun_s + trouble.seconds, silent))
                await asyncio.sleep(trouble.seconds)
                self.disturbance.add(begun_s, self._world.loop.time(), None, trouble.kind)
            case "pause":
                await self._pause(trouble)
            case "flush":
                self._server.command("SCRIPT", "FLUSH")
            case "limit":
                self._server.run(set_limits(self.keys[0], {"max_active": "1"}))
                await asyncio.sleep(trouble.seconds)
                self._server.run(set_limits(self.keys[0], {"max_active": ""}))
            case "clock":
                self._server.ahead_us += round(trouble.seconds * 1000) * 1000
                self._tell(f"clock set forward by {trouble.seconds:.1f} s")
                self.disturbance.add(begun_s, begun_s, None, "clock")
            case "regroup":
                stream = ("again", "ready", "suspect")[int(trouble.pick * 3)]
                self._tell(f"group of {stream} destroyed")
                self._server.command("XGROUP", "DESTROY", getattr(self.keys[0], stream), "workers")
                self.disturbance.add(begun_s, begun_s, None, "regroup")

    async def _hurt(self, trouble: Trouble) -> None:
        member = self.crew.pick(trouble.pick)
        if member is None:
            return
        process, begun_s = member.process, self._world.loop.time()
        self._tell(f"{trouble.kind} {process.name}")
        match trouble.kind:
            case "kill":
                process.die()
            case "stop":
                self.crew.signal(member)
            case "hurry":
                self.crew.signal(member)
                await asyncio.sleep(min(1.0, trouble.seconds))
                self.crew.signal(member)
            case "freeze":
                process.freeze()
                await asyncio.sleep(trouble.seconds)
                process.thaw()
            case _:
                self._world.network.begin(Outage(begun_s + trouble.seconds, trouble.pick > 0.5, process.name))
                await asyncio.sleep(trouble.seconds)
        self.disturbance.add(begun_s, self._world.loop.time(), process.name, trouble.kind)

    async def _pause(self, trouble: Trouble) -> None:
        """Nothing of the first queue is acquired for a while; who resumes it ends every pause, so one at a time."""
        if self._paused:
            return
        self._paused = True
        self._server.run(pause(self.keys[0], paused=True))
        self._tell("paused")
        begun_s = self._world.loop.time()
        await asyncio.sleep(trouble.seconds)
        self._tell("resumed")
        self.disturbance.add(begun_s, self._world.loop.time(), None, "pause")
        self._server.run(pause(self.keys[0], paused=False))
        self._paused = False

    # ------------------------------------------------------------------------------------------ coming to rest

    async def _calm(self) -> None:
        """Nothing goes wrong any more."""
        self._world.network.weather.chance = 0.0
        self._tell("calm")
        self.quiet_s = self._world.loop.time()

    async def _drain(self, asks: list[asyncio.Task[None]]) -> None:
        ends_s = self._world.loop.time() + DRAIN_S
        while self._world.loop.time() < ends_s:
            left = [name for name, count in self._left().items() if count]
            self.unended = left + [f"a producer of {ask.get_name()}" for ask in asks if not ask.done()]
            if not self.unended:
                return
            await asyncio.sleep(_LOOK_S)

    def _left(self) -> Counter[str]:
        left: Counter[str] = Counter()
        for keys in self.keys:
            found = self._server.run(counts(keys, 0, _KEEP, _KEEP))
            for state in ("waiting", "delayed", "active"):
                left[f"{state} jobs of {keys.queue}"] += getattr(found, state)
        return left

    def _tell(self, what: str) -> None:
        self._world.trace.tell("plan", what)
