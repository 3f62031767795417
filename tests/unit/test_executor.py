"""Running one delivery: every way in which a handler can end is one outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest

from engine.app import App
from engine.backoff import Exponential
from engine.context import JobContext, StopReason
from engine.errors import Snooze, UnrecoverableError
from engine.executor import MAX_MESSAGE_BYTES, MAX_STACK_BYTES, abandoned, describe
from engine.registry import Job
from engine.testing import FakeClock
from engine.types import Cancelled, Done, Fail, Failure, Outcome, Release, Retry, Snoozed
from tests.support.runs import Notebook, context_of, delivery, outcome_of

pytestmark = pytest.mark.anyio
Handler = Callable[[JobContext[None], dict[str, Any]], Awaitable[Any]]


def job_of(handler: Handler, **policy: Any) -> Job[Any, Any]:
    """A job of the handler: three attempts, 2 s base, no jitter unless given."""
    settings: dict[str, Any] = {"attempts": 3, "backoff": Exponential(2), "jitter": 0, **policy}
    return App().queue("q").job(name="work", **settings)(handler)


def raising(error: BaseException) -> Handler:
    async def handler(job: JobContext[None], payload: dict[str, Any]) -> Any:
        raise error

    return handler


def returning(value: Any) -> Handler:
    async def handler(job: JobContext[None], payload: dict[str, Any]) -> Any:
        return value

    return handler


async def run(handler: Handler, *, attempts: int = 0, **policy: Any) -> tuple[Outcome, list[str]]:
    """The outcome of a delivery after that many attempts, and the lines that were logged."""
    job = job_of(handler, **policy)
    given = delivery(attempts=attempts)
    notebook = Notebook()
    context: JobContext[Any] = JobContext(given, None, notebook, job.policy, FakeClock())
    return await outcome_of(job, given, context), notebook.lines


async def run_stopped(handler: Handler, reason: StopReason, *, attempts: int = 0) -> Outcome:
    """The outcome of a handler that is told to stop, for this reason, as soon as it has started."""
    job, clock = job_of(handler), FakeClock()
    given = delivery(attempts=attempts)
    context = context_of(given, clock, job.policy)
    task = asyncio.create_task(outcome_of(job, given, context))
    await asyncio.sleep(0)
    context.stop_reason = reason
    task.cancel()
    return await task


async def wait_for_ever(job: JobContext[None], payload: dict[str, Any]) -> None:
    """A handler that ends only when it is cancelled."""
    await asyncio.Event().wait()


async def swallow_cancel(job: JobContext[None], payload: dict[str, Any]) -> str:
    """A handler that returns although it was told to stop."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return "late"
    return "never"


async def turn_cancel_into_an_error(job: JobContext[None], payload: dict[str, Any]) -> None:
    """A handler whose clean-up fails."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        raise ValueError("clean-up") from None


@pytest.mark.parametrize(("value", "result"), [(None, b"null"), ({"a": [1]}, b'{"a":[1]}'), ("ü", '"ü"'.encode())])
async def test_a_returned_value_is_done(value: Any, result: bytes) -> None:
    """The result is the value as JSON; nothing is logged."""
    assert await run(returning(value)) == (Done(result), [])


async def test_an_error_is_retried_with_backoff() -> None:
    """The wait is that of the attempt; the error's name, text and frames are kept and logged."""
    outcome, lines = await run(raising(KeyError("x")), attempts=1)
    assert isinstance(outcome, Retry)
    assert (outcome.delay_ms, outcome.failure.type, outcome.failure.message) == (4_000, "KeyError", "'x'")
    assert "in handler" in outcome.failure.stack
    assert lines == [f"KeyError: 'x'\n{outcome.failure.stack}".rstrip()]


@pytest.mark.parametrize("seed", range(20))
async def test_jitter_only_lengthens_the_wait(seed: int) -> None:
    """Between the stated wait and a fifth more."""
    job, given = job_of(raising(ValueError()), jitter=0.2), delivery()
    outcome = await outcome_of(job, given, context_of(given, FakeClock(), job.policy), seed)
    assert isinstance(outcome, Retry)
    assert 2_000 <= outcome.delay_ms <= 2_400


@pytest.mark.parametrize("attempts", [2, 3, 99])
async def test_the_last_attempt_fails(attempts: int) -> None:
    """No attempt is left: the job has failed, with the error."""
    outcome, lines = await run(raising(ValueError("no")), attempts=attempts)
    assert isinstance(outcome, Fail)
    assert outcome.failure.message == "no"
    assert len(lines) == 1


async def test_an_unrecoverable_error_fails_at_once() -> None:
    """Whatever attempts are left."""
    outcome, lines = await run(raising(UnrecoverableError("no such tenant")))
    assert isinstance(outcome, Fail)
    assert (outcome.failure.type, outcome.failure.message) == ("UnrecoverableError", "no such tenant")
    assert len(lines) == 1


@pytest.mark.parametrize(("delay_s", "delay_ms"), [(0, 0), (1.5, 1_500), (86_400, 86_400_000)])
async def test_a_snooze_puts_off_without_an_error(delay_s: float, delay_ms: int) -> None:
    """Also after the last attempt: it charges none."""
    assert await run(raising(Snooze(delay_s)), attempts=2) == (Snoozed(delay_ms), [])


async def test_why_a_job_was_put_off_is_in_its_log() -> None:
    """The reason that the handler gave, and for how long."""
    assert await run(raising(Snooze(2, "come back later"))) == (
        Snoozed(2_000),
        ["put off for 2 s: come back later"],
    )


