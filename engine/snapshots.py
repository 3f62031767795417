"""Snapshots of all queues, workers and the server: one round trip each, since what is over is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from engine.clock import Clock
from engine.errors import SettingError, StoreMisused
from engine.registry import Queue
from engine.streams import Call, Keys, Registry, Store
from engine.streams.commands import MAX_BATCH
from engine.streams.reads import INFO, QueueState, Seen, SlotState, decode_server, snapshot
from engine.views import Minute, QueueView, ServerView, Snapshot
from engine.workers import Workers


class Snapshots:
    """Takes snapshots; the queues of a slot are read by one script, and everything travels in one pipeline."""

    def __init__(self, queues: Sequence[Queue], store: Store, prefix: str, clock: Clock) -> None:
        self._store, self._clock = store, clock
        ordered = sorted(queues, key=lambda queue: queue.slot)
        self._slots = [_Slot(list(group), prefix) for _, group in groupby(ordered, key=lambda queue: queue.slot)]
        self._order = {queue.name: n for n, queue in enumerate(queues)}
        self._workers = Workers(store, Registry(prefix))
        self._may_ask_server = True

    async def take(self, minutes: int) -> Snapshot:
        """What is now; a worker that was not known before costs a second round trip."""
        if not 1 <= minutes <= MAX_BATCH:
            raise SettingError(f"minutes must be between 1 and {MAX_BATCH}, not {minutes}")
        # All of it is submitted before anything is awaited: it travels together.
        slots = [self._store.submit(slot.call(self._clock.now_us(), minutes)) for slot in self._slots]
        info = self._store.submit_command(*INFO) if self._may_ask_server else None
        listing = self._workers.submit()
        states, server, workers = await asyncio.gather(
            asyncio.gather(*slots), self._server(info), self._workers.read(listing)
        )
        views = [view for slot, state in zip(self._slots, states, strict=True) for view in slot.views(state, minutes)]
        return Snapshot(
            at_ms=max((state.at_us for state in states), default=0) // 1000,
            queues=sorted(views, key=lambda view: self._order[view.name]),
            workers=workers,
            server=server,
            spoilt=[name for state in states for name in state.spoilt],
            cost_us=sum(state.cost_us for state in states),
        )

    async def _server(self, info: asyncio.Future[Any] | None) -> ServerView | None:
        try:
            return None if info is None else decode_server(await info)
        except StoreMisused:
            self._may_ask_server = False  # asked again each second, it would fill the server's log of refusals
            return None


class _Slot:
    """The queues of one slot, and what is known of their minutes."""

    def __init__(self, queues: Sequence[Queue], prefix: str) -> None:
        self._seen = [_seen(queue, prefix) for queue in queues]
        self._minutes = {queue.name: Minutes() for queue in queues}

    def call(self, now_us: int, minutes: int) -> Call[SlotState]:
        """The read of what is not known yet."""
        since = min(known.since(minutes) for known in self._minutes.values())
        return snapshot(self._seen, now_us, minutes, since)

    def views(self, state: SlotState, minutes: int) -> list[QueueView]:
        """What was read, with the minutes that were known."""
        running = state.at_us // 60_000_000
        return [self._view(queue, running, minutes) for queue in state.queues]

    def _view(self, queue: QueueState, running: int, minutes: int) -> QueueView:
        newest = self._minutes[queue.counts.queue].learn(queue.minutes, running, minutes)
        return QueueView(counts=queue.counts, limits=queue.limits, trash=queue.trash, minutes=newest)


class Minutes:
    """The newest minutes of a queue; those that are over when they are read cannot change any more."""

    def __init__(self) -> None:
        self._over: dict[int, Minute | None] = {}

    def since(self, count: int) -> int:
        """The first minute to ask for, where the newest `count` are wanted; 0: all of them."""
        return max(self._over) + 1 if self._over and len(self._over) >= count - 1 else 0

    def learn(self, read: dict[int, Minute | None], running: int, count: int) -> list[Minute | None]:
        """The newest `count`, oldest first; they are known from now on, but for the running one."""
        known = self._over | read
        first = running - count + 1
        self._over = {n: minute for n, minute in known.items() if first <= n < running}
        return [known.get(n) for n in range(first, running + 1)]


def _seen(queue: Queue, prefix: str) -> Seen:
    options = queue.options
    keys = Keys(prefix, queue.slot, queue.name)
    return Seen(keys, options.keep_completed, options.keep_failed, options.concurrency)
