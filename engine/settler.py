"""Turns outcomes into settles and sends them until Redis answers each with `ok` or `lost`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import assert_never

from engine.clock import Clock
from engine.codec import encode_json
from engine.errors import EngineError, Unreachable
from engine.fingerprint import fingerprint
from engine.journal import Journal, error_text, wants
from engine.roster import Roster, Running
from engine.streams import Call, Keys, Store
from engine.streams.commands import MAX_BATCH, MAX_BYTES, Settle, Settled, settle
from engine.types import Cancelled, Delivery, Done, Fail, Outcome, Release, Retry, Snoozed

Sent = tuple[str, list[Settle], asyncio.Future[list[Settled]]]
"""A queue's settles that are under way, and their answers to come."""


class Settler:
    """Keeps every outcome until Redis has answered it; a place is free as soon as the outcome is here."""

    def __init__(self, keys: dict[str, Keys], store: Store, roster: Roster, clock: Clock, journal: Journal) -> None:
        self._keys, self._store, self._roster, self._clock = keys, store, roster, clock
        self.journal = journal
        """Where this process tells of transitions."""
        self._waiting: dict[str, deque[Settle]] = {queue: deque() for queue in keys}
        self._alone: dict[str, deque[Settle]] = {queue: deque() for queue in keys}
        """Those of a batch that Redis refused: the one that it chokes on must not hold up the others."""
        self._answered: list[tuple[Running, Settle, Settled]] = []
        self.added = asyncio.Event()
        """Set while there are outcomes that were not yet sent."""
        self.freed = asyncio.Event()
        """Set when a place is free again; who waits for one clears it."""

    def add(self, running: Running, outcome: Outcome) -> None:
        """The outcome is kept and the place is free; a second outcome of one delivery is ignored."""
        if self._roster.end(running):
            running.ended_s = self._clock.monotonic_s()
            self._waiting[running.delivery.queue].append(to_settle(running.delivery, outcome))
            self.added.set()
            self.freed.set()

    def drop(self, running: Running) -> bool:
        """Another delivery owns the job: this one's outcome is not sent; False if it had one already."""
        if not self._roster.end(running):
            return False
        running.ended_s = self._clock.monotonic_s()
        self.freed.set()
        self._roster.forget(running.delivery.queue, running.delivery.fence)
        self.journal.tell("lost", running.delivery, durationMs=running.duration_ms)
        return True

    async def flush(self, calls: list[Sent]) -> None:
        """Each sent batch is answered, or waits again; raises the last error of those that do."""
        failed: EngineError | None = None
        for queue, batch, future in calls:
            try:
                answers = await future
            except EngineError as error:
                again = self._waiting if isinstance(error, Unreachable) else self._alone
                again[queue].extendleft(reversed(batch))
                self.added.set()
                failed = error
                continue
            for sent, answer in zip(batch, answers, strict=True):
                running = self._roster.forget(queue, sent.fence)
                if running is not None:
                    self._answered.append((running, sent, answer))
        if failed is not None:
            raise failed

    def send(self) -> list[Sent]:
        """What was waiting is on its way; pass the result to `flush`."""
        self.added.clear()
        return [(queue, batch, self._store.submit(self._call(queue, batch))) for queue, batch in self._batches()]

    def take_all(self) -> list[Call[list[Settled]]]:
        """Every outcome that waits, as calls for somebody else to send: for the last act of a blocked process."""
        return [self._call(queue, batch) for queue, batch in self._batches()]

    def report(self) -> None:
        """Every answer since the last report is told."""
        answered, self._answered = self._answered, []
        for running, sent, answer in answered:
            self._report(running, sent, answer)

    def _report(self, running: Running, sent: Settle, answer: Settled) -> None:
        # A handler may have ended otherwise before it heard of its cancel: its job is cancelled all the same.
        event = {"ok": sent.verb, "cancelled": "cancel", "lost": "lost"}[answer]
        if not wants(event):
            return
        more: dict[str, int | str] = {"durationMs": running.duration_ms}
        if sent.delay_ms:
            more["delayMs"] = sent.delay_ms
        if event in ("retry", "fail"):
            more["error"] = error_text(sent.data)
        self.journal.tell(event, running.delivery, **more)

    def _call(self, queue: str, batch: list[Settle]) -> Call[list[Settled]]:
        return settle(self._keys[queue], self._clock.now_us(), batch)

    def _batches(self) -> Iterator[tuple[str, list[Settle]]]:
        """All that waits, by queue, as many together as one call carries; it waits no longer."""
        for queue, waiting in self._waiting.items():
            while self._alone[queue]:
                yield queue, [self._alone[queue].popleft()]
            while waiting:
                batch = [waiting.popleft()]
                size = len(batch[0].data)
                while waiting and len(batch) < MAX_BATCH and size + len(waiting[0].data) <= MAX_BYTES:
                    size += len(waiting[0].data)
                    batch.append(waiting.popleft())
                yield queue, batch


def to_settle(delivery: Delivery, outcome: Outcome) -> Settle:
    """The outcome in the words of the settle script."""
    job_id, fence = delivery.id, delivery.fence
    match outcome:
        case Done(result):
            return Settle(job_id, fence, "complete", result)
        case Retry(delay_ms, failure):
            return Settle(job_id, fence, "retry", encode_json(failure), delay_ms)
        case Snoozed(delay_ms):
            return Settle(job_id, fence, "snooze", b"", delay_ms)
        case Fail(failure):
            return Settle(job_id, fence, "fail", encode_json(failure), fingerprint=fingerprint(failure))
        case Release():
            return Settle(job_id, fence, "release")
        case Cancelled():
            return Settle(job_id, fence, "cancel")
        case _:
            assert_never(outcome)
