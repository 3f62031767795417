"""One worker process: its services, how they start, and in which order they stop."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import Any

from msgspec import Struct

from engine.clock import Clock, SystemClock
from engine.config import Settings, safe_url
from engine.errors import EngineError, SettingError, Unreachable
from engine.fetcher import Fetcher, Line
from engine.heartbeat import BEAT_S, Heartbeat
from engine.listener import Listener
from engine.notes import Notes
from engine.registry import Queue
from engine.renewer import Renewer
from engine.roster import Roster
from engine.runner import TICK_S, Runner
from engine.settler import Settler
from engine.streams import Keys, Registry, Store
from engine.streams.commands import configure
from engine.streams.reads import counts
from engine.supervisor import Outage, Supervisor
from engine.sweeper import Sweeper

_DRAIN_LOOK_S = 0.2
_log = logging.getLogger("engine.worker")


class WorkerOptions(Struct, frozen=True, kw_only=True):
    """How one process works: places by queue, seconds to finish after a stop, and whether to end when all is done."""

    concurrency: Mapping[str, int] = {}
    grace_s: float = 30
    drain: bool = False


class Worker:
    """Works some queues of an app until it is told to stop."""

    def __init__(
        self,
        queues: list[Queue],
        settings: Settings,
        options: WorkerOptions,
        clock: Clock | None = None,
        random: Random | None = None,
    ) -> None:
        self._settings, self._options = settings, options
        self._clock, self._random = clock or SystemClock(), random or Random()  # noqa: S311 - spreads waits, hides nothing
        self.consumer = f"{settings.worker_id}~{secrets.token_hex(4)}"
        self._lines = [Line(queue, Keys(settings.prefix, queue.slot, queue.name)) for queue in queues]
        self._keys = {line.queue.name: line.keys for line in self._lines}
        self._registry = Registry(settings.prefix)
        self._stopping, self._at_once = asyncio.Event(), asyncio.Event()

    def stop(self) -> None:
        """The worker stops: the first call lets jobs finish within the grace, a second gives them back at once."""
        if self._stopping.is_set():
            self._at_once.set()
        self._stopping.set()

    async def run(self, lifespan: AbstractAsyncContextManager[Any]) -> None:
        """The worker has worked and stopped; every job that it held is settled or given back.

        Raises Unreachable or StartRefused if it cannot start; cancelled, it gives its jobs back at once.
        """
        async with lifespan as resources:
            store = Store(self._settings.redis_url)
            try:
                await self._configure(store)
                await self._work(store, resources)
            finally:
                await store.close()

    async def _configure(self, store: Store) -> None:
        try:
            await self._claim_slots(store)
            for line in self._lines:
                await store.run(configure(line.keys, line.queue.options.limits()))
        except Unreachable as error:
            url = safe_url(self._settings.redis_url)
            raise Unreachable(f"no Redis at {url} ({error}): start it, or set REDIS_URL") from error

    async def _claim_slots(self, store: Store) -> None:
        """A queue's slot is part of its keys: with another one its stored jobs would be out of sight."""
        known = {member.decode() for member in await store.command("ZRANGE", self._registry.queues, 0, -1)}
        for line in self._lines:
            name, slot = line.queue.name, line.queue.slot
            for other in known:
                other_slot, _, other_name = other.partition("/")
                if other_name == name and other_slot != slot:
                    keep = line.queue.options
                    old = Keys(self._settings.prefix, other_slot, name)
                    found = await store.run(counts(old, 0, keep.keep_completed, keep.keep_failed))
                    if found.waiting or found.delayed or found.active:
                        raise SettingError(
                            f"queue {name} has stored jobs in slot {other_slot!r}: work them there, or set slot={other_slot!r}"
                        )
            await store.command("ZADD", self._registry.queues, 0, f"{slot}/{name}")

    async def _work(self, store: Store, resources: Any) -> None:
        queues = [line.queue for line in self._lines]
        roster = Roster(queues, dict(self._options.concurrency))
        notes = Notes(self._keys, store, self._clock)
        settler = Settler(self._keys, store, roster, self._clock)
        runner = Runner(queues, roster, settler, notes, self._clock, self._random)
        fetcher = Fetcher(self._lines, store, self.consumer, roster, self._clock)
        renewer = Renewer(self._lines, self._settings.redis_url, self.consumer, roster, self._clock)
        heartbeat = Heartbeat(self._registry, store, self.consumer, self._settings.worker_id)
        listeners = [Listener(self._settings.redis_url, keys, store, fetcher) for keys in self._by_slot()]
        runner.resources = resources
        fetcher.serve(runner, settler, notes)
        heartbeat.watch(fetcher, roster, self._clock)

        outage = Outage(self._clock)
        background, fetching = Supervisor(outage, self._random), Supervisor(outage, self._random)
        background.keep("heartbeat", heartbeat.once, lambda: BEAT_S)
        background.keep("runner", runner.once, lambda: TICK_S)
        for line in self._lines:
            sweeper = Sweeper(line, self._registry, store, self._clock, self._random)
            background.keep(f"sweeper {line.queue.name}", sweeper.once, sweeper.interval_s)
        for listener in listeners:
            background.keep("listener", listener.once, lambda: 0)
        fetching.keep("fetcher", fetcher.turn, lambda: 0)
        renewer.start(asyncio.get_running_loop(), runner, settler)
        _log.info("ready worker=%s queues=%s concurrency=%s", self.consumer, ",".join(self._keys), roster.concurrency)
        try:
            await self._until_stopped(store, roster)
        except asyncio.CancelledError:
            self._at_once.set()
            raise
        finally:
            await self._finish(fetcher, roster, runner, settler)
            await fetching.close()
            for listener in listeners:
                await listener.close()
            await background.close()
            await renewer.close()
            await self._sign_off(heartbeat)
            _log.info("stopped worker=%s", self.consumer)

    def _by_slot(self) -> list[list[Keys]]:
        slots: dict[str, list[Keys]] = {}
        for keys in self._keys.values():
            slots.setdefault(keys.slot, []).append(keys)
        return list(slots.values())

    async def _until_stopped(self, store: Store, roster: Roster) -> None:
        if not self._options.drain:
            await self._stopping.wait()
            return
        while not self._stopping.is_set():
            if roster.empty and await self._nothing_left(store):
                return
            await _wait_for(self._stopping, _DRAIN_LOOK_S)

    async def _nothing_left(self, store: Store) -> bool:
        for line in self._lines:
            keep = line.queue.options
            try:
                found = await store.run(counts(line.keys, self._clock.now_us(), keep.keep_completed, keep.keep_failed))
            except Unreachable:
                return False
            if found.waiting or found.delayed or found.active:
                return False
        return True

    async def _finish(self, fetcher: Fetcher, roster: Roster, runner: Runner, settler: Settler) -> None:
        """Nothing new is acquired; jobs end within the grace, the rest is given back, every settle is answered."""
        fetcher.stopped = True
        _log.info("stopping worker=%s: %d jobs run", self.consumer, roster.busy())
        ends = self._clock.monotonic_s() + self._options.grace_s
        while not roster.empty and not self._at_once.is_set() and self._clock.monotonic_s() < ends:
            await _wait_for(self._at_once, 0.05)
        # Given back before anybody waits for handlers that do not stop: others start the jobs meanwhile.
        tasks = runner.release_all()
        if tasks:
            _log.warning("release: %d jobs are given back", len(tasks))
        fetcher.wake()
        patience = self._clock.monotonic_s() + 5
        while not roster.empty and self._clock.monotonic_s() < patience:
            await asyncio.sleep(0.01)
        if tasks:
            _, stubborn = await asyncio.wait(tasks, timeout=1)
            if stubborn:
                _log.error("%d handlers did not stop when they were cancelled", len(stubborn))

    async def _sign_off(self, heartbeat: Heartbeat) -> None:
        try:
            await heartbeat.end()
        except EngineError as error:
            _log.warning("the heartbeat could not be taken back and expires: %s", error)


async def _wait_for(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
