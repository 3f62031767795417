"""Each way a job can end, from enqueue through a worker to its status."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from engine import JobFailed, ResultTimeout, State
from engine.embedded import EmbeddedValkey
from engine.streams import SyncStore
from engine.streams.commands import NewJob, enqueue
from tests.support.apps import ATTEMPTS, WAITS, Play
from tests.support.stage import LABEL, open_stage
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio


async def test_success(redis_url: str, prefix: str) -> None:
    """A handler's value is the job's result; its status tells who ran it, when, and in how many attempts."""
    async with open_stage(redis_url, prefix, group_by="tenantId") as stage:
        await stage.start()
        ticket = await stage.put(Play(text="done"))
        status = await stage.ended(ticket)
        (ran,) = stage.ledger.read("start")
        assert (status.state, status.attempts_made, status.crashes) == (State.COMPLETED, 1, 0)
        assert status.returnvalue == {"fence": ran.fence, "attempt": 1, "text": "done"}
        assert (status.worker_id, status.tenant, status.name, status.failed_reason) == (LABEL, "t1", "play", None)
        assert status.processed_on is not None
        assert status.processed_on == ran.fence // 1000
        assert status.finished_on is not None
        assert status.timestamp <= status.processed_on <= status.finished_on
        assert await stage.client.result(ticket) == status.returnvalue


async def test_failures_are_retried_after_each_stated_wait(redis_url: str, prefix: str) -> None:
    """A failing job waits between 1.0 and 1.2 times each stated wait, plus at most 1 s, and ends as failed."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        ticket = await stage.put(Play("fail", times=ATTEMPTS))
        status = await stage.ended(ticket)
        assert (status.state, status.attempts_made) == (State.FAILED, ATTEMPTS)
        assert status.failed_reason == f"ValueError: no, attempt {ATTEMPTS}"
        assert [attempt.error for attempt in status.attempts] == [
            f"ValueError: no, attempt {n}" for n in range(1, ATTEMPTS + 1)
        ]
        assert all(attempt.worker == LABEL for attempt in status.attempts)
        assert "apps.py" in status.attempts[0].stack
        assert any("no, attempt 1" in line for line in status.logs)
        for n, (before, after) in enumerate(pairwise(status.attempts), 1):
            waited_ms, stated_ms = after.start - before.end, WAITS.delay_s(n) * 1000
            assert stated_ms <= waited_ms <= 1.2 * stated_ms + 1000
        with pytest.raises(JobFailed, match=r"no, attempt 4"):
            await stage.client.result(ticket)


async def test_a_retry_that_succeeds(redis_url: str, prefix: str) -> None:
    """A job that fails once completes with its second attempt; between the two it is delayed, with its reason."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        ticket = await stage.put(Play("fail", times=2))
        delayed = await stage.reached(ticket, "delayed")
        assert delayed.failed_reason is not None
        assert delayed.due is not None
        status = await stage.ended(ticket)
        assert (status.state, status.attempts_made, status.failed_reason) == (State.COMPLETED, 3, None)
        assert [entry.attempt for entry in stage.ledger.read("start")] == [1, 2, 3]
        assert len(status.attempts) == 2


async def test_unrecoverable(redis_url: str, prefix: str) -> None:
    """UnrecoverableError ends a job at its first attempt."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        status = await stage.ended(await stage.put(Play("unrecoverable")))
        assert (status.state, status.attempts_made) == (State.FAILED, 1)
        assert status.failed_reason == "UnrecoverableError: there is no way"


