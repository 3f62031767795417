"""Wakes those who wait for runs to end, by the queues' events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from random import Random

from engine.backoff import full
from engine.clock import wait_for
from engine.errors import StoreError, Unreachable
from engine.streams import Keys, Links
from engine.streams.events import EventTap

_ENDS = frozenset({"complete", "fail", "cancel"})
_REFUSED_PAUSE_S = 30.0
_log = logging.getLogger("engine.client")


class Watch:
    """Hears the events of the slots that somebody waits for: one connection for each, however many wait.

    It opens with the first who waits, and closes when nobody has for about two seconds. `streams` gives the queue of
    each `events` key of a slot.
    """

    def __init__(self, links: Links, streams: Callable[[str], Mapping[str, str]], random: Random) -> None:
        self._links, self._streams, self._random = links, streams, random
        self._waiting: dict[str, dict[tuple[str, str], set[asyncio.Event]]] = {}
        self._taps: dict[str, EventTap] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = asyncio.Event()

    @contextmanager
    def over(self, keys: Keys, job_id: str) -> Generator[asyncio.Event]:
        """An event that is set whenever the job may have ended, for as long as this lasts."""
        woken = asyncio.Event()
        jobs = self._waiting.setdefault(keys.slot, {})
        jobs.setdefault((keys.queue, job_id), set()).add(woken)
        if keys.slot not in self._taps and not self._closed.is_set():
            self._open(keys.slot)
        try:
            yield woken
        finally:
            others = jobs[keys.queue, job_id]
            others.discard(woken)
            if not others:
                del jobs[keys.queue, job_id]

    async def close(self) -> None:
        """No events are heard any more, no connection of this is open, and whoever waits is woken."""
        self._closed.set()
        for jobs in self._waiting.values():
            _wake(*jobs.values())
        for tap in list(self._taps.values()):
            await tap.close()
        await asyncio.gather(*self._tasks)

    def _open(self, slot: str) -> None:
        tap = self._taps[slot] = EventTap(self._links.blocking(), self._streams(slot))
        task = asyncio.create_task(self._hear(slot, tap), name=f"events {slot}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _hear(self, slot: str, tap: EventTap) -> None:
        waiting = self._waiting[slot]
        try:
            while waiting and not self._closed.is_set():
                await self._hear_once(slot, tap)
        finally:
            # Whoever comes from now on opens a tap anew, also while this one closes.
            del self._taps[slot]
            await tap.close()

    async def _hear_once(self, slot: str, tap: EventTap) -> None:
        waiting = self._waiting[slot]
        try:
            if not tap.listening:
                await tap.listen()
                _wake(*waiting.values())  # what happened before that was not heard
            for event in await tap.read():
                if event.verb in _ENDS:
                    _wake(waiting.get((event.queue, event.job_id), set()))
        except Unreachable:
            await wait_for(self._closed, 0.05 + full(1.0, self._random))
        except StoreError as error:
            _log.warning("events of slot %s cannot be read: %s; results are looked for each second", slot, error)
            await wait_for(self._closed, _REFUSED_PAUSE_S)


def _wake(*groups: set[asyncio.Event]) -> None:
    for group in groups:
        for woken in group:
            woken.set()
