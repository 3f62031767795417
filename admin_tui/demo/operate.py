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
    """The ended job is gone for good, from the trash or not."""
    if not record.state.ended:
        return False
    queue.forget(record)
    return True


def revert(queue: FakeQueue, record: Record) -> bool:
    """A requeued, cancelled or promoted run that has not started since is exactly where it was."""
    if record.earlier is None:
        return False
    queue.leave(record)
    queue.enter(record.earlier)
    return True


VERBS: dict[str, Callable[[FakeQueue, Record], bool]] = {
    "retry": requeue,
    "cancel": cancel,
    "promote": promote,
    "trash": trash,
    "restore": restore,
    "delete": delete,
    "unretry": revert,
    "uncancel": revert,
    "unpromote": revert,
}
"""What is done to each job of an operation."""
TAKEN_BACK = {
    "retry": "unretry",
    "cancel": "uncancel",
    "promote": "unpromote",
    "trash": "restore",
    "restore": "trash",
    "delete": "",
}
"""What undoes each action; nothing undoes a delete."""
_LIVE = (State.WAITING, State.DELAYED, State.ACTIVE)
_FITS = {
    "retry": ((State.FAILED, State.CANCELLED), "not failed"),
    "cancel": (_LIVE, "ended"),
    "promote": ((State.DELAYED,), "not delayed"),
}
_ENDS = (State.COMPLETED, State.FAILED, State.CANCELLED)
Seen = tuple[str, int, State]
"""A job as it was seen: id, run and state."""


def judge(deed: str, record: Record | None, run: int, state: State) -> str:
    """Why the deed is not done to a job as it was seen; empty: it is."""
    if record is None:
        return "gone"
    if deed.startswith("un"):
        if _can_revert(deed, record, run):
            return ""
        return "changed" if record.state in (State.WAITING, State.CANCELLED) else "started"
    if record.run != run:
        return "runs already" if deed == "retry" and record.state in _LIVE else "other run"
    if record.trashed is not None and deed not in ("restore", "delete"):
        return "trashed"
    if deed == "restore" and record.trashed is None:
        return "not trashed"
    states, misfit = _FITS.get(deed, (_ENDS, "not ended"))
    if record.state not in states:
        return misfit
    return "" if record.state is state else "other state"


def _can_revert(deed: str, record: Record, run: int) -> bool:
    earlier = record.earlier
    if earlier is None or earlier.run != run or record.trashed is not None:
        return False
    match deed:
        case "unretry":
            return record.state is State.WAITING and record.run != run
        case "uncancel":
            return record.state is State.CANCELLED and record.run == run
        case _:
            return record.state is State.WAITING and record.run == run
