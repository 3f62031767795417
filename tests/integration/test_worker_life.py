"""A worker's own life: what it opens, tells, survives and leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from engine import Enqueued, JobStatus, SettingError, State, StoreFull, UnknownQueue, Unreachable, WorkerOptions
from engine.embedded import EmbeddedValkey
from engine.streams import GROUP, Call
from engine.streams.commands import Acquired, acquire
from tests.support.apps import Play
from tests.support.stage import LABEL, Plain, Stage, open_stage
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio
OwnValkey = Callable[..., EmbeddedValkey]


@pytest.mark.parametrize(("slot", "connections"), [("both", 3), (None, 4)], ids=["one slot", "two slots"])
async def test_connections(own_valkey: OwnValkey, slot: str | None, connections: int) -> None:
    """A worker opens its slots + 2 connections, one BLPOP over all queues of a slot, and closes them all."""
    url = own_valkey(appendonly=False).url
    async with open_stage(url, "count", "play", "other", slot=slot) as stage:
        with Plain(url) as redis:

            def clients() -> dict[str, str]:
                lines = redis.command("CLIENT", "LIST").decode().splitlines()
                found = [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in lines]
                return {client["id"]: client["cmd"] for client in found}

            await stage.inspector.workers()
            await stage.client.status("play", "nobody")
            before = clients()
            await stage.start()

            def opened() -> list[str]:
                return sorted(command for number, command in clients().items() if number not in before)

            await eventually(lambda: len(opened()) == connections)
            await eventually(lambda: opened().count("blpop") == (1 if slot else 2))
            for queue in ("play", "other"):
                ticket = await stage.client.enqueue(stage.app.queues[queue].find("play"), Play())
                await stage.ended(ticket)
            assert len(opened()) == connections
            await stage.stop()
            await eventually(lambda: not opened())


async def test_heartbeats(redis_url: str, prefix: str) -> None:
    """A worker is listed while it runs, with what it works on, and no longer once it has stopped."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start(label="first", options=WorkerOptions(concurrency={"play": 7}))
        await stage.start(label="second")
        first, second = await stage.inspector.workers()
        assert (first.label, second.label) == ("first", "second")
        assert (first.queues, first.concurrency) == (["play"], {"play": 7})
        assert first.started <= first.seen
        assert first.consumer != second.consumer
        await stage.stop()
        assert await stage.inspector.workers() == []


async def test_two_workers_of_one_label_share_nothing(redis_url: str, prefix: str) -> None:
    """Two processes with the same WORKER_ID are two consumers: neither takes the other's jobs for its strays."""
    async with open_stage(redis_url, prefix, lease_s=1.5, sweep_s=0.2, concurrency=2) as stage:
        await stage.start()
        await stage.start()
        tickets = await stage.put_many(4, Play("sleep", seconds=2))
        for status in await stage.all_ended(tickets):
            assert (status.state, status.crashes) == (State.COMPLETED, 0)
        assert len(stage.ledger.read("start")) == 4
        with Plain(redis_url) as redis:
            consumers = redis.command("XINFO", "CONSUMERS", stage.keys().ready, "workers")
        assert len(consumers) == 2, "each has leases of its own"


async def test_it_goes_on_after_flushall(own_valkey: OwnValkey) -> None:
    """After FLUSHALL a worker makes its keys anew and runs what is enqueued then; what it ran is refused quietly."""
    url = own_valkey(appendonly=False).url
    async with open_stage(url, "flushed") as stage:
        await stage.start()
        lost = await stage.put(Play("wait"))
        await stage.started(lost.id)
        with Plain(url) as redis:
            redis.command("FLUSHALL")
        assert (await stage.ended(await stage.put(Play()))).state == State.COMPLETED
        stage.scene.gate.set()
        await eventually(lambda: lost.id in stage.ledger.ids("end") + stage.ledger.ids("told"))
        assert (await stage.ended(await stage.put(Play()))).state == State.COMPLETED
        assert await stage.client.status("play", lost.id) is None


