"""Turns outcomes into settles and sends them until Redis answers each with `ok` or `lost`."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import assert_never

import msgspec

from engine.clock import Clock
from engine.codec import encode_json
from engine.errors import EngineError, Unreachable
from engine.escaping import escape
from engine.roster import Roster, Running
from engine.streams import Call, Keys, Store
from engine.streams.commands import MAX_BATCH, MAX_BYTES, Settle, settle
from engine.types import Cancelled, Delivery, Done, Fail, Failure, Outcome, Release, Retry, Snoozed

_log = logging.getLogger("engine.settler")


class Settler:
    """Keeps every outcome until Redis has answered it; a place is free as soon as the outcome is here."""

    def __init__(self, keys: dict[str, Keys], store: Store, roster: Roster, clock: Clock) -> None:
        self._keys, self._store, self._roster, self._clock = keys, store, roster, clock
        self._waiting: dict[str, deque[Settle]] = {queue: deque() for queue in keys}
        self._one_by_one = False
        self.added = asyncio.Event()
        """Set while there are outcomes that were not yet sent."""

    def add(self, running: Running, outcome: Outcome) -> None:
        """The outcome is kept and the place is free; a second outcome of one delivery is ignored."""
        if self._roster.end(running):
            self._waiting[running.delivery.queue].append(to_settle(running.delivery, outcome))
            self.added.set()

    async def flush(self, calls: list[tuple[str, list[Settle], asyncio.Future[list[bool]]]]) -> None:
        """Each sent batch is answered, or waits again; raises the last error of those that do."""
        failed: EngineError | None = None
        verbose = _log.isEnabledFor(logging.DEBUG)
        for queue, batch, future in calls:
            try:
                answers = await future
            except EngineError as error:
                self._waiting[queue].extendleft(reversed(batch))
                # One job that Redis chokes on must not hold up the others of its batch.
                self._one_by_one = not isinstance(error, Unreachable)
                self.added.set()
                failed = error
                continue
            for sent, ok in zip(batch, answers, strict=True):
                self._roster.forget(queue, sent.fence)
                if not ok or sent.verb != "complete" or verbose:
                    _report(queue, sent, ok)
        if failed is not None:
            raise failed
        self._one_by_one = False

    def send(self) -> list[tuple[str, list[Settle], asyncio.Future[list[bool]]]]:
        """What was waiting is on its way; pass the result to `flush`."""
        self.added.clear()
        return [
            (queue, batch, self._store.submit(self._call(queue, batch)))
            for queue, waiting in self._waiting.items()
            for batch in self._batches(waiting)
        ]

    def take_all(self) -> list[Call[list[bool]]]:
        """Every outcome that waits, as calls for somebody else to send: for the last act of a blocked process."""
        return [
            self._call(queue, batch) for queue, waiting in self._waiting.items() for batch in self._batches(waiting)
        ]

    def _call(self, queue: str, batch: list[Settle]) -> Call[list[bool]]:
        return settle(self._keys[queue], self._clock.now_us(), batch)

    def _batches(self, waiting: deque[Settle]) -> list[list[Settle]]:
        batches: list[list[Settle]] = []
        most = 1 if self._one_by_one else MAX_BATCH
        while waiting:
            batch = [waiting.popleft()]
            size = len(batch[0].data)
            while waiting and len(batch) < most and size + len(waiting[0].data) <= MAX_BYTES:
                size += len(waiting[0].data)
                batch.append(waiting.popleft())
            batches.append(batch)
        return batches


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
            return Settle(job_id, fence, "fail", encode_json(failure))
        case Release():
            return Settle(job_id, fence, "release")
        case Cancelled():
            return Settle(job_id, fence, "cancel")
        case _:
            assert_never(outcome)


def _report(queue: str, sent: Settle, ok: bool) -> None:  # noqa: FBT001 - Redis's answer
    job_id = escape(sent.id)
    if not ok:
        _log.warning("lost queue=%s jobId=%s fence=%d: another delivery owns it", queue, job_id, sent.fence)
    elif sent.verb in ("retry", "fail"):
        failure = msgspec.json.decode(sent.data, type=Failure)
        reason = escape(f"{failure.type}: {failure.message}")
        wait = f" in {sent.delay_ms / 1000:.1f} s" if sent.verb == "retry" else ""
        _log.warning("%s%s queue=%s jobId=%s fence=%d: %s", sent.verb, wait, queue, job_id, sent.fence, reason)
    elif sent.verb != "complete":
        _log.info("%s queue=%s jobId=%s fence=%d", sent.verb, queue, job_id, sent.fence)
    else:
        _log.debug("complete queue=%s jobId=%s fence=%d", queue, job_id, sent.fence)
