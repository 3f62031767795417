"""Log lines and progress on their way to Redis: sent in batches, dropped rather than in anybody's way."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from functools import partial
from random import Random

from engine.backoff import full
from engine.clock import Clock
from engine.codec import encode_json
from engine.errors import EngineError, LeaseLost, Unreachable
from engine.escaping import cut
from engine.streams import Keys, Store
from engine.streams.commands import MAX_BATCH, MAX_BYTES, Note, note
from engine.streams.reads import iso
from engine.types import Delivery, Progress

MAX_LINE_BYTES = 4_096
_MAX_KEPT = 10_000
_log = logging.getLogger("engine.notes")


class Notes:
    """The notebook of a worker's handlers."""

    def __init__(self, keys: dict[str, Keys], store: Store, clock: Clock, random: Random) -> None:
        self._keys, self._store, self._clock, self._random = keys, store, clock, random
        self._waiting: dict[str, deque[Note]] = {queue: deque(maxlen=_MAX_KEPT) for queue in keys}
        self._started: dict[int, float] = {}

    def start(self, delivery: Delivery) -> None:
        """The delivery's lines are stamped from now on: its fence is the server's time at its start."""
        self._started[delivery.fence] = self._clock.monotonic_s()

    def end(self, delivery: Delivery) -> None:
        """Nothing more is written for this delivery."""
        self._started.pop(delivery.fence, None)

    def log(self, delivery: Delivery, text: str) -> None:
        now = self._clock.monotonic_s()
        at_ms = delivery.fence / 1000 + (now - self._started.get(delivery.fence, now)) * 1000
        line = f"[{iso(at_ms)}] {cut(text, MAX_LINE_BYTES)}"
        self._waiting[delivery.queue].append(Note(delivery.id, delivery.fence, "log", line.encode()))

    def progress(self, delivery: Delivery, progress: Progress) -> None:
        waiting = self._waiting[delivery.queue]
        step = cut(progress.step, MAX_LINE_BYTES)
        short = Progress(step, progress.percent, progress.processed, progress.total, step)
        newest = Note(delivery.id, delivery.fence, "progress", encode_json(short))
        if waiting and waiting[-1].fence == delivery.fence and waiting[-1].kind == "progress":
            waiting.pop()
        waiting.append(newest)

    async def checkpoint(self, delivery: Delivery) -> None:
        keys = self._keys[delivery.queue]
        call = note(keys, self._clock.now_us(), [Note(delivery.id, delivery.fence, "checkpoint")])
        while True:
            try:
                (kept,) = await self._store.run(call)
            except Unreachable:
                # The job goes on when Redis does; its own timeout bounds the wait.
                await asyncio.sleep(0.1 + full(1.0, self._random))
                continue
            if not kept:
                raise LeaseLost(f"another delivery owns job {delivery.id!r}")
            return

    @property
    def waiting(self) -> bool:
        """Whether there is something to send."""
        return any(self._waiting.values())

    def send(self) -> None:
        """What was waiting is on its way; nobody waits for the answers."""
        for queue, waiting in self._waiting.items():
            while waiting:
                batch = _first_batch(waiting)
                future = self._store.submit(note(self._keys[queue], self._clock.now_us(), batch))
                future.add_done_callback(partial(self._answered, queue, batch))

    def _answered(self, queue: str, batch: list[Note], future: asyncio.Future[list[bool]]) -> None:
        error = None if future.cancelled() else future.exception()
        if isinstance(error, Unreachable):
            self._waiting[queue].extendleft(reversed(batch))
        elif isinstance(error, EngineError):
            _log.warning("%d notes dropped: %s", len(batch), error)
        elif error is not None:
            _log.error("%d notes dropped", len(batch), exc_info=error)


def _first_batch(waiting: deque[Note]) -> list[Note]:
    """The first notes, as many together as one call carries, which wait no longer."""
    batch = [waiting.popleft()]
    size = len(batch[0].data)
    while waiting and len(batch) < MAX_BATCH and size + len(waiting[0].data) <= MAX_BYTES:
        size += len(waiting[0].data)
        batch.append(waiting.popleft())
    return batch