async def test_it_goes_on_after_its_groups_are_gone(redis_url: str, prefix: str) -> None:
    """A lost group is made at 0: what waited runs, once, and what is enqueued later too."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        await stage.ended(await stage.put(Play()))
        with Plain(redis_url) as redis:
            for stream in (stage.keys().again, stage.keys().ready, stage.keys().suspect):
                redis.command("XGROUP", "DESTROY", stream, GROUP)
        statuses = await stage.all_ended(await stage.put_many(20, Play()))
        assert {status.state for status in statuses} == {State.COMPLETED}
        assert len(stage.ledger.read("start")) == 21


async def test_it_goes_on_after_lost_connections(own_valkey: OwnValkey) -> None:
    """Every connection killed under load costs no job, no crash and no second run."""
    url = own_valkey(appendonly=False).url
    async with open_stage(url, "killed") as stage:
        await stage.start()
        tickets = await stage.put_many(200, Play("sleep", seconds=0.02))
        with Plain(url) as redis:
            for _ in range(5):
                count = len(stage.ledger.read("end"))
                await eventually(lambda at_least=count + 10: len(stage.ledger.read("end")) >= at_least)  # type: ignore[misc]
                redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        statuses = await _all_despite_lost_links(stage, tickets)
        assert {(status.state, status.crashes, status.attempts_made) for status in statuses} == {
            (State.COMPLETED, 0, 1)
        }


async def _all_despite_lost_links(stage: Stage, tickets: Sequence[Enqueued]) -> list[JobStatus]:
    async def ended() -> list[JobStatus]:
        try:
            return await stage.all_ended(tickets)
        except Unreachable:
            return []

    return await eventually(ended, within_s=20)


async def test_it_works_when_redis_is_full(own_valkey: OwnValkey) -> None:
    """A worker started on a Redis at its memory limit runs every job to its end: it is what frees memory."""
    url = own_valkey(appendonly=False).url
    async with open_stage(url, "full") as stage:
        await stage.start()
        await stage.stop()
        tickets = [await stage.put(Play("notes")), await stage.put(Play("fail"))]
        with Plain(url) as redis:
            redis.command("CONFIG", "SET", "maxmemory", 1)
            with pytest.raises(StoreFull):
                await stage.put(Play())
            worker = stage.launch()
            statuses = await stage.all_ended(tickets)
            redis.command("CONFIG", "SET", "maxmemory", 0)
        assert [(status.state, status.crashes) for status in statuses] == [(State.COMPLETED, 0)] * 2
        assert not stage.run_of(worker).done()


async def test_cancelled_twice_and_started_again(redis_url: str, prefix: str) -> None:
    """A worker cancelled in mid-job gives its jobs back uncharged, and the next one in the same loop runs them."""
    async with open_stage(redis_url, prefix) as stage:
        ticket = await stage.put(Play("wait"))
        for times in (1, 2):
            worker = await stage.start()
            await stage.started(ticket.id, times=times)
            run = stage.run_of(worker)
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            stage.forget(worker)
            assert (await stage.status(ticket)).state == State.WAITING
            assert await stage.inspector.workers() == []
        stage.scene.gate.set()
        await stage.start()
        status = await stage.ended(ticket)
        assert (status.state, status.attempts_made, status.crashes) == (State.COMPLETED, 1, 0)


async def test_cancelled_while_it_stops(redis_url: str, prefix: str) -> None:
    """A second cancel, while handlers are waited for, leaves no service of the worker running either."""
    async with open_stage(redis_url, prefix) as stage:
        worker = await stage.start()
        ticket = await stage.put(Play("stubborn", seconds=0.8))
        await stage.started(ticket.id)
        run = stage.run_of(worker)
        run.cancel()
        await stage.reached(ticket, "waiting")
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        stage.forget(worker)
        assert await stage.inspector.workers() == []
        await eventually(lambda: stage.ledger.ids("end"))


async def test_a_job_that_arrives_while_it_stops(own_valkey: OwnValkey, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery whose acquire was under way when the worker was told to stop is run or given back, not dropped."""
    asked = asyncio.Event()

    def acquire_seen(*args: Any, **options: Any) -> Call[Acquired]:
        asked.set()
        return acquire(*args, **options)

    monkeypatch.setattr("engine.fetcher.acquire", acquire_seen)
    url = own_valkey(appendonly=False).url
    async with open_stage(url, "late") as stage:
        worker = await stage.start()
        await stage.inspector.pause("play")
        ticket = await stage.put(Play())
        with Plain(url) as redis:
            redis.command("CLIENT", "PAUSE", 1_500, "ALL")
            # Served in the order of their coming: first the resume, then the acquire of the worker's next turn.
            resumed = asyncio.create_task(stage.inspector.resume("play"))
            await asyncio.sleep(0)
            asked.clear()
            await asyncio.wait_for(asked.wait(), 3)
            await asyncio.sleep(0)
            worker.stop()
            await stage.run_of(worker)
            stage.forget(worker)
            assert await resumed
        status = await stage.status(ticket)
        assert (status.state, status.crashes) in {(State.WAITING, 0), (State.COMPLETED, 0)}


async def test_wrong_names_are_refused_before_the_start(redis_url: str, prefix: str) -> None:
    """An unknown queue lists the known ones; no place, no queue and no Redis are told in one sentence."""
    async with open_stage(redis_url, prefix, "play", "other", slot="both") as stage:
        with pytest.raises(UnknownQueue, match="no queue 'nope'; the queues: other, play"):
            stage.app.worker(["nope"], stage.settings)
        with pytest.raises(SettingError, match="at least one queue"):
            stage.app.worker([], stage.settings)
        with pytest.raises(SettingError, match="concurrency of play must be at least 1"):
            stage.app.worker(["play"], stage.settings, WorkerOptions(concurrency={"play": 0}))
    async with open_stage("unix:///nowhere/redis.sock", prefix) as stage:
        with pytest.raises(Unreachable, match=r"unix:///nowhere/redis\.sock"):
            await stage.app.run(settings=stage.settings, signals=False)


async def test_a_queue_with_stored_jobs_keeps_its_slot(redis_url: str, prefix: str) -> None:
    """A worker whose app puts a queue with stored jobs into another slot refuses to start."""
    async with open_stage(redis_url, prefix, slot="old") as stage:
        await stage.start()
        await stage.stop()
        await stage.put(Play())
    async with open_stage(redis_url, prefix, slot="new") as stage:
        with pytest.raises(SettingError, match="stored jobs in slot 'old'"):
            await stage.start(label=LABEL)
