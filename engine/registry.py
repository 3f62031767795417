"""Which queues and jobs an app has; `@queue.job` keeps a handler's signature typed."""

from __future__ import annotations

import inspect
import math
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypedDict, TypeVar, Unpack, get_type_hints

from msgspec import Struct
from msgspec.structs import replace

from engine.backoff import Backoff, Exponential
from engine.codec import MAX_PAYLOAD_BYTES, MAX_RESULT_BYTES, Codec, digest
from engine.context import JobContext
from engine.errors import SettingError, UnknownJob, UnknownQueue
from engine.types import Keep, QueueLimits, Rate, State, days

P = TypeVar("P")
T = TypeVar("T")
_TENANT_MARGIN_S = 86_400
_TRIED = 100
"""Attempts whose wait is tried when a job is declared: a wrong policy is found out there, not in a worker."""


class PolicySettings(TypedDict, total=False):
    """The settings of `Policy` as `@queue.job` takes them."""

    attempts: int
    backoff: Backoff
    jitter: float
    timeout_s: float
    cancel_grace_s: float
    volatile: tuple[str, ...]


class Policy(Struct, frozen=True, kw_only=True):
    """How a job runs: its attempts, waits and limits of time.

    `jitter` lengthens each wait by at most that share. At `timeout_s` the handler is cancelled; `cancel_grace_s` later
    its place is free, whether it ended or not. `volatile` fields do not count when payloads are compared.
    """

    attempts: int = 3
    backoff: Backoff = Exponential(base_s=1)
    jitter: float = 0.2
    timeout_s: float = 300
    cancel_grace_s: float = 5
    volatile: tuple[str, ...] = ()

    def check(self, name: str) -> None:
        """SettingError unless each value makes sense."""
        _require(self.attempts >= 1, f"job {name}: attempts must be at least 1, not {self.attempts}")
        _require(0 <= self.jitter <= 1, f"job {name}: jitter must be between 0 and 1, not {self.jitter}")
        _require(0 < self.timeout_s < 10**7, f"job {name}: timeout_s must be above 0 and finite, not {self.timeout_s}")
        _require(
            0 <= self.cancel_grace_s < 10**7,
            f"job {name}: cancel_grace_s must be at least 0 and finite, not {self.cancel_grace_s}",
        )
        for attempt in range(1, min(self.attempts, _TRIED)):
            wait_s = self.backoff.delay_s(attempt)
            _require(0 <= wait_s < 10**9, f"job {name}: backoff must give 0 s or more and finite, not {wait_s}")


class Job(Generic[P, T]):
    """A handler with its name, policy and codecs; call it like the function that it is."""

    def __init__(
        self, queue: str, name: str, handler: Callable[[JobContext[Any], P], Awaitable[T]], policy: Policy
    ) -> None:
        payload_type, result_type = _annotations(name, handler)
        self.queue, self.name, self.handler, self.policy = queue, name, handler, policy
        self.payload: Codec[P] = Codec(f"payload of {name}", payload_type, MAX_PAYLOAD_BYTES)
        self.result: Codec[T] = Codec(f"result of {name}", result_type, MAX_RESULT_BYTES)

    def __call__(self, job: JobContext[Any], payload: P) -> Awaitable[T]:
        """What the handler returns."""
        return self.handler(job, payload)

    def digest(self, payload: bytes) -> str:
        """What tells two payloads of this job apart."""
        return digest(payload, self.policy.volatile)


class QueueSettings(TypedDict, total=False):
    """The settings of `QueueOptions` as `App.queue` takes them."""

    concurrency: int
    group_by: str | None
    keep_completed: Keep
    keep_failed: Keep
    rate: Rate | None
    max_active: int | None
    max_waiting: int | None
    lease_s: float
    sweep_s: float
    max_crashes: int


