"""One worker process: it starts, works until it is told to stop, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from engine.clock import Clock, SystemClock, wait_for
from engine.config import Settings, default_worker_id, no_redis, refused
from engine.doctor import warn_at_start
from engine.errors import StoreMisused, Unreachable
from engine.line import Line
from engine.registry import Queue
from engine.roster import Roster
from engine.services import Services
from engine.slots import claim_slots
from engine.streams import Keys, Links, Store
from engine.streams.commands import configure
from engine.streams.reads import counts
from engine.uncut import uncut

_DRAIN_LOOK_S = 0.2
_log = logging.getLogger("engine.worker")


class WorkerOptions(Struct, frozen=True, kw_only=True):
    """How one process works: places by queue, seconds to finish after a stop, and whether to end when all is done."""

    concurrency: Mapping[str, int] = {}
    grace_s: float = 30
    drain: bool = False


class Worker:
    """Works some queues of an app until it is told to stop; made by `App.worker`."""

    def __init__(
        self,
        queues: list[Queue],
        settings: Settings,
        options: WorkerOptions,
        clock: Clock | None = None,
        random: Random | None = None,
        links: Links | None = None,
    ) -> None:
        settings = settings if settings.worker_id else replace(settings, worker_id=default_worker_id())
        self._queues, self._settings, self._options = queues, settings, options
        self._clock: Clock = clock or SystemClock()
        self._random = random or Random()  # noqa: S311 - it spreads waits and hides nothing
        self._links = links
        self._lines = [Line(queue, Keys(settings.prefix, queue.slot, queue.name)) for queue in queues]
        self._stopping, self._at_once = asyncio.Event(), asyncio.Event()
        self._starting: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """The worker stops: the first call lets jobs finish within the grace, a second gives them back at once."""
        if self._stopping.is_set():
            self._at_once.set()
            if self._starting is not None:
                self._starting.cancel()
        self._stopping.set()

    async def run(self, lifespan: AbstractAsyncContextManager[Any]) -> None:
        """The worker has worked and stopped; every job that it held is settled or given back.

        Raises Unreachable or StartRefused if it cannot start. Cancelled, it gives its jobs back at once.
        """
        self._starting = starting = asyncio.current_task()
        try:
            async with lifespan as resources:
                self._starting = None
                await self._run(resources)
        except asyncio.CancelledError:
            if self._starting is None or starting is None or not self._at_once.is_set():
                raise
            starting.uncancel()
            _log.info("stopped before the app's lifespan had begun")

    async def _run(self, resources: Any) -> None:
        links = self._links or Links(self._settings.redis_url)
        try:
            await self._configure(links.store)
            if not self._stopping.is_set():
                await self._work(links, resources)
        finally:
            await uncut(links.store.close())

    async def _configure(self, store: Store) -> None:
        try:
            await claim_slots(store, self._settings.prefix, self._queues)
            for line in self._lines:
                await store.run(configure(line.keys, line.queue.limits()))
            await warn_at_start(store, time.time)
        except Unreachable as error:
            raise no_redis(self._settings, error) from error
        except StoreMisused as error:
            raise refused(self._settings, error) from error

    async def _work(self, links: Links, resources: Any) -> None:
        roster = Roster(self._queues, dict(self._options.concurrency))
        services = Services(self._lines, self._settings, links, roster, self._clock, self._random)
        services.start(resources)
        who = {"workerId": self._settings.worker_id, "places": roster.concurrency}
        _log.info("ready worker=%s", services.consumer, extra=who)
        try:
            await self._until_stopped(links.store, roster)
        except asyncio.CancelledError:
            self._at_once.set()
            raise
        finally:
            # Cut off here, it would leave handlers behind that nobody renews, cancels or settles.
            await uncut(self._end(services), self._at_once.set)

    async def _end(self, services: Services) -> None:
        try:
            await services.drain(self._options.grace_s, self._at_once)
        finally:
            await services.stop()

    async def _until_stopped(self, store: Store, roster: Roster) -> None:
        if not self._options.drain:
            await self._stopping.wait()
        while not self._stopping.is_set():
            if roster.empty and await self._nothing_left(store):
                return
            await wait_for(self._stopping, _DRAIN_LOOK_S)

    async def _nothing_left(self, store: Store) -> bool:
        for line in self._lines:
            keep = line.queue.options
            call = counts(line.keys, self._clock.now_us(), keep.keep_completed, keep.keep_failed)
            try:
                found = await store.run(call)
            except Unreachable:
                return False
            if found.waiting or found.delayed or found.active:
                return False
        return True