@pytest.mark.parametrize("delay_s", [-1, float("inf"), float("nan")])
async def test_a_snooze_that_cannot_be_is_an_error_of_the_handler(delay_s: float) -> None:
    """It is refused where it is raised: the attempt fails like by any ValueError."""

    async def handler(job: JobContext[None], payload: dict[str, Any]) -> None:
        raise Snooze(delay_s)

    outcome, _ = await run(handler)
    assert isinstance(outcome, Retry)
    assert outcome.failure.type == "ValueError"


class NoText(Exception):
    """An exception whose text cannot be had."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    "error",
    [SystemExit(3), asyncio.CancelledError(), ExceptionGroup("two", [ValueError()]), NoText()],
    ids=["exit", "its own cancel", "group", "no text"],
)
async def test_whatever_a_handler_raises_ends_its_attempt_only(error: BaseException) -> None:
    """`sys.exit`, a cancel that nobody asked for, groups and broken exceptions are failed attempts."""
    outcome, _ = await run(raising(error))
    assert isinstance(outcome, Retry)
    assert outcome.failure.type == type(error).__name__


async def test_an_interrupt_is_not_kept_from_the_process() -> None:
    """Ctrl-C is the user's, not the handler's."""
    with pytest.raises(KeyboardInterrupt):
        await run(raising(KeyboardInterrupt()))


@pytest.mark.parametrize(
    ("reason", "outcome"), [("shutdown", Release()), ("lost", Release()), ("cancelled", Cancelled())]
)
async def test_a_stopped_handler_is_given_back_or_cancelled(reason: StopReason, outcome: Outcome) -> None:
    """Why it was told to stop decides; no attempt is charged, whichever it is."""
    assert await run_stopped(wait_for_ever, reason, attempts=2) == outcome


@pytest.mark.parametrize("handler", [wait_for_ever, swallow_cancel], ids=["obeys", "returns"])
async def test_a_timeout_is_a_failed_attempt(handler: Handler) -> None:
    """Also if the handler catches the cancel and returns: what it returns then does not count."""
    outcome = await run_stopped(handler, "timeout")
    assert isinstance(outcome, Retry)
    assert outcome.failure == Failure("TimeoutError", "the attempt ran longer than 300 s")
    assert isinstance(await run_stopped(handler, "timeout", attempts=2), Fail)


async def test_work_finished_in_spite_of_a_stop_counts() -> None:
    """A handler that ends its work when the worker shuts down has done it."""
    assert await run_stopped(swallow_cancel, "shutdown") == Done(b'"late"')


async def test_a_clean_up_that_fails_is_its_error() -> None:
    """The error that came out of a stopped handler is the attempt's."""
    outcome = await run_stopped(turn_cancel_into_an_error, "timeout")
    assert isinstance(outcome, Retry)
    assert outcome.failure.message == "clean-up"


async def test_a_handler_that_never_stops_is_settled_without_it() -> None:
    """Past its grace the attempt has timed out, and says that the handler still runs."""
    job = job_of(wait_for_ever)
    outcome = abandoned(job, delivery(), Random(0))
    assert isinstance(outcome, Retry)
    assert outcome.failure.message == "the attempt ran longer than 300 s and did not stop when it was cancelled"
    assert isinstance(abandoned(job, delivery(attempts=2), Random(0)), Fail)


async def test_a_payload_that_does_not_fit_fails_at_once() -> None:
    """No other attempt would read it; the field is named and the handler is not called."""
    job = App().queue("q").job(name="work")(wait_for_ever)
    given = delivery(payload=b"[1]")
    outcome = await outcome_of(job, given, context_of(given, FakeClock(), job.policy))
    assert isinstance(outcome, Fail)
    assert outcome.failure.message == "payload of work: Expected `object`, got `array`"


@pytest.mark.parametrize("value", ["x" * 300_000, object(), "\ud800"], ids=["large", "object", "surrogate"])
async def test_a_result_that_cannot_be_stored_fails_at_once(value: object) -> None:
    """Another attempt would only repeat the effects: the reason is kept and logged."""
    outcome, lines = await run(returning(value))
    assert isinstance(outcome, Fail)
    assert outcome.failure.type == "PayloadError"
    assert outcome.failure.message.startswith("result of work ")
    assert len(lines) == 1


def recurse(depth: int) -> None:
    """Raises from that many frames deep."""
    if depth == 0:
        raise ValueError("deep")
    recurse(depth - 1)


async def test_the_last_five_frames_are_kept() -> None:
    """Those nearest to the error, and none of the engine's own."""

    async def handler(job: JobContext[None], payload: dict[str, Any]) -> None:
        recurse(20)

    outcome, _ = await run(handler)
    assert isinstance(outcome, Retry)
    assert outcome.failure.stack.count("  File ") <= 5
    assert 'raise ValueError("deep")' in outcome.failure.stack
    shallow, _ = await run(raising(ValueError()))
    assert isinstance(shallow, Retry)
    assert "engine/executor.py" not in shallow.failure.stack


async def test_a_long_error_is_cut_visibly() -> None:
    """Its text and frames have limits, and a lone surrogate in it does no harm."""
    failure = describe(ValueError("\ud800" + "ü" * 10_000))
    assert len(failure.message.encode()) <= MAX_MESSAGE_BYTES
    assert "cut: " in failure.message
    assert len(failure.stack.encode()) <= MAX_STACK_BYTES
