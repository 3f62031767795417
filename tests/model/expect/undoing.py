"""What is thrown away, and what is taken back: trash, restore, delete, revert."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from engine.streams.commands import Answer
from tests.model.state import Known, Queue, Undo
from tests.support.snapshot import ENDS

Verb = Literal["trash", "restore", "delete"]
Done = Literal["requeue", "cancel", "promote"]
Runs = Sequence[tuple[str, int]]


def trash(queue: Queue, now_us: int, verb: Verb, runs: Runs) -> list[Answer]:
    """The named ended runs are in the trash, out of it, or gone."""
    answers: list[Answer] = [_look_at(queue, job_id, run, _has_ended) for job_id, run in runs]
    chosen = _chosen(queue, runs, answers)
    for job in chosen:
        if verb != "delete" and job.is_trashed is (verb == "trash"):
            continue
        _ACTS[verb](queue, now_us, job)
        queue.tell(verb, job.id)
        queue.count(now_us, verb)
    if verb == "delete":
        # Also of another run: where there is no record now, a second call finds nothing to delete.
        gone = {job_id for job_id, _ in runs if queue.read(job_id) is None}
        return ["ok" if job_id in gone else answer for (job_id, _), answer in zip(runs, answers, strict=True)]
    return answers


def _has_ended(job: Known, run: int) -> bool:
    return job.run == run and job.state in ENDS


def _trash(queue: Queue, now_us: int, job: Known) -> None:
    queue.leave_end(job)
    queue.trash[job.id] = now_us // 1000
    job.record["trashed"] = str(now_us // 1000)


def _restore(queue: Queue, now_us: int, job: Known) -> None:
    del queue.trash[job.id], job.record["trashed"]
    queue.ends[job.state][job.id] = job.number("ended")
    queue.rejoin_group(job)


def _delete(queue: Queue, now_us: int, job: Known) -> None:
    queue.leave_end(job)
    del queue.jobs[job.id]
    queue.trails.pop(job.id, None)
    tenant = queue.tenants.get(job.record.get("tenant", ""), {})
    tenant.pop(job.id, None)
    if not tenant:
        queue.tenants.pop(job.record.get("tenant", ""), None)


_ACTS: dict[Verb, Callable[[Queue, int, Known], None]] = {"trash": _trash, "restore": _restore, "delete": _delete}


def revert(queue: Queue, now_us: int, done: Done, runs: Runs) -> list[Answer]:
    """The named runs are where they were, but for those that were handed over since."""
    is_back, can, undo = _UNDO[done]
    able: list[Answer] = [_look_at(queue, job_id, run, can) for job_id, run in runs]
    there: list[Answer] = [_look_at(queue, job_id, run, is_back) for job_id, run in runs]
    answers: list[Answer] = ["ok" if "ok" in both else both[0] for both in zip(able, there, strict=True)]
    first_due = queue.first_due()
    for job in _chosen(queue, runs, able):
        undo(queue, job)
        queue.tell("revert", job.id)
        queue.count(now_us, "revert")
    queue.wake_for_earlier(first_due)
    return answers


def _was_requeued(job: Known, run: int) -> bool:
    return job.number("before") == run and job.state == "waiting" and _has_its_place(job, "requeue")


def _has_its_place(job: Known, done: Done) -> bool:
    """Whether nobody was handed the job since this was done to it."""
    return job.undo is not None and job.undo.what == done and job.undo.entry is job.entry


def _unqueue(queue: Queue, job: Known) -> None:
    _leave_line(queue, job)
    assert job.undo is not None
    fields = dict(job.undo.fields)
    state = fields.pop("earlier", None)
    job.undo = Undo("cancel", None, {"state": state}) if state else None
    job.record.pop("before")
    job.record |= fields
    queue.ends[job.state][job.id] = job.number("ended")
    queue.rejoin_group(job)
    tenant = queue.tenants.get(job.record.get("tenant", ""), {})
    if job.id in tenant:
        tenant[job.id] = job.run


def _leave_line(queue: Queue, job: Known) -> None:
    assert job.entry is not None
    queue.drop(job.line, job.entry)


def _was_cancelled(job: Known, run: int) -> bool:
    known = job.undo is not None and job.undo.what == "cancel"
    return job.run == run and job.state == "cancelled" and known and not job.is_trashed


def _uncancel(queue: Queue, job: Known) -> None:
    del queue.ends["cancelled"][job.id], job.record["ended"]
    assert job.undo is not None
    if job.undo.fields["state"] == "delayed":
        _put_off(queue, job)
    else:
        line = "again" if job.line == "again" else "ready"
        queue.wait_in(job, "suspect" if job.number("crashes") >= queue.suspect_at else line)
        queue.woken = True
    job.undo = None


def _put_off(queue: Queue, job: Known) -> None:
    job.record["state"] = "delayed"
    queue.delayed[job.id] = job.number("due")


def _was_promoted(job: Known, run: int) -> bool:
    return job.run == run and job.state == "waiting" and _has_its_place(job, "promote")


def _unpromote(queue: Queue, job: Known) -> None:
    _leave_line(queue, job)
    job.undo = None
    _put_off(queue, job)


Judge = Callable[[Known, int], bool]
_UNDO: dict[Done, tuple[Judge, Judge, Callable[[Queue, Known], None]]] = {
    "requeue": (lambda job, run: job.run == run and job.state in {"failed", "cancelled"}, _was_requeued, _unqueue),
    "cancel": (lambda job, run: job.run == run and job.state in {"waiting", "delayed"}, _was_cancelled, _uncancel),
    "promote": (lambda job, run: job.run == run and job.state == "delayed", _was_promoted, _unpromote),
}
"""Of each: whether a run is there already, whether it can be put there, and that it is."""


def _look_at(queue: Queue, job_id: str, run: int, can: Judge) -> Answer:
    job = queue.read(job_id)
    if job is None or job == "hostile":
        return "unknown"
    return "ok" if can(job, run) else "not"


def _chosen(queue: Queue, runs: Runs, answers: Sequence[Answer]) -> list[Known]:
    """The jobs of those runs that are `ok`, each once, though it were named twice."""
    named = dict.fromkeys(job_id for (job_id, _), answer in zip(runs, answers, strict=True) if answer == "ok")
    return [queue.jobs[job_id] for job_id in named]
