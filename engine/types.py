"""The words of the engine as frozen Structs: no behaviour, no Redis."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct, field

Json = Any
"""What msgspec decodes from JSON without a type: dict, list, str, int, float, bool, None."""


class State(StrEnum):
    """Where a run is in its life; the last three are ends."""

    WAITING = "waiting"
    DELAYED = "delayed"
    ACTIVE = "active"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in ENDED


ENDED = frozenset({State.COMPLETED, State.FAILED, State.CANCELLED})


class Keep(Struct, frozen=True):
    """How long ended jobs are kept: at most `age_s` seconds, and at most `count` of them."""

    age_s: float
    count: int | None = None


class Rate(Struct, frozen=True):
    """At most `count` starts in `per_s` seconds, `burst` of them at once.

    `burst` is by default a tenth of a second's worth, at least 1.
    """

    count: float
    per_s: float = 1.0
    burst: int | None = None

    @property
    def per_second(self) -> float:
        return self.count / self.per_s

    @property
    def burst_size(self) -> int:
        return self.burst if self.burst is not None else max(1, int(self.per_second / 10))


def days(count: float) -> float:
    """Seconds in `count` days."""
    return count * 86_400


class Enqueued(Struct, frozen=True, rename="camel"):
    """The ticket of an enqueue: which run answers for it, and whether this call created it."""

    id: str
    run: int
    created: bool
    state: State
    same_payload: bool
    queue: str = ""


class Delivery(Struct, frozen=True):
    """One hand-over of a job to a worker; `fence` is its number, its start time (µs) and its ownership."""

    queue: str
    id: str
    name: str
    payload: bytes
    fence: int
    run: int
    attempts: int
    crashes: int
    snoozed_ms: int
    suspect: bool = False
    waited_ms: int = 0


class Failure(Struct, frozen=True, omit_defaults=True):
    """An error as it is stored: the exception's name, its text, and its last frames."""

    type: str
    message: str
    stack: str = ""


class Done(Struct, frozen=True, tag=True):
    """The handler returned; `result` is its encoded value."""

    result: bytes


class Retry(Struct, frozen=True, tag=True):
    """The attempt failed and another follows after `delay_ms`."""

    delay_ms: int
    failure: Failure


class Snoozed(Struct, frozen=True, tag=True):
    """The handler asked to be put off for `delay_ms`; no attempt is charged."""

    delay_ms: int


class Fail(Struct, frozen=True, tag=True):
    """The attempt failed and was the last."""

    failure: Failure


class Release(Struct, frozen=True, tag=True):
    """The worker gives the job back unharmed; it is first in line elsewhere."""


class Cancelled(Struct, frozen=True, tag=True):
    """The handler ended because the job was cancelled."""


Outcome = Done | Retry | Snoozed | Fail | Release | Cancelled
"""What running a delivery came to."""


class Attempt(Struct, frozen=True, rename="camel"):
    """One ended attempt of a run: times are epoch milliseconds of the server."""

    start: int
    end: int
    worker: str
    error: str
    stack: str = ""
    due: int | None = None
    """When the next one was to start."""


class JobStatus(Struct, frozen=True, rename="camel"):
    """Everything known of a job's current run; JSON uses the camelCase names."""

    id: str
    name: str
    queue: str
    data: Json
    state: State
    run: int
    progress: Json
    attempts_made: int
    crashes: int
    failed_reason: str | None
    returnvalue: Json
    timestamp: int
    processed_on: int | None
    finished_on: int | None
    due: int | None
    worker_id: str | None
    tenant: str | None
    logs: list[str]
    attempts: list[Attempt]
    cancel_requested: bool = False


class JobLine(Struct, frozen=True, rename="camel"):
    """A job in a list: what fits one line. `worker` and `started_on` are an active job's."""

    id: str
    name: str
    state: State
    run: int
    attempts_made: int
    timestamp: int
    finished_on: int | None
    tenant: str | None
    failed_reason: str | None
    due: int | None = None
    worker: str | None = None
    started_on: int | None = None
    group: str | None = None


class QueueCounts(Struct, frozen=True, rename="camel"):
    """How many jobs of a queue are in each state, counted now; ended ones within their retention."""

    queue: str
    waiting: int
    delayed: int
    active: int
    completed: int
    failed: int
    cancelled: int
    paused: bool = False
    oldest_waiting_ms: int | None = None
    """For how long the oldest waiting job has been waiting; None: none waits."""


class WorkerInfo(Struct, frozen=True, rename="camel"):
    """A worker process as its last heartbeat told it; times are epoch milliseconds of the server."""

    consumer: str
    label: str
    host: str
    pid: int
    queues: list[str]
    concurrency: dict[str, int]
    version: str
    started: int
    seen: int
    acquired: int = 0
    """When it last acquired, or found all its places taken."""
    active: int = 0


CancelAnswer = Literal["cancelled", "requested", "not_cancellable", "unknown"]


class QueueLimits(Struct, frozen=True):
    """What `control` holds for a queue: see `App.queue` for the meanings and defaults."""

    lease_ms: int = 15_000
    sweep_ms: int = 2_500
    rate: float = 0.0
    burst: int = 1
    max_active: int = 0
    max_crashes: int = 3
    shared_rate: float = 0.0
    shared_burst: int = 1


class Progress(Struct, frozen=True):
    """A step of a job: its name, how far it is in percent, and counts if they are known."""

    step: str
    percent: float
    processed: int | None = None
    total: int | None = None
    message: str = field(default="")


class Event(Struct, frozen=True, rename="camel"):
    """One change of one job, by the server's clock.

    `id` is that of the batch that made it: give it as `after` to go on behind it. The events of a batch share it.
    """

    queue: str
    id: str
    at_ms: int
    verb: str
    job_id: str
