"""For tests of apps: run a handler without Redis, drain a queue in this process, move a clock by hand."""

from __future__ import annotations

import time
from random import Random
from typing import Any, TypeVar

from msgspec import Struct, field

from engine.app import App
from engine.clock import Clock, SystemClock
from engine.config import Settings
from engine.context import JobContext
from engine.executor import execute
from engine.registry import Job
from engine.types import Delivery, Done, Json, Outcome, Progress
from engine.worker import WorkerOptions

P = TypeVar("P")


class FakeClock:
    """A clock that moves only by `advance`; it starts an hour in the past, which the scripts need."""

    def __init__(self, now_us: int | None = None) -> None:
        self._now_us = now_us if now_us is not None else time.time_ns() // 1000 - 3_600_000_000
        self._start_us = self._now_us

    def now_us(self) -> int:
        return self._now_us

    def monotonic_s(self) -> float:
        return (self._now_us - self._start_us) / 1_000_000

    def advance(self, seconds: float) -> None:
        """The clock is `seconds` later; a negative number is a step back of the wall clock."""
        self._now_us += round(seconds * 1_000_000)


class Ran(Struct):
    """What a handler's run came to, and the notes that it left."""

    outcome: Outcome
    result: Json = None
    logs: list[str] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    checkpoints: int = 0


class Given(Struct, frozen=True, kw_only=True):
    """The delivery that `run_job` makes up."""

    job_id: str = "test"
    fence: int = 1_000_000_000_000_000
    run: int = 999_999_999_999_999
    attempt: int = 1
    crashes: int = 0
    snoozed_s: float = 0


class _Notebook:
    def __init__(self, ran: Ran) -> None:
        self._ran = ran

    def log(self, delivery: Delivery, text: str) -> None:
        self._ran.logs.append(text)

    def progress(self, delivery: Delivery, progress: Progress) -> None:
        self._ran.progress.append(progress)

    async def checkpoint(self, delivery: Delivery) -> None:
        self._ran.checkpoints += 1


async def run_job(
    job: Job[P, Any], payload: P, *, resources: Any = None, given: Given | None = None, clock: Clock | None = None
) -> Ran:
    """The handler has run once, without Redis and without a timeout, as the delivery that `given` describes."""
    given = given or Given()
    delivery = Delivery(
        queue=job.queue,
        id=given.job_id,
        name=job.name,
        payload=job.payload.encode(payload),
        fence=given.fence,
        run=given.run,
        attempts=given.attempt - 1,
        crashes=given.crashes,
        snoozed_ms=round(given.snoozed_s * 1000),
    )
    ran = Ran(Done(b"null"))
    context: JobContext[Any] = JobContext(delivery, resources, _Notebook(ran), job.policy, clock or SystemClock())
    ran.outcome = await execute(job, delivery, context, Random(0))  # noqa: S311 - the same jitter in every test
    if isinstance(ran.outcome, Done):
        ran.result = job.result.decode(ran.outcome.result)
    return ran


async def drain(app: App, queues: list[str] | None = None, settings: Settings | None = None) -> None:
    """A worker in this process has run until nothing of the queues is waiting, delayed or active."""
    await app.run(queues, settings=settings, options=WorkerOptions(drain=True), signals=False)
