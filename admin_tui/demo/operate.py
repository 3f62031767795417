"""What an operator does to one of the fake's jobs: each says whether it did anything, and is safe to do twice."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from admin_tui.demo.queue import FakeQueue
from admin_tui.demo.record import Record
from engine import State


def requeue(queue: FakeQueue, record: Record) -> bool:
    """The failed or cancelled job waits as a new run, with all its attempts."""
    if record.trashed is not None or record.state not in (State.FAILED, State.CANCELLED):
        return False
    queue.leave(record)
    run = queue.stamp()
    fresh = Record(id=record.id, name=record.name, payload=record.payload, run=run, place=run, tenant=record.tenant)
    fresh.log, fresh.earlier = record.log, record
    queue.enter(fresh)
    queue.count("requeue")
    return True


def cancel(queue: FakeQueue, record: Record) -> bool:
    """The job has ended as cancelled; one that runs is told to."""
    if record.state is State.ACTIVE:
        record.told = True
        return True
    if record.state.ended:
        return False
    earlier = msgspec.structs.replace(record)
    queue.move(record, State.CANCELLED, queue.now_ms)
    record.ended, record.due, record.earlier = queue.now_ms, None, earlier
    queue.count("cancel")
    return True


def promote(queue: FakeQueue, record: Record) -> bool:
    """The delayed job waits no longer for its time."""
    if record.state is not State.DELAYED:
        return False
    earlier = msgspec.structs.replace(record)
    queue.move(record, State.WAITING, queue.stamp())
    record.due, record.earlier = None, earlier
    queue.count("promote")
    return True


def trash(queue: FakeQueue, record: Record) -> bool:
    """The ended job is in the trash."""
    if record.trashed is not None or not record.state.ended:
        return False
    queue.leave(record)
    record.trashed = record.place = queue.now_ms
    queue.enter(record)
    return True


def restore(queue: FakeQueue, record: Record) -> bool:
    """The job is out of the trash, among those that ended when it did."""
    if record.trashed is None:
        return False
    queue.leave(record)
    record.trashed, record.place = None, record.ended or 0
    queue.enter(record)
    return True


def delete(queue: FakeQueue, record: Record) -> bool:
    """The job in the trash is gone for good."""
    if record.trashed is None:
        return False
    queue.forget(record)
    return True


def revert(queue: FakeQueue, record: Record) -> bool:
    """A requeued, cancelled or promoted run that has not started since is exactly where it was."""
    earlier = record.earlier
    if earlier is None or record.trashed is not None or record.state not in (State.WAITING, State.CANCELLED):
        return False
    queue.leave(record)
    queue.enter(earlier)
    return True


VERBS: dict[str, Callable[[FakeQueue, Record], bool]] = {
    "retry": requeue,
    "cancel": cancel,
    "promote": promote,
    "trash": trash,
    "restore": restore,
    "delete": delete,
    "revert": revert,
}
STATES: dict[str, frozenset[State]] = {
    "retry": frozenset({State.FAILED, State.CANCELLED}),
    "cancel": frozenset({State.WAITING, State.DELAYED, State.ACTIVE}),
    "promote": frozenset({State.DELAYED}),
    "trash": frozenset({State.COMPLETED, State.FAILED, State.CANCELLED}),
    "restore": frozenset({State.COMPLETED, State.FAILED, State.CANCELLED}),
    "delete": frozenset({State.COMPLETED, State.FAILED, State.CANCELLED}),
}
"""In which states a job must be for an action to mean it."""
TAKEN_BACK = {"retry": "revert", "cancel": "revert", "promote": "revert", "trash": "restore", "restore": "trash"}
"""What undoes an action."""
