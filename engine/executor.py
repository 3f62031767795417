"""Runs one delivery's handler to its end and says what that came to. No Redis."""

from __future__ import annotations

import asyncio
import traceback
from random import Random
from typing import Any

from engine.backoff import lengthen
from engine.context import JobContext
from engine.errors import PayloadError, Snooze, UnrecoverableError
from engine.escaping import cut
from engine.registry import Job
from engine.types import Cancelled, Delivery, Done, Fail, Failure, Outcome, Release, Retry, Snoozed

MAX_MESSAGE_BYTES = 2_048
MAX_STACK_BYTES = 8_192
_FRAMES = 5


async def execute(job: Job[Any, Any], delivery: Delivery, context: JobContext[Any], random: Random) -> Outcome:
    """What the handler's run came to; raises nothing that a handler raises."""
    try:
        payload = job.payload.decode(delivery.payload)
    except PayloadError as error:
        return Fail(describe(error))
    try:
        value = await job.handler(context, payload)
    except asyncio.CancelledError as error:
        return _stopped(job, delivery, context, error, random)
    except Snooze as snooze:
        if snooze.reason:
            context.log(f"put off for {snooze.delay_s:g} s: {snooze.reason}")
        return Snoozed(round(snooze.delay_s * 1000))
    except UnrecoverableError as error:
        return _log(context, Fail(describe(error)))
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a handler raises ends its attempt, not the worker
        return _log(context, _failed_attempt(job, delivery, describe(error), random))
    if context.stop_reason == "timeout":
        return _log(context, _failed_attempt(job, delivery, timed_out(job), random))
    try:
        return Done(job.result.encode(value))
    except PayloadError as error:
        # Another attempt would only repeat the effects and end here again.
        return _log(context, Fail(describe(error)))


def timed_out(job: Job[Any, Any]) -> Failure:
    """The failure of an attempt that reached its timeout."""
    return Failure("TimeoutError", f"the attempt ran longer than {job.policy.timeout_s:g} s")


def abandoned(job: Job[Any, Any], delivery: Delivery, random: Random) -> Outcome:
    """What a handler comes to that still runs when its time and grace are over."""
    failure = Failure("TimeoutError", f"{timed_out(job).message} and did not stop when it was cancelled")
    return _failed_attempt(job, delivery, failure, random)


def describe(error: BaseException) -> Failure:
    """The exception as it is stored: its name, its text and its last five frames."""
    # The first frame is the engine's own call of the handler.
    frames = traceback.format_tb(error.__traceback__)[1:][-_FRAMES:]
    return Failure(type(error).__name__, cut(_text_of(error), MAX_MESSAGE_BYTES), cut("".join(frames), MAX_STACK_BYTES))


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as fault:  # noqa: BLE001 - a handler's own exception class may not even have a text
        return f"its text cannot be had: {type(fault).__name__}"


def _stopped(
    job: Job[Any, Any], delivery: Delivery, context: JobContext[Any], error: BaseException, random: Random
) -> Outcome:
    match context.stop_reason:
        case "timeout":
            return _log(context, _failed_attempt(job, delivery, timed_out(job), random))
        case "cancelled":
            return Cancelled()
        case "shutdown" | "lost":
            return Release()
        case None:
            # Nobody told it to stop: the handler cancelled itself, or something that it awaited was cancelled.
            return _log(context, _failed_attempt(job, delivery, describe(error), random))


def _failed_attempt(job: Job[Any, Any], delivery: Delivery, failure: Failure, random: Random) -> Retry | Fail:
    attempt = delivery.attempts + 1
    if attempt >= job.policy.attempts:
        return Fail(failure)
    wait_s = lengthen(job.policy.backoff.delay_s(attempt), job.policy.jitter, random)
    return Retry(round(wait_s * 1000), failure)


def _log(context: JobContext[Any], outcome: Retry | Fail) -> Outcome:
    failure = outcome.failure
    context.log(f"{failure.type}: {failure.message}\n{failure.stack}".rstrip())
    return outcome
