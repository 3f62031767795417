"""The worker's round trip: what is to be noted and settled, then an acquire for each queue that has places."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import NamedTuple

from engine.clock import Clock, wait_for
from engine.errors import EngineError, StoreReset
from engine.journal import wants
from engine.line import Line
from engine.notes import Notes
from engine.roster import Roster
from engine.runner import Runner
from engine.settler import Sent, Settler
from engine.streams import Store
from engine.streams.commands import MAX_BATCH, Acquired, acquire, configure

IDLE_S = 1.0
"""The longest wait between two acquires of an idle queue: what a lost wake-up can cost."""
_DIVIDED = 8
"""From so many places on half of them are asked for at a time: Redis hands over one half while the other runs."""
_STRETCH = 64
"""So many pipelines are one turn at most: between turns it is looked whether the fetcher is to end."""
_log = logging.getLogger("engine.fetcher")


class _Pipeline(NamedTuple):
    """What is under way since `sent_s`; `single` if nothing may be beside it: it may bring a suspect, or has notes."""

    sent_s: float
    settles: list[Sent]
    acquires: list[tuple[Line, int, asyncio.Future[Acquired]]]
    single: bool


class Fetcher:
    """Acquires what the process has places for, and nothing else; sends everything of one tick in one pipeline."""

    def __init__(self, lines: list[Line], store: Store, consumer: str, roster: Roster, clock: Clock) -> None:
        self.lines = list(lines)
        self._store, self._consumer, self._roster, self._clock = store, consumer, roster, clock
        self._holding_for: Line | None = None
        self._under_way: deque[_Pipeline] = deque()
        self._quiet = asyncio.Event()
        """Set while nothing is under way."""
        self._quiet.set()
        self.idle = False
        """Whether the turn waits for more to do."""
        self.stopped = False
        self.acquired_s = clock.monotonic_s()
        """When an acquire was last answered, or there was no place to acquire for."""

    def serve(self, runner: Runner, settler: Settler, notes: Notes) -> None:
        """The services that this one feeds and sends for."""
        self._runner, self._settler, self._notes = runner, settler, notes

    def wake(self, queue: str | None = None) -> None:
        """The queue, or every queue, is asked: at once where a pipeline may go, else at the next turn."""
        for line in self.lines:
            if queue is None or line.queue.name == queue:
                line.woken = True
        self._settler.added.set()  # the turn that waits goes on, also when a pipeline takes everything with it
        if self._has_room() and any(line.woken and not line.asked for line in self._askable()):
            self._send()

    @property
    def wants(self) -> bool:
        """Whether a wake-up would find a free place here."""
        # Also one that an acquire under way asks for: it may not see the job that the wake-up tells of.
        free = any(self._roster.free(line.queue.name) > 0 for line in self.lines)
        return not self.stopped and (free or self._holding_for is not None)

    async def wait_for_place(self, within_s: float) -> None:
        """Returns when a place is free again, or after `within_s`."""
        self._settler.freed.clear()
        await wait_for(self._settler.freed, within_s)

    async def turn(self) -> None:
        """Some pipelines, then a wait for more to do. Never cancel it: a delivery in flight would be lost to sight."""
        await self.once()
        if not self._askable():
            self.acquired_s = self._clock.monotonic_s()
        await self._wait()

    async def stop(self) -> None:
        """Nothing more is acquired, and what was under way runs."""
        self.stopped = True
        await self._quiet.wait()

    async def once(self) -> None:
        """A pipeline is sent and answered. Raises the first error of the link or of Redis.

        What it brings is run and told while the next one is under way: Redis and this process work side by side. As
        long as half of the places are free, the next one is sent before this one is answered, and Redis need not wait.
        """
        try:
            failed = await self._exchange()
        finally:
            self._quiet.set()
        if failed is not None:
            self.catch_up()
            raise failed

    async def _exchange(self) -> Exception | None:
        if not self._under_way:
            self._send()
        sent, failed = 1, None
        while self._under_way:
            if failed is None and sent < _STRETCH and await self._is_half_free():
                self._send()
                sent += 1
                continue
            failed = await self._receive(self._under_way[0]) or failed
            self._under_way.popleft()
            if self._under_way:
                self.catch_up()
        return failed

    def catch_up(self) -> None:
        """What the last answers brought runs, and what they settled is told."""
        self._runner.start()
        self._settler.report()

    def _send(self) -> None:
        self._quiet.clear()
        now = self._clock.monotonic_s()
        asked = [(line, places) for line in self._due(now) if (places := self._places(line)) > 0 or self._is_old(line)]
        if noted := self._notes.waiting:
            self._notes.send()
        settles = self._settler.send()
        # Two acquires at once could each hand over jobs beside the other's suspect.
        alone = self._roster.busy() == 0 and len(asked) == 1 and not any(line.asked for line in self.lines)
        acquires = [(line, places, self._ask(line, places, alone=alone)) for line, places in asked]
        self._store.flush()
        self.catch_up()
        self._under_way.append(_Pipeline(now, settles, acquires, single=alone or noted))

    async def _receive(self, pipeline: _Pipeline) -> Exception | None:
        """Every reply of the pipeline is taken; the first error among them."""
        failed: Exception | None = None
        try:
            await self._settler.flush(pipeline.settles)
        except EngineError as error:
            failed = error
        for line, places, future in pipeline.acquires:
            try:
                await self._receive_acquire(line, places, future, pipeline.sent_s)
            except Exception as error:  # noqa: BLE001 - raised by `once`, when every reply of the pipeline is taken
                line.ask_s = 0.0
                failed = failed or error
        return failed

    def _has_room(self) -> bool:
        """Whether a pipeline may go now: the turn waits, or one is under way that bears another beside it."""
        if not self._under_way:
            return self.idle
        return len(self._under_way) == 1 and not self._under_way[0].single and self._holding_for is None

    async def _is_half_free(self) -> bool:
        """Whether there are places enough for another pipeline beside the one that is under way."""
        if not self._has_room():
            return False
        now, places = self._clock.monotonic_s(), self._roster.concurrency
        large = [line for line in self._due(now) if places[line.queue.name] >= _DIVIDED]
        if large:
            await asyncio.sleep(0)  # handlers that wait for nothing end in this turn of the loop
        free = (self._places(line) >= min(places[line.queue.name] // 2, MAX_BATCH) for line in large)
        return self._has_room() and any(free)

    def _ask(self, line: Line, places: int, *, alone: bool) -> asyncio.Future[Acquired]:
        # A wake-up from here on tells of jobs that this acquire may not see.
        line.woken, line.asked_s = False, self._clock.monotonic_s()
        line.asked += places
        call = acquire(line.keys, self._clock.now_us(), self._consumer, places, alone=alone)
        return self._store.submit(call)

    def _due(self, now: float) -> list[Line]:
        if self.stopped:
            return []
        if self._holding_for is not None:
            # Suspects run alone: nothing else is acquired until their turn is over.
            return [] if any(r.delivery.suspect for r in self._roster.running()) else [self._holding_for]
        return [line for line in self.lines if line.woken or line.ask_s <= now]

    def _askable(self) -> list[Line]:
        """The queues for which this process has a place."""
        return [line for line in self._due(float("inf")) if self._places(line) > 0]

    def _is_old(self, line: Line) -> bool:
        """Whether a queue without a place here is asked all the same: its settings may give it more."""
        return self._holding_for is None and self._clock.monotonic_s() - line.asked_s >= IDLE_S

    def _places(self, line: Line) -> int:
        if self._holding_for is not None:
            return 1
        queue = line.queue.name
        places = self._roster.concurrency[queue]
        most = places // 2 if places >= _DIVIDED else places
        return max(0, min(MAX_BATCH, self._roster.free(queue) - line.asked, most))

    async def _receive_acquire(self, line: Line, places: int, future: asyncio.Future[Acquired], asked_s: float) -> None:
        try:
            self._take(line, places, await future, asked_s)
        except StoreReset:
            await self._reset(line)
        finally:
            line.asked -= places

    def _take(self, line: Line, places: int, answer: Acquired, asked_s: float) -> None:
        self.acquired_s = self._clock.monotonic_s()
        if answer.status == "reset":
            raise StoreReset(f"queue {line.queue.name} is not configured")
        line.lease_ms, line.sweep_ms = answer.lease_ms, answer.sweep_ms
        if self._roster.set_places(line.queue.name, answer.concurrency):
            places_now = self._roster.concurrency[line.queue.name]
            _log.info("queue %s: %d places", line.queue.name, places_now, extra={"queue": line.queue.name})
        if answer.status == "hold":
            self._holding_for = line
        elif self._holding_for is line:
            self._holding_for = None
        self._tell(line, answer)
        for delivery in answer.deliveries:
            self._runner.take(delivery, asked_s)
        if answer.deliveries and len(self.lines) > 1:
            # Asked last from now on: where queues share a limit, none takes every token.
            self.lines.remove(line)
            self.lines.append(line)
        if places == 0:
            return
        if len(answer.deliveries) == places or (answer.deliveries and answer.wait_ms == 0):
            line.ask_s = 0.0
        elif answer.wait_ms is None:
            line.ask_s = self.acquired_s + IDLE_S
        else:
            line.ask_s = self.acquired_s + min(IDLE_S, answer.wait_ms / 1000)

    def _tell(self, line: Line, answer: Acquired) -> None:
        journal, paused = self._settler.journal, answer.status == "paused"
        if paused != line.paused:
            line.paused = paused
            journal.tell_of("pause" if paused else "resume", line.queue.name)
        if wants("acquire"):
            for delivery in answer.deliveries:
                journal.tell("acquire", delivery, waitedMs=delivery.waited_ms)

    async def _reset(self, line: Line) -> None:
        name = line.queue.name
        _log.warning("queue %s: its keys were not there and are made anew", name, extra={"queue": name})
        await self._store.run(configure(line.keys, line.queue.limits()))
        line.ask_s = 0.0

    async def _wait(self) -> None:
        """Returns when there is something to send, or a queue with places is due; at the latest after IDLE_S."""
        if self._settler.added.is_set():
            return
        now = self._clock.monotonic_s()
        timer = IDLE_S if not self._notes.waiting else 0.1
        for line in self._askable():
            timer = min(timer, line.ask_s - now if self._holding_for is None else 0.25)
        if timer > 0:
            self.catch_up()
            self.idle = True
            try:
                await wait_for(self._settler.added, timer)
            finally:
                self.idle = False