class QueueOptions(Struct, frozen=True, kw_only=True):
    """How a queue is worked; see `App.queue`."""

    concurrency: int = 10
    group_by: str | None = None
    keep_completed: Keep = Keep(days(1), count=1_000)
    keep_failed: Keep = Keep(days(7))
    rate: Rate | None = None
    max_active: int | None = None
    max_waiting: int | None = None
    lease_s: float = 15
    sweep_s: float = 2.5
    max_crashes: int = 3

    def check(self, name: str) -> None:
        """SettingError unless each value makes sense."""
        _require(self.concurrency >= 1, f"queue {name}: concurrency must be at least 1, not {self.concurrency}")
        _require(0.2 <= self.lease_s <= days(1), f"queue {name}: lease_s must be between 0.2 and a day")
        _require(0.05 <= self.sweep_s <= self.lease_s, f"queue {name}: sweep_s must be between 0.05 and lease_s")
        _require(self.max_crashes >= 1, f"queue {name}: max_crashes must be at least 1, not {self.max_crashes}")
        _require(self.max_active is None or self.max_active >= 1, f"queue {name}: max_active must be at least 1")
        _require(self.max_waiting is None or self.max_waiting >= 1, f"queue {name}: max_waiting must be at least 1")
        for keep in (self.keep_completed, self.keep_failed):
            _require(0 <= keep.age_s < 10**10, f"queue {name}: keep must be 0 s or more and finite, not {keep.age_s}")
            _require(keep.count is None or keep.count >= 0, f"queue {name}: keep count must be at least 0")
        if self.rate is not None:
            check_rate(f"queue {name}", self.rate)

    def keep(self) -> dict[State, Keep]:
        """How long ended jobs are kept; cancelled ones as completed ones."""
        return {
            State.COMPLETED: self.keep_completed,
            State.FAILED: self.keep_failed,
            State.CANCELLED: self.keep_completed,
        }

    @property
    def tenant_ttl_s(self) -> int:
        """For how long a tenant's index outlives its last job: longer than any record that it names."""
        return math.ceil(max(self.keep_completed.age_s, self.keep_failed.age_s) + _TENANT_MARGIN_S)

    def limits(self) -> QueueLimits:
        """The part that `control` holds for all workers."""
        return QueueLimits(
            lease_ms=round(self.lease_s * 1000),
            sweep_ms=round(self.sweep_s * 1000),
            rate=self.rate.per_second if self.rate else 0.0,
            burst=self.rate.burst_size if self.rate else 1,
            max_active=self.max_active or 0,
            max_crashes=self.max_crashes,
        )


def check_rate(whose: str, rate: Rate) -> None:
    """SettingError unless the rate makes sense."""
    finite = 0 < rate.count < 10**9 and 0 < rate.per_s < 10**9
    _require(finite, f"{whose}: the rate's count and per_s must be above 0 and finite")
    _require(rate.burst_size >= 1, f"{whose}: the burst must be at least 1")


class Queue:
    """A named line of jobs with one policy; made by `App.queue`."""

    def __init__(self, name: str, slot: str, options: QueueOptions, shared: Rate | None = None) -> None:
        options.check(name)
        self.name, self.slot, self.options, self.shared = name, slot, options, shared
        self.jobs: dict[str, Job[Any, Any]] = {}

    def limits(self) -> QueueLimits:
        """What `control` holds for all workers: the queue's own limits, and the one that it shares."""
        if self.shared is None:
            return self.options.limits()
        shared = self.shared
        return replace(self.options.limits(), shared_rate=shared.per_second, shared_burst=shared.burst_size)

    def job(
        self, *, name: str | None = None, **settings: Unpack[PolicySettings]
    ) -> Callable[[Callable[[JobContext[Any], P], Awaitable[T]]], Job[P, T]]:
        """The decorated function is a job of this queue; `settings` are the fields of `Policy`.

        Raises SettingError for a wrong setting, a name already taken, or a handler that is no async function of a
        context and an annotated payload.
        """
        try:
            policy = Policy(**settings)
        except TypeError as error:
            raise SettingError(f"queue {self.name}: {error}; jobs take {', '.join(Policy.__struct_fields__)}") from None

        def register(handler: Callable[[JobContext[Any], P], Awaitable[T]]) -> Job[P, T]:
            job_name = name or str(getattr(handler, "__name__", ""))
            policy.check(job_name)
            _require(job_name not in self.jobs, f"queue {self.name} already has a job {job_name!r}")
            job: Job[P, T] = Job(self.name, job_name, handler, policy)
            self.jobs[job_name] = job
            return job

        return register

    def find(self, name: str | None = None) -> Job[Any, Any]:
        """The job of this name, or the only one; UnknownJob lists the names."""
        if name is None and len(self.jobs) == 1:
            return next(iter(self.jobs.values()))
        if name in self.jobs:
            return self.jobs[name]
        listed = ", ".join(sorted(self.jobs)) or "none"
        raise UnknownJob(f"queue {self.name} has no job {name or '(name one)'}; its jobs: {listed}")


def find_queue(queues: dict[str, Queue], name: str) -> Queue:
    """The queue of this name; UnknownQueue lists the names."""
    if name in queues:
        return queues[name]
    raise UnknownQueue(f"no queue {name!r}; the queues: {', '.join(sorted(queues)) or 'none'}")


def _annotations(name: str, handler: Callable[..., Any]) -> tuple[Any, Any]:
    _require(inspect.iscoroutinefunction(handler), f"job {name}: write it as an async function")
    parameters = list(inspect.signature(handler).parameters)
    _require(len(parameters) == 2, f"job {name}: it takes a JobContext and a payload, not {len(parameters)} arguments")
    try:
        hints = get_type_hints(handler)
    except NameError as error:
        raise SettingError(f"job {name}: its annotations must be importable at module level ({error})") from error
    _require(parameters[1] in hints, f"job {name}: annotate {parameters[1]!r}, its payload")
    return hints[parameters[1]], hints.get("return", Any)


def _require(condition: bool, text: str) -> None:  # noqa: FBT001 - it reads as a sentence
    if not condition:
        raise SettingError(text)
