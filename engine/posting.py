"""What both clients share, without I/O: jobs made ready to send, and what Redis's answers mean to the caller."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from engine.clock import Clock
from engine.codec import text_field
from engine.errors import (
    EngineError,
    EnqueueUnknown,
    JobFailed,
    PayloadError,
    QueueFull,
    ResultTimeout,
    SettingError,
    StoreMisused,
)
from engine.journal import names_in, tell, wants
from engine.registry import Job, Queue, find_queue
from engine.streams import Call, Keys
from engine.streams.commands import MAX_BATCH, MAX_BYTES, NewJob, Refused, enqueue
from engine.streams.keys import check_id
from engine.streams.reads import Ending
from engine.types import Enqueued, State

RESEND_S = 60.0
"""For how long an enqueue without an answer is sent again."""
LOOK_S = 1.0
"""How often a run that is waited for is looked at, whatever events tell of it: they may be trimmed."""


class Spec(Struct, frozen=True):
    """One job of an `enqueue_many`: its payload, its id (random if None) and its wait."""

    payload: Any
    job_id: str | None = None
    delay_s: float = 0


class Line(Struct, frozen=True):
    """A queue and its keys."""

    queue: Queue
    keys: Keys


def find_line(queues: dict[str, Queue], prefix: str, name: str) -> Line:
    """The queue of this name and its keys; UnknownQueue lists the names."""
    queue = find_queue(queues, name)
    return Line(queue, Keys(prefix, queue.slot, name))


def prepare(job: Job[Any, Any], queue: Queue, spec: Spec) -> NewJob:
    """The job as it is sent; PayloadError or SettingError says what is wrong with it."""
    if not 0 <= spec.delay_s < 10**9:
        raise SettingError(f"delay_s must be 0 or more and below a billion, not {spec.delay_s}")
    payload = job.payload.encode(spec.payload)
    return NewJob(
        id=secrets.token_hex(12) if spec.job_id is None else check_id(spec.job_id),
        name=job.name,
        payload=payload,
        delay_ms=round(spec.delay_s * 1000),
        tenant=_tenant(payload, queue),
        digest=job.digest(payload) if spec.job_id else "",
    )


def _tenant(payload: bytes, queue: Queue) -> str:
    if queue.options.group_by is None:
        return ""
    tenant = text_field(payload, queue.options.group_by)
    if tenant is None:
        raise PayloadError(f"queue {queue.name} groups by {queue.options.group_by!r}: the payload needs it as a text")
    return tenant


def batches(jobs: Iterable[NewJob]) -> Iterator[list[NewJob]]:
    """The jobs in order, as many together as one call carries."""
    batch: list[NewJob] = []
    size = 0
    for job in jobs:
        if batch and not fits(len(batch) + 1, size + len(job.payload)):
            yield batch
            batch, size = [], 0
        batch.append(job)
        size += len(job.payload)
    if batch:
        yield batch


def fits(count: int, size: int) -> bool:
    """Whether one call carries so many jobs with payloads of so many bytes."""
    return count <= MAX_BATCH and size <= MAX_BYTES


def enqueue_call(line: Line, clock: Clock, jobs: Sequence[NewJob]) -> Call[list[Enqueued | Refused]]:
    """One call for these jobs, which may be sent again until it is answered."""
    options = line.queue.options
    op = secrets.token_hex(12)
    return enqueue(line.keys, clock.now_us(), op, options.tenant_ttl_s, jobs, options.max_waiting or 0)


def to_error(line: Line, job_id: str, refused: Refused) -> EngineError:
    """The error that tells the caller why this job was not stored, and what to do."""
    if refused.why == "bad":
        key = f"{line.keys.job}{job_id}"
        return StoreMisused(f"the key of job {job_id!r} holds something else than a record: delete {key}")
    return QueueFull(
        f"queue {line.queue.name} is full: {refused.waiting} jobs wait, and max_waiting is "
        f"{line.queue.options.max_waiting}; {job_id!r} was not stored: enqueue it again later, or start more workers"
    )


def tell_stored(line: Line, job: NewJob, ticket: Enqueued) -> None:
    """A job that is new is told of in the log."""
    if ticket.created and wants("enqueue"):
        tell("enqueue", line.queue.name, job.id, **names_in(job.payload, line.queue.options.group_by))


def first_stored(error: EngineError, stored: int, given: int) -> EngineError:
    """The error of an `enqueue_many`: as that of its first refused job, and how many were stored or live before."""
    return type(error)(f"{error}; stored so far: {stored} of {given}") if given > 1 else error


def unanswered(error: EngineError, *, closed: bool = False) -> EnqueueUnknown:
    """What is known of an enqueue that Redis has not answered for too long, or before the client closed: nothing."""
    how = "no answer before the client was closed" if closed else f"no answer for {RESEND_S:g} s"
    return EnqueueUnknown(f"{how} ({error}): the jobs may be stored; enqueue the same ids again")


def check_run(ticket: Enqueued, found: Ending | None) -> Ending:
    """Where the ticket's run is; JobFailed with the reason if it ended, and not as completed, or is not stored."""
    if found is None or found.run != ticket.run:
        raise JobFailed(f"run {ticket.run} of {ticket.id!r} is no longer stored: its result is unknown")
    if found.state.ended and found.state is not State.COMPLETED:
        told = found.failed_reason if found.state is State.FAILED else None
        raise JobFailed(told or str(found.state))
    return found


def not_yet(ticket: Enqueued, found: Ending, timeout_s: float) -> ResultTimeout:
    """The error of who has waited long enough."""
    return ResultTimeout(f"{ticket.id!r} is still {found.state} after {timeout_s:g} s")
