"""Cancelled jobs and jobs that run too long: who is told, and what their status says."""

from __future__ import annotations

import pytest

from engine import State
from tests.support.apps import Play
from tests.support.stage import open_stage
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio
TOLD_WITHIN_US = 1_500_000
"""A second between two beats, and the machine's own time."""


async def test_cancel_before_a_start(redis_url: str, prefix: str) -> None:
    """A waiting and a delayed job are cancelled at once and never run; an unknown one is unknown."""
    async with open_stage(redis_url, prefix) as stage:
        waiting, delayed = await stage.put(Play()), await stage.put(Play(), delay_s=0.05)
        for ticket in (waiting, delayed):
            assert await stage.client.cancel("play", ticket.id) == "cancelled"
            assert (await stage.status(ticket)).state == State.CANCELLED
        assert await stage.client.cancel("play", "nobody") == "unknown"
        await stage.start()
        later = await stage.ended(await stage.put(Play(), delay_s=0.1))
        assert stage.ledger.ids("start") == [later.id]


async def test_cancel_of_a_running_job(redis_url: str, prefix: str) -> None:
    """A running handler is told within about a second; its job ends as cancelled, without charge or result."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        ticket = await stage.put(Play("wait"))
        await stage.started(ticket.id)
        asked_us = stage.server_now_us()
        assert await stage.client.cancel("play", ticket.id) == "requested"
        status = await stage.ended(ticket)
        assert (status.state, status.attempts_made, status.returnvalue) == (State.CANCELLED, 0, None)
        (told,) = stage.ledger.read("told")
        assert told.at_us - asked_us <= TOLD_WITHIN_US
        assert await stage.client.cancel("play", ticket.id) == "cancelled"


async def test_a_cancelled_job_that_returns_all_the_same(redis_url: str, prefix: str) -> None:
    """A handler that ignores its cancel and succeeds leaves no result: its job is cancelled."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        ticket = await stage.put(Play("stubborn", seconds=1.5))
        await stage.started(ticket.id)
        assert await stage.client.cancel("play", ticket.id) == "requested"
        status = await stage.ended(ticket)
        assert stage.ledger.ids("told") == stage.ledger.ids("end") == [ticket.id]
        assert (status.state, status.returnvalue, status.attempts_made) == (State.CANCELLED, None, 0)


async def test_an_ended_job_cannot_be_cancelled(redis_url: str, prefix: str) -> None:
    """The cancel of a completed job is refused and changes nothing."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        ticket = await stage.put(Play())
        before = await stage.ended(ticket)
        assert await stage.client.cancel("play", ticket.id) == "not_cancellable"
        assert await stage.status(ticket) == before


async def test_a_timeout_cancels_the_handler(redis_url: str, prefix: str) -> None:
    """At its timeout a handler is told to stop; its attempt has failed and is retried like any other."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        status = await stage.ended(await stage.put(Play("sleep", seconds=30), job="hurried"))
        assert (status.state, status.attempts_made) == (State.FAILED, 2)
        assert status.failed_reason == "TimeoutError: the attempt ran longer than 0.4 s"
        assert len(stage.ledger.read("told")) == 2
        assert all(attempt.end - attempt.start >= 400 for attempt in status.attempts)


async def test_a_handler_that_ignores_its_timeout_loses_its_place(redis_url: str, prefix: str) -> None:
    """After timeout and grace the attempt is settled and the place is free; what the handler returns is too late."""
    async with open_stage(redis_url, prefix, concurrency=1) as stage:
        await stage.start()
        ticket = await stage.put(Play("stubborn", seconds=3), job="hurried")
        status = await stage.ended(ticket)
        next_one = await stage.ended(await stage.put(Play()))
        assert stage.ledger.ids("end") == [next_one.id], "the place was not free"
        assert (status.state, status.attempts_made) == (State.FAILED, 2)
        assert status.failed_reason is not None
        assert "did not stop when it was cancelled" in status.failed_reason
        await eventually(lambda: stage.ledger.ids("end").count(ticket.id) == 2)
        assert await stage.status(ticket) == status
