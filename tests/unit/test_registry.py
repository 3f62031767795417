"""Declaring queues and jobs: the decorator keeps a handler callable, and a wrong declaration says what is wrong."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from engine import App, Constant, JobContext, Keep, PayloadError, Rate, SettingError, UnknownJob, UnknownQueue
from engine.context import JobContext as Context
from engine.registry import Queue
from engine.testing import FakeClock
from engine.types import QueueLimits
from tests.support.runs import context_of, delivery, do_nothing, make_app


class Order(msgspec.Struct, rename="camel"):
    """A payload."""

    order_id: int


async def ship(job: JobContext[None], payload: Order) -> str:
    """A handler with a payload and a result."""
    return f"{job.id} {payload.order_id}"


def queue(**settings: Any) -> Queue:
    return App().queue("q", **settings)


@pytest.mark.anyio
async def test_a_job_is_still_the_function_that_it_was() -> None:
    """It can be called like its handler, and has its types as codecs."""
    job = queue().job(attempts=5)(ship)
    assert (job.name, job.queue, job.policy.attempts) == ("ship", "q", 5)
    assert await job(context_of(delivery("x"), FakeClock()), Order(7)) == "x 7"
    assert job.payload.decode(b'{"orderId":7}') == Order(7)
    with pytest.raises(PayloadError, match=r"payload of ship: .*orderId"):
        job.payload.decode(b"{}")
    with pytest.raises(PayloadError, match="result of ship"):
        job.result.encode(7)


def test_jobs_are_found_by_name_or_as_the_only_one() -> None:
    """With one job no name is needed; an unknown or missing name lists those that there are."""
    declared = queue()
    first = declared.job()(ship)
    assert declared.find() is first
    second = declared.job(name="other")(do_nothing)
    assert declared.find("other") is second
    with pytest.raises(UnknownJob, match="queue q has no job lost; its jobs: other, ship"):
        declared.find("lost")
    with pytest.raises(UnknownJob, match="name one"):
        declared.find()


def test_an_unknown_queue_lists_the_known_ones() -> None:
    """A misspelt name is told with the right ones."""
    app = make_app("ingest", "score")
    with pytest.raises(UnknownQueue, match="no queue 'ingets'; the queues: ingest, score"):
        app.worker(["ingets"])
    with pytest.raises(UnknownQueue, match="the queues: none"):
        App().worker(["any"])


async def no_payload(job: JobContext[None]) -> None:
    """A handler that forgot its payload."""


async def no_annotation(job: JobContext[None], payload: Order) -> None:
    """A handler whose payload has no type."""


del no_annotation.__annotations__["payload"]


def not_async(job: JobContext[None], payload: Order) -> None:
    """A handler that is no async function."""


@pytest.mark.parametrize(
    ("handler", "told"),
    [
        (no_payload, "job no_payload: it takes a JobContext and a payload, not 1 arguments"),
        (no_annotation, "job no_annotation: annotate 'payload', its payload"),
        (not_async, "job not_async: write it as an async function"),
    ],
    ids=["arguments", "annotation", "async"],
)
def test_a_handler_that_cannot_be_one_is_told_why(handler: Any, told: str) -> None:
    """The error is raised where the job is declared and names it."""
    with pytest.raises(SettingError, match=told):
        queue().job()(handler)


def test_a_local_payload_type_is_told_of() -> None:
    """Annotations that nobody can look up are an error, not a job without a type."""

    class Local(msgspec.Struct):
        """Not visible from the module."""

    async def handler(job: Context[None], payload: Local) -> None:
        """Its annotation is a name of this function."""

    with pytest.raises(SettingError, match="job handler: its annotations must be importable at module level"):
        queue().job()(handler)


def test_a_name_is_taken_once() -> None:
    """A second job or queue of a name is refused."""
    app = make_app("q")
    with pytest.raises(SettingError, match="queue q already has a job 'work'"):
        app.queues["q"].job(name="work")(do_nothing)
    with pytest.raises(SettingError, match="the app already has a queue 'q'"):
        app.queue("q")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"attempts": 0}, "job work: attempts must be at least 1, not 0"),
        ({"jitter": 1.5}, "jitter must be between 0 and 1"),
        ({"timeout_s": 0}, "timeout_s must be above 0 and finite"),
        ({"timeout_s": float("inf")}, "timeout_s must be above 0 and finite"),
        ({"timeout_s": float("nan")}, "timeout_s"),
        ({"cancel_grace_s": -1}, "cancel_grace_s must be at least 0"),
        ({"backoff": Constant(-1)}, "backoff must give 0 s or more and finite, not -1"),
        ({"backoff": Constant(float("nan"))}, "backoff must give 0 s or more and finite, not nan"),
        ({"backoff": Constant(float("inf"))}, "backoff"),
        ({"retries": 3}, "queue q: .*retries.*; jobs take attempts, backoff, jitter, timeout_s"),
    ],
)
def test_a_wrong_setting_of_a_job_is_told(settings: dict[str, Any], told: str) -> None:
    """With the job's name, the setting and what it must be."""
    with pytest.raises(SettingError, match=told):
        queue().job(name="work", **settings)(do_nothing)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"concurrency": 0}, "queue q: concurrency must be at least 1, not 0"),
        ({"lease_s": 0.1}, "lease_s must be between 0.2 and a day"),
        ({"lease_s": float("inf")}, "lease_s"),
        ({"sweep_s": 20}, "sweep_s must be between 0.05 and lease_s"),
        ({"max_crashes": 0}, "max_crashes must be at least 1"),
        ({"max_active": 0}, "max_active must be at least 1"),
        ({"max_waiting": 0}, "max_waiting must be at least 1"),
        ({"rate": Rate(0)}, "the rate's count and per_s must be above 0"),
        ({"rate": Rate(10, per_s=0)}, "the rate's count and per_s must be above 0"),
        ({"rate": Rate(float("inf"))}, "the rate's count"),
        ({"rate": Rate(1, burst=0)}, "the burst must be at least 1"),
        ({"keep_completed": Keep(-1)}, "keep must be 0 s or more and finite"),
        ({"keep_failed": Keep(float("inf"))}, "keep must be 0 s or more and finite"),
        ({"keep_failed": Keep(1, count=-1)}, "keep count must be at least 0"),
        ({"workers": 3}, "queue q: .*workers.*; queues take concurrency, group_by"),
    ],
)
def test_a_wrong_setting_of_a_queue_is_told(settings: dict[str, Any], told: str) -> None:
    """With the queue's name, the setting and what it must be."""
    with pytest.raises(SettingError, match=told):
        queue(**settings)


def test_what_control_holds_of_a_queue() -> None:
    """Seconds are milliseconds there, no rate is 0, and no max_active is 0."""
    assert queue().options.limits() == QueueLimits(15_000, 2_500, 0.0, 1, 0, 3)
    limits = queue(rate=Rate(120, per_s=60), lease_s=2, sweep_s=0.5, max_active=7, max_crashes=2).options.limits()
    assert limits == QueueLimits(2_000, 500, 2.0, 1, 7, 2)


@pytest.mark.parametrize(
    ("rate", "burst"), [(Rate(10), 1), (Rate(100), 10), (Rate(1, per_s=60), 1), (Rate(5, burst=9), 9)]
)
def test_the_default_burst_is_a_tenth_of_a_second(rate: Rate, burst: int) -> None:
    """At least one start, and what was set if it was."""
    assert rate.burst_size == burst


def test_volatile_fields_do_not_tell_payloads_apart() -> None:
    """Two payloads that differ only in them have one digest."""
    job = queue().job(volatile=("createdAt",))(ship)
    assert job.digest(b'{"orderId":1,"createdAt":1}') == job.digest(b'{"createdAt":2,"orderId":1}')
    assert job.digest(b'{"orderId":1}') != job.digest(b'{"orderId":2}')
