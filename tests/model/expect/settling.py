"""What becomes of a delivery: settles of all verbs, and the notes of handlers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.streams.commands import Note, Settle, Settled
from tests.model.state import Held, Known, Queue, Record, bucket_of_ms

FINGERPRINT = re.compile(r"[0-9a-f]{12}")


def settle(queue: Queue, now_us: int, settles: Sequence[Settle]) -> list[Settled]:
    """Each delivery that is still owned has ended as its verb says; all answers are of the moment before."""
    owned = [_owned(queue, one) for one in settles]
    answers: list[Settled] = [_answer(queue, one, held) for one, held in zip(settles, owned, strict=True)]
    max_active = int(queue.setting("max_active"))
    first_due = queue.first_due()
    if any(owned) and max_active and len(queue.active) >= max_active:
        queue.woken = True
    failed = [
        _end_delivery(queue, now_us, one, held) for one, held in zip(settles, owned, strict=True) if held is not None
    ]
    queue.join_groups(now_us, [job for job in failed if job is not None])
    queue.wake_for_earlier(first_due)
    return answers


def _owned(queue: Queue, one: Settle) -> Held | None:
    held = queue.active.get(one.id)
    return held if held is not None and held.fence == one.fence else None


def _answer(queue: Queue, one: Settle, held: Held | None) -> Settled:
    job = queue.jobs.get(one.id)
    if job is None:
        return "lost"
    if held is not None:
        return "cancelled" if held.flagged or one.verb == "cancel" else "ok"
    if job.number("last") != one.fence:
        return "lost"
    return "cancelled" if job.state == "cancelled" else "ok"


def _end_delivery(queue: Queue, now_us: int, one: Settle, held: Held) -> Known | None:
    """The job, if it has failed and its error has a fingerprint."""
    del queue.active[one.id]
    queue.drop(held.line, held.entry)
    job = queue.jobs.get(one.id)
    if job is None:
        return None
    verb = "cancel" if held.flagged else one.verb
    job.record |= {"last": str(one.fence), "worker": held.consumer}
    queue.count(now_us, verb)
    queue.count(now_us, f"run:{bucket_of_ms(now_us - one.fence)}")
    queue.tell(verb, one.id)
    if verb in {"complete", "retry", "fail"}:
        job.record["attempts"] = str(job.number("attempts") + 1)
    match verb:
        case "release":
            queue.hand_back(job)
            queue.woken = True
        case "complete":
            job.record["result"] = one.data.decode()
            queue.end(job, "completed", now_us)
        case "cancel":
            queue.end(job, "cancelled", now_us)
        case "snooze":
            job.record["snoozed"] = str(job.number("snoozed") + one.delay_ms)
            _delay(queue, job, now_us, one.delay_ms)
        case "retry":
            job.record["error"] = one.data.decode()
            _delay(queue, job, now_us, one.delay_ms)
            write_attempt(queue, job, held, now_us)["due"] = job.record["due"]
        case _:
            job.record["error"] = one.data.decode()
            write_attempt(queue, job, held, now_us)
            queue.end(job, "failed", now_us)
            if FINGERPRINT.fullmatch(one.fingerprint):
                job.record["group"] = one.fingerprint
                return job
    return None


def _delay(queue: Queue, job: Known, now_us: int, delay_ms: int) -> None:
    due_ms = -(-now_us // 1000) + delay_ms if delay_ms else now_us // 1000
    job.record |= {"state": "delayed", "due": str(due_ms)}
    queue.delayed[job.id] = due_ms


def write_attempt(queue: Queue, job: Known, held: Held, now_us: int) -> Record:
    """The job's trail tells of the attempt that ended with the record's error; the entry."""
    entry: Record = {
        "kind": "attempt",
        "run": job.record["run"],
        "start": str(held.fence),
        "end": str(now_us // 1000),
        "worker": held.consumer,
        "error": job.record["error"],
    }
    queue.trails.setdefault(job.id, []).append(entry)
    return entry


def note(queue: Queue, now_us: int, notes: Sequence[Note]) -> list[bool]:
    """Lines, progress and checkpoints of deliveries that are still owned are kept."""
    return [_note(queue, now_us, one) for one in notes]


def _note(queue: Queue, now_us: int, one: Note) -> bool:
    held, job = queue.active.get(one.id), queue.jobs.get(one.id)
    if held is None or job is None or held.fence != one.fence:
        return False
    if one.kind == "log":
        line = {"kind": "log", "run": job.record["run"], "at": str(now_us // 1000), "text": one.data.decode()}
        queue.trails.setdefault(job.id, []).append(line)
    elif one.kind == "progress":
        job.record["progress"] = one.data.decode()
    else:
        job.record.pop("crashes", None)
        job.record.pop("snoozed", None)
    return True
