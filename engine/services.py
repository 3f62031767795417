"""The services of one worker process, wired together: what runs, and in which order it stops."""

from __future__ import annotations

import asyncio
import logging
import secrets
from random import Random
from typing import Any

from engine.clock import Clock
from engine.config import Settings
from engine.continuer import Continuer
from engine.errors import EngineError
from engine.fetcher import Fetcher
from engine.heartbeat import BEAT_S, Heartbeat
from engine.journal import Journal
from engine.line import Line
from engine.listener import Listener
from engine.notes import Notes
from engine.renewer import Renewer
from engine.roster import Roster
from engine.runner import TICK_S, Runner
from engine.settler import Settler
from engine.streams import Keys, Links, Registry
from engine.supervisor import Outage, Supervisor
from engine.sweeper import Sweeper

_SETTLE_PATIENCE_S = 5.0
_STUBBORN_S = 1.0
_log = logging.getLogger("engine.worker")


class Services:
    """Everything that one process runs for its queues."""

    def __init__(
        self, lines: list[Line], settings: Settings, links: Links, roster: Roster, clock: Clock, random: Random
    ) -> None:
        keys = {line.queue.name: line.keys for line in lines}
        queues = [line.queue for line in lines]
        registry, store = Registry(settings.prefix), links.store
        self.consumer = f"{settings.worker_id}~{secrets.token_hex(4)}"
        self._clock, self._roster = clock, roster
        self._who = {"workerId": settings.worker_id}
        self._notes = Notes(keys, store, clock, random)
        journal = Journal(settings.worker_id, {queue.name: queue.options.group_by for queue in queues})
        self._settler = Settler(keys, store, roster, clock, journal)
        self._runner = Runner(queues, roster, self._settler, self._notes, clock, random)
        self._fetcher = Fetcher(lines, store, self.consumer, roster, clock)
        self._fetcher.serve(self._runner, self._settler, self._notes)
        self._renewer = Renewer(lines, links.aside("renewer"), self.consumer, roster, clock)
        self._sweepers = [Sweeper(line, registry, store, clock, random, journal) for line in lines]
        self._continuers = [Continuer(line, store, clock, self.consumer) for line in lines]
        self._heartbeat = Heartbeat(registry, store, self.consumer, settings.worker_id)
        self._heartbeat.watch(self._fetcher, roster, clock)
        self._listeners = [Listener(links.blocking(), group, store, self._fetcher) for group in _by_slot(keys)]
        outage = Outage(clock)
        self._fetching, self._background = Supervisor(outage, random), Supervisor(outage, random)

    def start(self, resources: Any) -> None:
        """All services run; jobs are acquired from now on."""
        self._runner.resources = resources
        self._background.keep("heartbeat", self._heartbeat.once, lambda: BEAT_S)
        self._background.keep("runner", self._runner.once, lambda: TICK_S)
        for sweeper in self._sweepers:
            self._background.keep("sweeper", sweeper.once, sweeper.interval_s)
        for continuer in self._continuers:
            self._background.keep("continuer", continuer.once, continuer.interval_s)
        for listener in self._listeners:
            self._background.keep("listener", listener.once, lambda: 0)
        self._fetching.keep("fetcher", self._fetcher.turn, lambda: 0)
        self._renewer.start(asyncio.get_running_loop(), self._runner, self._settler)

    async def drain(self, grace_s: float, at_once: asyncio.Event) -> None:
        """Nothing more is acquired; every job has ended within the grace, or is given back unharmed."""
        await self._fetcher.stop()
        _log.info("stopping worker=%s: %d jobs still run", self.consumer, self._roster.busy(), extra=self._who)
        await self._roster.wait_empty(grace_s, at_once)
        # Given back before anybody waits for handlers that do not stop: others start these jobs meanwhile.
        tasks = self._runner.release_all()
        self._fetcher.wake()
        await self._roster.wait_empty(_SETTLE_PATIENCE_S)
        if tasks:
            _, stubborn = await asyncio.wait(tasks, timeout=_STUBBORN_S)
            if stubborn:
                _log.error("%d handlers did not stop when they were cancelled", len(stubborn), extra=self._who)

    async def stop(self) -> None:
        """No service runs any more and no connection of theirs is open."""
        self._fetcher.wake()
        await self._fetching.close()
        self._fetcher.catch_up()
        for listener in self._listeners:
            await listener.close()
        await self._background.close()
        await self._renewer.close()
        try:
            await self._heartbeat.end()
        except EngineError as error:
            _log.warning("the heartbeat is not taken back, it expires: %s", error)
        _log.info("stopped worker=%s", self.consumer, extra=self._who)


def _by_slot(keys: dict[str, Keys]) -> list[list[Keys]]:
    slots: dict[str, list[Keys]] = {}
    for each in keys.values():
        slots.setdefault(each.slot, []).append(each)
    return list(slots.values())
