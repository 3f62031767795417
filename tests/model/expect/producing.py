"""What producers are answered, and operators who begin or end runs: enqueue, cancel, requeue, promote by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from engine.streams.commands import NewJob, Refused, Requeued
from engine.types import CancelAnswer, Enqueued, State
from tests.model.state import LIVE, Known, Queue, Record, Undo


def enqueue(queue: Queue, now_us: int, op: str, jobs: Sequence[NewJob], max_waiting: int) -> list[Enqueued | Refused]:
    """Jobs that are not live are stored as new runs while there is room; an answered op is answered so again."""
    if op in queue.answered:
        return queue.answered[op]
    answers: list[Enqueued | Refused] = []
    stored: list[tuple[NewJob, Known]] = []
    first_due = queue.first_due()
    waiting = _unheld(queue) + len(queue.delayed)
    for new in jobs:
        job = queue.read(new.id)
        if job == "hostile":
            answers.append(Refused("bad"))
        elif job is not None and job.state in LIVE:
            same = job.record.get("digest", "") == new.digest
            answers.append(Enqueued(new.id, job.run, False, State(job.state), same, queue.name))
        elif max_waiting and waiting >= max_waiting:
            answers.append(Refused("full", waiting))
        else:
            waiting += 1
            job = _store(queue, now_us, new, job)
            stored.append((new, job))
            answers.append(Enqueued(new.id, job.run, True, State(job.state), True, queue.name))
    queue.answered[op] = answers
    queue.count(now_us, "enqueue", len(stored))
    queue.woken |= any(not new.delay_ms for new, _ in stored)
    queue.wake_for_earlier(first_due)
    return answers


def _unheld(queue: Queue) -> int:
    return sum(queue.holder(line, entry) is None for line, entries in queue.lines.items() for entry in entries)


def _store(queue: Queue, now_us: int, new: NewJob, before: Known | None) -> Known:
    record: Record = {"name": new.name, "payload": new.payload.decode(), "run": str(queue.next_fence(now_us))}
    if before is not None:
        queue.leave_end(before)
        record |= _last_of(before)
    record |= {name: value for name, value in (("tenant", new.tenant), ("digest", new.digest)) if value}
    job = queue.jobs[new.id] = Known(new.id, record)
    if new.delay_ms:
        due_ms = -(-now_us // 1000) + new.delay_ms
        record |= {"state": "delayed", "due": str(due_ms)}
        queue.delayed[new.id] = due_ms
    else:
        queue.wait_in(job, "ready")
    queue.remember_for(new.tenant, job)
    queue.tell("enqueue", new.id)
    return job


def cancel(
    queue: Queue, now_us: int, job_id: str, run: int, wanted: State | None = None
) -> CancelAnswer | Literal["changed"]:
    """A waiting or delayed job has ended, an active one is flagged; only one in the wanted state, if there is one."""
    job = queue.read(job_id)
    if job is None or job == "hostile":
        return "unknown"
    if job.run != run:
        return "not_cancellable"
    before = job.state
    if wanted is not None and before not in {wanted, "cancelled"}:
        return "changed"
    match before:
        case "cancelled":
            return "cancelled"
        case "active" if job_id in queue.active:
            queue.active[job_id].flagged = True
            return "requested"
        case "waiting":
            assert job.entry is not None
            queue.drop(job.line, job.entry)
        case "delayed":
            del queue.delayed[job_id]
        case _:
            return "not_cancellable"
    job.undo = Undo("cancel", None, {"state": before})
    queue.end(job, "cancelled", now_us)
    queue.tell("cancel", job_id)
    queue.count(now_us, "cancel")
    return "cancelled"


def requeue(queue: Queue, now_us: int, runs: Sequence[tuple[str, int]]) -> list[Requeued]:
    """The named failed or cancelled runs wait again as new runs, with nothing charged."""
    answers = [_look_at(queue, job_id, run, _can_requeue) for job_id, run in runs]
    for n in _chosen(runs, answers):
        job_id, run = runs[n]
        job = queue.jobs[job_id]
        kept = {name: job.record[name] for name in _KEPT if name in job.record} | _last_of(job)
        reset = {name: value for name, value in job.record.items() if name not in _KEPT}
        if job.undo is not None and job.undo.what == "cancel":
            reset["earlier"] = job.undo.fields["state"]
        queue.leave_end(job)
        job.record = {**kept, "run": str(queue.next_fence(now_us)), "before": str(run)}
        queue.wait_in(job, "ready")
        job.undo = Undo("requeue", job.entry, reset)
        queue.remember_for(kept.get("tenant"), job)
        _tell(queue, now_us, "requeue", job_id)
    return _answers(queue, runs, answers)


_KEPT = ("name", "payload", "tenant", "digest")


def _last_of(ended: Known) -> Record:
    """What a new run knows of the last one's settle: nothing if that was cancelled, for a late one is lost then."""
    known = "last" in ended.record and ended.state != "cancelled"
    return {"last": ended.record["last"]} if known else {}


def _can_requeue(job: Known, run: int) -> bool | None:
    """Whether the run can wait again; None: it has been told to already, and does."""
    ended = job.state in {"failed", "cancelled"}
    if job.number("before") == run and not ended:
        return None
    return job.run == run and ended and not job.is_trashed


def promote(queue: Queue, now_us: int, runs: Sequence[tuple[str, int]]) -> list[Requeued]:
    """The named delayed runs wait no longer for their time."""
    answers = [_look_at(queue, job_id, run, _can_promote) for job_id, run in runs]
    for n in _chosen(runs, answers):
        job = queue.jobs[runs[n][0]]
        del queue.delayed[job.id]
        queue.wait_in(job, "suspect" if job.number("crashes") >= queue.suspect_at else "ready")
        job.undo = Undo("promote", job.entry, {})
        _tell(queue, now_us, "promote", job.id)
    return _answers(queue, runs, answers)


def _can_promote(job: Known, run: int) -> bool | None:
    if job.run == run and job.state == "waiting":
        return None
    return job.run == run and job.state == "delayed"


def _look_at(queue: Queue, job_id: str, run: int, can: Callable[[Known, int], bool | None]) -> Requeued | None:
    """What is answered by the state before the call; None: the run is to be changed."""
    job = queue.read(job_id)
    if job is None or job == "hostile":
        return Requeued("unknown", 0)
    able = can(job, run)
    return None if able else Requeued("not" if able is False else "ok", job.run)


def _chosen(runs: Sequence[tuple[str, int]], answers: Sequence[Requeued | None]) -> list[int]:
    """Which of the named runs are to be changed: each once, though it were named twice."""
    first = {runs[n]: n for n in reversed(range(len(runs))) if answers[n] is None}
    return sorted(first.values())


def _answers(queue: Queue, runs: Sequence[tuple[str, int]], answers: Sequence[Requeued | None]) -> list[Requeued]:
    """With the runs that wait now, as when the call is sent again."""
    now = [queue.jobs[job_id].run if job_id in queue.jobs else 0 for job_id, _ in runs]
    return [Requeued(answer.answer if answer else "ok", run) for answer, run in zip(answers, now, strict=True)]


def _tell(queue: Queue, now_us: int, verb: str, job_id: str) -> None:
    queue.tell(verb, job_id)
    queue.count(now_us, verb)
    queue.woken = True
