"""Leases that are lost, entries that nobody knows, and what a checkpoint forgives."""

from __future__ import annotations

import pytest

from engine import State
from engine.streams import GROUP
from engine.streams.commands import acquire
from tests.support.apps import Play
from tests.support.stage import Plain, open_stage
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio


async def test_jobs_of_a_lost_reply_come_back_uncharged(redis_url: str, prefix: str) -> None:
    """Deliveries of an acquire whose reply never reached the worker run on it soon, without a crash charged."""
    async with open_stage(redis_url, prefix, lease_s=2, sweep_s=0.5) as stage:
        await stage.start()
        (worker,) = await stage.inspector.workers()
        await stage.inspector.pause("play")
        tickets = await stage.put_many(3, Play())
        with Plain(redis_url) as redis:
            # Paused, the worker takes nothing itself; the pause is over for this one call only.
            redis.command("HDEL", stage.keys().control, "paused")
            lost = redis.run(acquire(stage.keys(), 0, worker.consumer, 3, alone=False)).deliveries
        taken_here = {entry.id for entry in stage.ledger.read("start")}
        assert {delivery.id for delivery in lost} | taken_here == {ticket.id for ticket in tickets}
        assert lost
        for status in await stage.all_ended(tickets):
            assert (status.state, status.attempts_made, status.crashes) == (State.COMPLETED, 1, 0)
        starts = stage.ledger.starts()
        assert all(starts[delivery.id][0].fence > delivery.fence for delivery in lost)


async def test_a_handler_that_lost_its_lease_is_told_and_refused(redis_url: str, prefix: str) -> None:
    """A job delivered again by a group made anew ends once, by its newest delivery; the older handler is told."""
    async with open_stage(redis_url, prefix, lease_s=2, sweep_s=0.5) as stage:
        await stage.start()
        ticket = await stage.put(Play("wait"))
        older = await stage.started(ticket.id)
        with Plain(redis_url) as redis:
            redis.command("XGROUP", "DESTROY", stage.keys().ready, GROUP)
        newer = await stage.started(ticket.id, times=2)
        await eventually(lambda: stage.ledger.read("told"))
        stage.scene.gate.set()
        status = await stage.ended(ticket)
        assert [entry.fence for entry in stage.ledger.read("told")] == [older]
        assert [entry.fence for entry in stage.ledger.read("end")] == [newer]
        assert (status.state, status.attempts_made, status.crashes) == (State.COMPLETED, 1, 0)
        assert status.returnvalue["fence"] == newer


async def test_a_lease_is_renewed_for_as_long_as_the_job_runs(redis_url: str, prefix: str) -> None:
    """A job that runs longer than its lease, and one that blocks the loop as long, are not taken away."""
    async with open_stage(redis_url, prefix, lease_s=1, sweep_s=0.2) as stage:
        await stage.start()
        tickets = [await stage.put(Play("sleep", seconds=2.5)), await stage.put(Play("block", seconds=2))]
        for status in await stage.all_ended(tickets):
            assert (status.state, status.attempts_made, status.crashes) == (State.COMPLETED, 1, 0)
        assert len(stage.ledger.read("start")) == 2


async def test_a_step_of_the_servers_clock_gives_no_running_job_back(redis_url: str, prefix: str) -> None:
    """Leases that look old because the clock stepped are no strays: the worker knows their jobs, which run once."""
    async with open_stage(redis_url, prefix, lease_s=60, sweep_s=60) as stage:
        await stage.start()
        ticket = await stage.put(Play("wait"))
        await stage.started(ticket.id)
        with Plain(redis_url) as redis:
            keys = stage.keys()
            ((entry, consumer, *_),) = redis.command("XPENDING", keys.ready, GROUP, "-", "+", 1)
            redis.command("XCLAIM", keys.ready, GROUP, consumer, 0, entry, "IDLE", 45_000, "JUSTID")
            for _ in range(2):
                beat = redis.command("HGET", keys.control, "last_sweep")
                await eventually(lambda: redis.command("HGET", keys.control, "last_sweep") != beat)  # noqa: B023
        stage.scene.gate.set()
        await stage.ended(ticket)
        assert len(stage.ledger.read("start")) == 1


async def test_a_checkpoint_clears_crashes(redis_url: str, prefix: str) -> None:
    """A job that leaves a checkpoint counts its crashes from 0 again."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        plain, forgiven = [await stage.put(Play(do), do, delay_s=0.2) for do in ("ok", "notes")]
        with Plain(redis_url) as redis:
            for ticket in (plain, forgiven):
                redis.command("HSET", stage.keys().job + ticket.id, "crashes", 1)
        assert (await stage.ended(plain)).crashes == 1
        assert (await stage.ended(forgiven)).crashes == 0


@pytest.mark.parametrize(
    ("job_id", "name", "run"),
    [
        (b"\xff\xfe", b"play", b"1"),
        (b"\xed\xa0\x80", b"play", b"1"),
        (b"cut \xe2\x82", b"play", b"1"),
        ("é€😀".encode(), b"\xc0\x80", b"1"),
        (b"a", b"play", b"first"),
    ],
    ids=["bytes", "surrogate", "cut", "name", "run"],
)
async def test_a_job_that_cannot_be_read_holds_nobody_up(
    redis_url: str, prefix: str, job_id: bytes, name: bytes, run: bytes
) -> None:
    """A job whose id or name is no UTF-8, or whose run is no number, is set aside; those around it run."""
    async with open_stage(redis_url, prefix) as stage:
        keys = stage.keys()
        await stage.start()
        with Plain(redis_url) as redis:
            entry: bytes = redis.command("XADD", keys.ready, "*", "id", job_id)
            fields = ("name", name, "payload", "{}", "run", run, "state", "waiting", "at", b"ready " + entry)
            redis.command("HSET", keys.job.encode() + job_id, *fields)
            tickets = [await stage.put(Play(), "é€😀 \U0010ffff"), await stage.put(Play(), "\x00\u0080")]
            assert {status.state for status in await stage.all_ended(tickets)} == {State.COMPLETED}
            assert (await stage.inspector.list("play", State.WAITING)).jobs == []
            assert redis.command("XLEN", keys.bad) == 1
            redis.command("DEL", keys.job.encode() + job_id)
