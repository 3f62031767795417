"""Deliveries and what a worker keeps of them, made up for tests of single services without Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

import msgspec

from engine.app import App
from engine.clock import Clock
from engine.context import JobContext
from engine.executor import execute
from engine.registry import Job, Policy
from engine.roster import Running
from engine.streams import Call, Store
from engine.types import Delivery, Outcome, Progress

R = TypeVar("R")


async def do_nothing(job: JobContext[None], payload: dict[str, Any]) -> None:
    """A handler."""


def make_app(*queues: str, concurrency: int = 3) -> App:
    """An app whose queues have one job each, `work`."""
    app = App(slot="s")
    for name in queues:
        app.queue(name, concurrency=concurrency).job(name="work")(do_nothing)
    return app


def delivery(job_id: str = "a", fence: int = 1_000, *, queue: str = "q", **fields: Any) -> Delivery:
    """A delivery of a job `work` with an empty payload."""
    plain = Delivery(queue, job_id, "work", b"{}", fence, run=fence - 1, attempts=0, crashes=0, snoozed_ms=0)
    return msgspec.structs.replace(plain, **fields)


class Notebook:
    """Keeps what a handler notes."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self, delivery: Delivery, text: str) -> None:
        self.lines.append(text)

    def progress(self, delivery: Delivery, progress: Progress) -> None:
        self.lines.append(progress.step)

    async def checkpoint(self, delivery: Delivery) -> None:
        self.lines.append("checkpoint")


def context_of(given: Delivery, clock: Clock, policy: Policy | None = None) -> JobContext[Any]:
    """The context that a handler of this delivery gets, with a notebook of its own."""
    return JobContext(given, None, Notebook(), policy or Policy(), clock)


def running(given: Delivery, clock: Clock, job: Job[Any, Any] | None = None) -> Running:
    """The delivery as a roster holds it."""
    return Running(given, job, context_of(given, clock, job.policy if job else None), clock.monotonic_s())


async def outcome_of(job: Job[Any, Any], given: Delivery, context: JobContext[Any], seed: int = 0) -> Outcome:
    """What running the job's handler comes to."""
    return await execute(job, given, context, Random(seed))


class FakeStore(Store):
    """Answers each call by a function instead of Redis, and keeps the calls."""

    def __init__(self, answer: Callable[[Call[Any]], Any]) -> None:
        self.answer = answer
        self.sent: list[Call[Any]] = []
        self.on_its_way = 0
        """How many of the calls somebody has flushed."""

    def submit(self, call: Call[R]) -> asyncio.Future[R]:
        """The decoded answer, or the error if the answer is one."""
        self.sent.append(call)
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        reply = self.answer(call)
        if isinstance(reply, Exception):
            future.set_exception(reply)
        else:
            future.set_result(call.decode(reply))
        return future

    async def run(self, call: Call[R]) -> R:
        return await self.submit(call)

    def flush(self) -> None:
        self.on_its_way = len(self.sent)
