"""What holds a worker back: places, rates, limits over all workers, pauses and due times."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from engine import Rate, Spec, State, WorkerOptions
from engine.embedded import EmbeddedValkey
from engine.streams import SyncStore
from engine.streams.commands import acquire, configure
from engine.types import QueueLimits
from tests.support.apps import Play
from tests.support.ledger import Entry
from tests.support.stage import Plain, open_stage
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio
SUSPECT_CRASHES = 2
NEIGHBOURS = 250


async def test_concurrency_is_never_exceeded(redis_url: str, prefix: str) -> None:
    """A process runs as many jobs at once as it has places, no more, and all of them when enough wait."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start(options=WorkerOptions(concurrency={"play": 4}))
        await stage.all_ended(await stage.put_many(40, Play("sleep", seconds=0.01)))
        assert stage.scene.most == 4


async def test_starts_keep_to_the_rate(redis_url: str, prefix: str) -> None:
    """In no window do starts pass burst + rate * window, over two workers, and none is held back for good."""
    rate = Rate(40, burst=3)
    async with open_stage(redis_url, prefix, rate=rate) as stage:
        await stage.start(label="one")
        await stage.start(label="two")
        await stage.all_ended(await stage.put_many(30, Play()))
        fences = sorted(entry.fence for entry in stage.ledger.read("start"))
        for first, start in enumerate(fences):
            for last, end in enumerate(fences[first:], first):
                assert last - first + 1 <= 3 + 40 * (end - start) / 1_000_000


async def test_an_idle_queue_with_a_rate_asks_no_more_often(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """A worker of an empty queue with tokens to spare waits: it asks Redis a few times a second at most."""
    async with open_stage(own_valkey(appendonly=False).url, "idle", rate=Rate(100)) as stage:
        with Plain(stage.settings.redis_url) as redis:
            await stage.start()
            before = _calls_of(redis, "evalsha")
            await stage.ended(await stage.put(Play(), delay_s=0.5))
            # The test's own looks every 10 ms are among them.
            assert _calls_of(redis, "evalsha") - before < 200


async def test_max_active_holds_over_all_workers(redis_url: str, prefix: str) -> None:
    """Two workers with ten places each never run more than max_active jobs together, and finish them all."""
    async with open_stage(redis_url, prefix, max_active=3) as stage:
        await stage.start(label="one")
        await stage.start(label="two")
        statuses = await stage.all_ended(await stage.put_many(30, Play("sleep", seconds=0.01)))
        assert all(status.state == State.COMPLETED for status in statuses)
        assert stage.scene.most == 3


async def test_a_paused_queue_starts_nothing(redis_url: str, prefix: str) -> None:
    """A job of a paused queue waits while another queue of the same worker goes on, and runs after the resume."""
    async with open_stage(redis_url, prefix, "play", "other", slot="both") as stage:
        await stage.start()
        assert await stage.inspector.pause("play")
        held = await stage.put(Play())
        other = await stage.client.enqueue(stage.app.queues["other"].find("play"), Play())
        await stage.ended(other)
        assert (await stage.status(held)).state == State.WAITING
        assert (await stage.inspector.counts("play")).paused
        assert await stage.inspector.resume("play")
        assert (await stage.ended(held)).state == State.COMPLETED


async def test_delayed_jobs_start_on_time(redis_url: str, prefix: str) -> None:
    """No delayed job starts before its due time; each does within a second of it, whatever was enqueued first."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        delays = [0.4, 0.1, 0.25]
        tickets = [await stage.put(Play(), f"d{n}", delay_s=delay) for n, delay in enumerate(delays)]
        assert {ticket.state for ticket in tickets} == {State.DELAYED}
        await stage.all_ended(tickets)
        assert stage.ledger.ids("start") == ["d1", "d2", "d0"]
        for ticket, delay in zip(tickets, delays, strict=True):
            (start,) = stage.ledger.starts()[ticket.id]
            assert delay * 1_000_000 <= start.fence - ticket.run <= (delay + 1) * 1_000_000


@pytest.mark.parametrize("delay_s", [0.001, 0.1], ids=["at the start", "among others"])
@pytest.mark.parametrize("queue", ["play", "other"])
async def test_suspects_run_alone(redis_url: str, prefix: str, queue: str, delay_s: float) -> None:
    """A job on its last crash runs neither beside jobs of its own nor of another queue, nor for ever after them."""
    async with open_stage(redis_url, prefix, "play", "other", slot="both") as stage:
        neighbours = stage.app.queues[queue].find("play")
        specs = [Spec(Play("sleep", seconds=0.03), f"n{n}") for n in range(NEIGHBOURS)]
        suspect = await stage.put(Play("sleep", seconds=0.2), "suspect", delay_s=delay_s)
        with Plain(redis_url) as redis:
            redis.command("HSET", stage.keys().job + "suspect", "crashes", SUSPECT_CRASHES)
            await eventually(lambda: stage.server_now_us() > suspect.run + 2_000)
            redis.run(configure(stage.keys(), QueueLimits()))
            redis.run(acquire(stage.keys(), 0, "nobody", 0, alone=False))  # promotes what is due
        tickets = await stage.client.enqueue_many(neighbours, specs)
        await stage.start()
        assert (await stage.ended(suspect)).state == State.COMPLETED
        await stage.all_ended(tickets)
        entries = stage.ledger.read()
        begin, end = (_place(entries, event, "suspect") for event in ("start", "end"))
        assert end - begin == 1, "something started or ended beside the suspect"
        before = [entry.event for entry in entries[:begin]]
        assert before.count("start") == before.count("end"), "it started beside others"
        assert before.count("start") < NEIGHBOURS, "it waited until all others had run"


def _place(entries: Sequence[Entry], event: str, job_id: str) -> int:
    return next(n for n, entry in enumerate(entries) if entry.event == event and entry.id == job_id)


def _calls_of(redis: SyncStore, command: str) -> int:
    stats: bytes = redis.command("INFO", "commandstats")
    for line in stats.decode().splitlines():
        if line.startswith(f"cmdstat_{command}:calls="):
            return int(line.split("=")[1].split(",")[0])
    return 0
