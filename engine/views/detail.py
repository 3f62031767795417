"""What is known of one job, of a group of failures, and of why something does not run."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.types import JobStatus


class JobDetail(Struct, frozen=True, rename="camel", kw_only=True):
    """A job with what a reader needs beside its status; secrets are taken out unless they were revealed.

    `payload` and `result` are JSON text as stored, so that no number loses a digit; `redacted` counts what was
    taken out of payload, result, error and log. `max_attempts` and `timeout_s` are None for a name that this app does
    not know.
    `trashed_on`: when it was put into the trash. `bytes` is the stored payload's size.
    """

    status: JobStatus
    payload: str
    result: str | None
    bytes: int
    redacted: int
    max_attempts: int | None = None
    timeout_s: float | None = None
    group: str | None = None
    trashed_on: int | None = None
    why: str = ""


class ErrorGroup(Struct, frozen=True, rename="camel", kw_only=True):
    """Failed jobs of one queue whose errors have one fingerprint: type, text without what varies, and innermost frame.

    `jobs` are those that are failed now, `total` all that ever were; `first` and `last` are epoch milliseconds.
    `sample` is the newest one's reason, `stack` its frames, `job_id` its id.
    """

    fingerprint: str
    queue: str
    title: str
    jobs: int
    total: int
    first: int
    last: int
    sample: str
    stack: str
    job_id: str
    minutes: list[int]


class Waiter(Struct, frozen=True, rename="camel"):
    """How many of the first waiting jobs are a tenant's, and since when the oldest of them waits; None: no tenant."""

    tenant: str | None
    jobs: int
    oldest_ms: int


class Waiters(Struct, frozen=True, rename="camel"):
    """Who waits in a queue, most jobs first, counted among its first `looked` waiting jobs of `total`."""

    tenants: list[Waiter]
    looked: int
    total: int


class Check(Struct, frozen=True, rename="camel"):
    """One thing that must hold for a job to start: `yes`, `no`, or `-` where it does not matter."""

    name: str
    holds: Literal["yes", "no", "-"]
    text: str


class Explanation(Struct, frozen=True, rename="camel"):
    """Why a job, or the next one of a queue, does not run: each check in the engine's order, and what to do."""

    target: str
    checks: list[Check]
    verdict: str
    advice: str