async def test_snooze_charges_nothing(redis_url: str, prefix: str) -> None:
    """A job that is put off more often than it has attempts completes in its first, and never starts early."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        status = await stage.ended(await stage.put(Play("snooze", times=ATTEMPTS + 1, seconds=0.05)))
        assert (status.state, status.attempts_made, status.attempts) == (State.COMPLETED, 1, [])
        starts = stage.ledger.read("start")
        assert [entry.attempt for entry in starts] == [1] * (ATTEMPTS + 2)
        assert all(b.fence - a.fence >= 50_000 for a, b in pairwise(starts))


async def test_an_odd_exception_fails_the_attempt(redis_url: str, prefix: str) -> None:
    """A handler that ends with something else than an Exception has failed its attempt, and frees its place."""
    async with open_stage(redis_url, prefix, concurrency=1) as stage:
        await stage.start()
        status = await stage.ended(await stage.put(Play("odd"), job="once"))
        assert (status.state, status.failed_reason) == (State.FAILED, "OddError: not an Exception")
        assert (await stage.ended(await stage.put(Play()))).state == State.COMPLETED


async def test_an_unknown_job_is_put_off(redis_url: str, prefix: str) -> None:
    """A job whose name this worker does not know is put off, uncharged: a newer worker may know it."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        with_name = enqueue(stage.keys(), 0, "op", 60, [NewJob("strange", "from the future", b"{}")])
        store = SyncStore(redis_url)
        store.run(with_name)
        store.close()
        ticket = await stage.put(Play())
        await stage.ended(ticket)
        strange = await stage.client.status("play", "strange")
        assert strange is not None
        assert strange.state in (State.DELAYED, State.WAITING)
        assert (strange.attempts_made, strange.failed_reason) == (0, None)


async def test_a_payload_that_does_not_fit_fails_at_once(redis_url: str, prefix: str) -> None:
    """A payload that another producer stored and that has not the job's type fails, naming the field."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        store = SyncStore(redis_url)
        store.run(enqueue(stage.keys(), 0, "op", 60, [NewJob("misfit", "play", b'{"seconds":"long"}')]))
        store.close()

        async def failed() -> str | None:
            status = await stage.client.status("play", "misfit")
            return status.failed_reason if status and status.state == State.FAILED else None

        reason = await eventually(failed)
        assert "$.seconds" in reason
        assert stage.ledger.read() == []


async def test_a_result_too_large_fails_without_a_second_run(redis_url: str, prefix: str) -> None:
    """A result above its limit fails the job at once: another attempt would only repeat its effects."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        small = await stage.ended(await stage.put(Play("big", times=200_000)))
        large = await stage.ended(await stage.put(Play("big", times=300_000)))
        assert len(small.returnvalue["text"]) == 200_000
        assert (large.state, large.attempts_made, large.returnvalue) == (State.FAILED, 1, None)
        assert large.failed_reason is not None
        assert "300," in large.failed_reason


async def test_notes(redis_url: str, prefix: str) -> None:
    """Log lines and the newest progress are in the status once the job has ended, lines in order."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        status = await stage.ended(await stage.put(Play("notes", text="é\x1b[2J")))
        assert [line.split("] ", 1)[1] for line in status.logs] == ["first é\x1b[2J", "second é\x1b[2J"]
        assert status.progress["step"] == "whole"
        assert (status.progress["percent"], status.progress["processed"], status.progress["total"]) == (100, 2, 2)


async def test_notes_of_a_running_job_can_be_seen(redis_url: str, prefix: str) -> None:
    """What a job logs is in its status while it still runs."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        ticket = await stage.put(Play("wait"))

        async def logged() -> bool:
            status = await stage.status(ticket)
            return status.state == State.ACTIVE and any("at the gate" in line for line in status.logs)

        await eventually(logged)
        stage.scene.gate.set()
        await stage.ended(ticket)


async def test_the_first_failure_of_a_fresh_server_keeps_its_lines(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """A line and the end of its job reach a server that has seen no script yet in the order they were sent."""
    async with open_stage(own_valkey(appendonly=False).url, "fresh") as stage:
        await stage.start()
        ticket = await stage.put(Play("unrecoverable"))
        assert any("there is no way" in line for line in (await stage.ended(ticket)).logs)


async def test_result_waits_for_the_end_or_its_own_time(redis_url: str, prefix: str) -> None:
    """`result` raises ResultTimeout while the job runs, and answers once it has completed."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        ticket = await stage.put(Play("wait", text="at last"))
        await stage.started(ticket.id)
        with pytest.raises(ResultTimeout, match="active"):
            await stage.client.result(ticket, timeout_s=0.05)
        stage.scene.gate.set()
        assert (await stage.client.result(ticket))["text"] == "at last"
