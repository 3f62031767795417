"""The doctor beside workers: a job that moves while it looks is no fault, and what it mends, they run."""

from __future__ import annotations

import asyncio
import time

import pytest

from engine import Spec
from engine.clock import SystemClock
from engine.doctor import Context, repair_queue
from engine.doctor.records import find_odd
from engine.streams import Store
from tests.support.apps import Play
from tests.support.stage import Plain, Stage, open_stage

pytestmark = pytest.mark.anyio


def context_of(stage: Stage, store: Store) -> Context:
    return Context(
        store=store,
        settings=stage.settings,
        queues=stage.app.queues,
        clock=SystemClock(),
        wall_s=time.time,
        tell=lambda _: None,
    )


async def test_jobs_that_move_are_no_fault(redis_url: str, prefix: str) -> None:
    """While two workers start, retry, put off and end jobs, and prune, the doctor finds nothing."""
    async with open_stage(redis_url, prefix, sweep_s=0.2) as stage:
        store, queue = Store(redis_url), stage.app.queues["play"]
        plays = [Play(), Play("fail"), Play("snooze", seconds=0.05), Play("notes"), Play("sleep", seconds=0.02)]
        specs = [Spec(plays[n % len(plays)], f"j{n}") for n in range(1_500)]
        ended = asyncio.Event()

        async def look() -> int:
            looks = 0
            while not ended.is_set():
                assert await find_odd(context_of(stage, store), queue) == []
                looks += 1
            return looks

        looking = asyncio.create_task(look())
        tickets = await stage.client.enqueue_many(queue.find("play"), specs)
        await stage.start(label="one")
        await stage.start(label="two")
        await stage.all_ended(tickets[-5:])
        ended.set()
        assert await looking > 3
        await store.close()


async def test_what_is_mended_beside_a_worker_runs(redis_url: str, prefix: str) -> None:
    """Jobs whose entries were lost under a running worker are mended and completed."""
    async with open_stage(redis_url, prefix) as stage:
        tickets = await stage.put_many(50, Play())
        keys, store = stage.keys(), Store(redis_url)
        with Plain(redis_url) as redis:
            redis.command("DEL", keys.ready)
        await stage.start()
        mended = [one.id async for one in repair_queue(context_of(stage, store), stage.app.queues["play"])]
        assert sorted(mended) == sorted(ticket.id for ticket in tickets)
        for status in await stage.all_ended(tickets):
            assert (status.state, status.attempts_made) == ("completed", 1)
        await store.close()
