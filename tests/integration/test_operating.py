"""What an operator changes while workers work: places, limits, pauses, requeues; and what they see of it."""

from __future__ import annotations

import pytest

from engine import SettingError, State
from tests.support.apps import Play
from tests.support.stage import open_stage
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio


async def test_places_change_while_a_worker_works(redis_url: str, prefix: str) -> None:
    """A number of places set at run time holds within a second, for what starts from then on, until it is reset."""
    async with open_stage(redis_url, prefix, concurrency=2) as stage:
        await stage.start()
        await stage.put_many(8, Play("wait"))
        await eventually(lambda: stage.scene.running == 2)
        await stage.inspector.set_limits("play", concurrency=5)
        await eventually(lambda: stage.scene.running == 5)
        assert (await stage.inspector.limits("play")).concurrency.now == 5
        await stage.inspector.reset_limits("play")
        stage.scene.gate.set()
        await eventually(lambda: stage.scene.running == 0)


async def test_max_active_is_set_and_taken_back(redis_url: str, prefix: str) -> None:
    """Set below what runs it stops nothing; taken back, waiting jobs start at once."""
    async with open_stage(redis_url, prefix, concurrency=3) as stage:
        await stage.inspector.set_limits("play", max_active=1)
        await stage.start()
        await stage.put_many(3, Play("wait"))
        await eventually(lambda: stage.scene.running == 1)
        assert "max_active: 1 of 1 run" in await stage.inspector.why("play", "j2")
        await stage.inspector.reset_limits("play")
        await eventually(lambda: stage.scene.running == 3)
        stage.scene.gate.set()


async def test_a_shared_limit_is_set_for_all_queues_of_the_slot(redis_url: str, prefix: str) -> None:
    """Whichever queue it is set by, each of them has it; a limit of its own stays its own."""
    async with open_stage(redis_url, prefix, "play", "other", slot="both") as stage:
        await stage.inspector.set_limits("play", shared_rate=7, rate=3)
        mine, other = await stage.inspector.limits("play"), await stage.inspector.limits("other")
        assert (mine.shared_rate.now, other.shared_rate.now, mine.rate.now, other.rate.now) == (7, 7, 3, None)
        with pytest.raises(SettingError, match="rate must be above 0"):
            await stage.inspector.set_limits("play", rate=-1)
        with pytest.raises(SettingError, match="concurrency must be a whole number"):
            await stage.inspector.set_limits("play", concurrency=1.5)  # type: ignore[arg-type]


async def test_a_rate_brings_its_burst(redis_url: str, prefix: str) -> None:
    """A rate set at run time lets a tenth of a second's worth start at once, as a configured one does."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.inspector.set_limits("play", rate=1000)
        assert (await stage.inspector.limits("play")).burst.now == 100
        await stage.inspector.set_limits("play", rate=1000, burst=7)
        assert (await stage.inspector.limits("play")).burst.now == 7
        await stage.inspector.set_limits("play", rate=None)
        assert (await stage.inspector.limits("play")).burst.set is None


async def test_a_paused_queue_finishes_what_runs_and_starts_nothing(redis_url: str, prefix: str) -> None:
    """What was acquired before a pause ends; the rest waits for the resume, which wakes a worker."""
    async with open_stage(redis_url, prefix, concurrency=1) as stage:
        await stage.start()
        first, second = await stage.put_many(2, Play("wait"))
        await stage.started(first.id)
        assert await stage.inspector.pause("play")
        stage.scene.gate.set()
        await stage.ended(first)
        assert "is paused" in await stage.inspector.why("play", second.id)
        assert (await stage.status(second)).state is State.WAITING
        assert await stage.inspector.resume("play")
        await stage.ended(second)


async def test_a_requeued_job_runs_again_with_all_its_attempts(redis_url: str, prefix: str) -> None:
    """Its second life has its own attempts and log; the worker that runs it sees attempt 1."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        ticket = await stage.put(Play("unrecoverable"), "a")
        assert (await stage.ended(ticket)).state is State.FAILED
        assert await stage.inspector.requeue("play", "a") == "requeued"
        await stage.started("a", times=2)
        again = await stage.reached(ticket, "failed")
        assert (again.attempts_made, again.run > ticket.run) == (1, True)
        assert [entry.attempt for entry in stage.ledger.starts()["a"]] == [1, 1]
        assert await stage.inspector.requeue("play", "nobody") == "unknown"


async def test_following_a_job_ends_with_it(redis_url: str, prefix: str) -> None:
    """Each status has the log lines since the one before, and the last one is the end."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        ticket = await stage.put(Play("notes", text="line"), "a")
        seen = [status async for status in stage.inspector.follow("play", ticket.id, every_s=0.01)]
        assert seen[-1].state is State.COMPLETED
        lines = [line.split("] ")[1] for status in seen for line in status.logs]
        assert lines == ["first line", "second line"]
        assert [status async for status in stage.inspector.follow("play", "nobody")] == []


async def test_pages_of_the_inspector_are_full(redis_url: str, prefix: str) -> None:
    """A page holds as many jobs as were asked for while there are some, and the last one says that it is."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.put_many(7, Play(), name="j")
        first = await stage.inspector.list("play", State.WAITING, 5)
        second = await stage.inspector.list("play", State.WAITING, 5, first.after)
        assert ([len(first.jobs), len(second.jobs)], second.after) == ([5, 2], None)
        assert [job.id async for job in stage.inspector.jobs("play", State.WAITING)] == [f"j{n}" for n in range(7)]
        with pytest.raises(SettingError, match="limit must be between 1 and 250"):
            await stage.inspector.list("play", State.WAITING, 251)


async def test_a_gap_is_told_once(redis_url: str, prefix: str) -> None:
    """Of a stream that is gone the next page says nothing more, and holds what comes from then on."""
    async with open_stage(redis_url, prefix) as stage:
        page = await stage.inspector.events("play", "5-0")
        assert (page.gap, page.events) == (True, [])
        page = await stage.inspector.events("play", page.after)
        assert (page.gap, page.events) == (False, [])
        ticket = await stage.put(Play())
        page = await stage.inspector.events("play", page.after)
        assert (page.gap, [event.job_id for event in page.events]) == (False, [ticket.id])


async def test_events_resume_behind_an_id(redis_url: str, prefix: str) -> None:
    """A page behind an event begins with the next one: none comes twice, none is left out."""
    async with open_stage(redis_url, prefix) as stage:
        tickets = [await stage.put(Play(), f"j{n}") for n in range(3)]
        after, seen = "0-0", list[str]()
        for _ in tickets:
            page = await stage.inspector.events("play", after, limit=1)
            seen += [event.job_id for event in page.events]
            after = page.after
        assert seen == [ticket.id for ticket in tickets]
        assert (await stage.inspector.events("play", after)).events == []
