"""What producers and workers do to the fake's jobs."""

from __future__ import annotations

from msgspec import Struct

from admin_tui.demo.looks import tokens
from admin_tui.demo.queue import FakeQueue
from admin_tui.demo.record import Record, Trouble
from engine import Attempt, LogEntry, State

_FIRST = 10**16
"""Jobs that were given back are before all that only wait."""
_MOST_LOGS = 1_000


class Wish(Struct, frozen=True, kw_only=True):
    """A job as a producer wants it."""

    id: str
    name: str
    payload: str = "{}"
    delay_ms: int = 0
    tenant: str | None = None


def enqueue(queue: FakeQueue, wish: Wish) -> Record:
    """The job waits or is delayed; one of this id that has not ended is left as it is."""
    known = queue.find(wish.id)
    if known is not None:
        if not known.state.ended:
            return known
        queue.forget(known)
    run = queue.stamp()
    record = Record(id=wish.id, name=wish.name, payload=wish.payload, run=run, place=run, tenant=wish.tenant)
    if known is not None:
        record.log = known.log
    if wish.delay_ms:
        record.state, record.due = State.DELAYED, queue.now_ms + wish.delay_ms
        record.place = record.due
    queue.enter(record)
    queue.count("enqueue")
    return record


def start(queue: FakeQueue, worker: str, at_us: int) -> Record | None:
    """The first job that may run is active, held by the consumer; what is due is waiting before.

    None while the queue is paused, its bucket has no token, or nothing waits.
    """
    promote_due(queue)
    keys, level = queue.lanes["waiting"].page(0, 1), tokens(queue, at_us)
    if not keys or queue.paused or (level is not None and level < 1):
        return None
    if level is not None:
        queue.tokens, queue.stamp_us = level - 1, at_us
    [record] = queue.listed("waiting", keys)
    queue.move(record, State.ACTIVE, queue.stamp())
    record.started, record.worker, record.told, record.earlier = queue.now_ms, worker, False, None
    queue.count("acquire")
    return record


def promote_due(queue: FakeQueue) -> None:
    """Delayed jobs whose time has come wait."""
    while keys := queue.lanes["delayed"].page(0, 1):
        [(due, _)] = keys
        if due > queue.now_ms:
            return
        [record] = queue.listed("delayed", keys)
        queue.move(record, State.WAITING, queue.stamp())
        record.due = None


def complete(queue: FakeQueue, record: Record, result: str = "null") -> None:
    """The job has completed with this result, JSON text."""
    record.attempts += 1
    record.result = result
    _end(queue, record, State.COMPLETED)
    queue.count("complete")


def retry(queue: FakeQueue, record: Record, trouble: Trouble, delay_ms: int) -> None:
    """The attempt failed, and another follows."""
    due = queue.now_ms + delay_ms
    _attempted(queue, record, trouble, due)
    queue.move(record, State.DELAYED, due)
    record.due = due
    queue.count("retry")


def snooze(queue: FakeQueue, record: Record, delay_ms: int) -> None:
    """The job put itself off; no attempt is charged."""
    due = queue.now_ms + delay_ms
    queue.move(record, State.DELAYED, due)
    record.due = due
    queue.count("snooze")


def fail(queue: FakeQueue, record: Record, trouble: Trouble) -> None:
    """The job has failed for good, and belongs to the group of its error."""
    _attempted(queue, record, trouble)
    queue.blame(record, trouble)
    _end(queue, record, State.FAILED)
    queue.count("fail")


def end_cancelled(queue: FakeQueue, record: Record) -> None:
    """The running job has ended because it was told to."""
    _end(queue, record, State.CANCELLED)
    queue.count("cancel")


def crash(queue: FakeQueue, record: Record) -> None:
    """Its worker is gone: another takes it first."""
    record.crashes += 1
    queue.move(record, State.WAITING, queue.stamp() - _FIRST)
    queue.count("reclaim")


def log(queue: FakeQueue, record: Record, text: str) -> None:
    """The job has logged a line; the newest thousand are kept."""
    number = len(record.log)
    record.log.append(LogEntry(f"{queue.now_ms}-{number}", queue.now_ms, record.run, text))
    del record.log[:-_MOST_LOGS]


def _attempted(queue: FakeQueue, record: Record, trouble: Trouble, due: int | None = None) -> None:
    record.attempts += 1
    record.error = trouble
    start_ms = record.started or queue.now_ms
    record.trail.append(Attempt(start_ms, queue.now_ms, record.label or "", trouble.sentence, trouble.stack, due))


def _end(queue: FakeQueue, record: Record, state: State) -> None:
    record.ended, record.told = queue.now_ms, False
    queue.move(record, state, record.ended)
