"""A handler run without Redis."""

from __future__ import annotations

from random import Random
from typing import Any, TypeVar

from msgspec import Struct, field

from engine.clock import Clock, SystemClock
from engine.context import JobContext
from engine.executor import execute
from engine.registry import Job
from engine.types import Delivery, Done, Json, Outcome, Progress

P = TypeVar("P")


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
