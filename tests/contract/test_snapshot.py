"""What a snapshot says of queues, limits, minutes and workers."""

from __future__ import annotations

import pytest

from engine import Matching, Minute, SettingError, State
from tests.contract.world import OTHER, QUEUE, World

pytestmark = pytest.mark.anyio


async def test_every_state_is_counted(world: World) -> None:
    """Each job counts in exactly one state, or in the trash."""
    world.completed("c1", "c2", "c3")
    world.failed("f1", "f2")
    await world.act("trash", "failed")
    world.failed("f3")
    world.active("a1")
    world.put("d1", delay_s=3600)
    world.put("w1", "w2")
    queue = (await world.hands.snapshot()).queue(QUEUE)
    assert queue is not None
    counts = queue.counts
    assert (counts.waiting, counts.delayed, counts.active) == (2, 1, 1)
    assert (counts.completed, counts.failed, counts.cancelled, queue.trash) == (3, 1, 0, 2)
    assert not counts.paused


async def test_the_queues_come_in_the_order_of_the_app(world: World) -> None:
    """Each queue of the app is there, also one in which nothing has ever happened."""
    snapshot = await world.hands.snapshot()
    assert [queue.name for queue in snapshot.queues] == [QUEUE, OTHER]
    assert snapshot.queue("nowhere") is None
    assert snapshot.at_ms > 1_790_000_000_000


async def test_the_oldest_waiting_job_has_an_age(world: World) -> None:
    """It is known as long as something waits, and only then."""
    world.put("d", delay_s=60)
    empty = (await world.hands.snapshot()).queue(QUEUE)
    world.put("a", "b")
    full = (await world.hands.snapshot()).queue(QUEUE)
    assert empty is not None
    assert full is not None
    assert empty.counts.oldest_waiting_ms is None
    assert full.counts.oldest_waiting_ms is not None
    assert 0 <= full.counts.oldest_waiting_ms < 60_000


async def test_the_minutes_tell_what_happened(world: World) -> None:
    """As many minutes as were asked for, the running one last; None is a minute of which nothing is known."""
    world.completed("c1", "c2")
    world.failed("f1")
    world.active("r1")
    world.player.retry("r1")
    queue = (await world.hands.snapshot(5)).queue(QUEUE)
    assert queue is not None
    assert len(queue.minutes) == 5
    known = [minute for minute in queue.minutes if minute is not None]
    assert _sum(known) == Minute(enqueued=4, completed=2, failed=1, retried=1)
    assert queue.minutes[0] is None
    other = (await world.hands.snapshot(5)).queue(OTHER)
    assert other is not None
    assert other.minutes == [None] * 5


@pytest.mark.parametrize("minutes", [0, -1, 251])
async def test_the_minutes_are_bounded(world: World, minutes: int) -> None:
    """Nobody can ask for more than a call may read."""
    with pytest.raises(SettingError, match="minutes must be between 1 and 250"):
        await world.hands.snapshot(minutes)


async def test_the_limits_are_those_configured_and_set(world: World) -> None:
    """What is set at run time wins; a full bucket holds its burst."""
    world.player.configure(rate=20, burst=3, max_active=7)
    await world.hands.set_limits(QUEUE, max_active=4)
    queue = (await world.hands.snapshot()).queue(QUEUE)
    assert queue is not None
    limits = queue.limits
    assert (limits.queue, limits.configured, limits.paused) == (QUEUE, True, False)
    assert (limits.rate.configured, limits.rate.set, limits.rate.now) == (20, None, 20)
    assert (limits.max_active.configured, limits.max_active.set, limits.max_active.now) == (7, 4, 4)
    assert (limits.burst.now, limits.concurrency.configured, limits.concurrency.set) == (3, 10, None)
    assert limits.tokens == 3
    assert limits.shared_tokens is None


async def test_workers_tell_of_themselves(world: World) -> None:
    """Those that beat are there with their queues and places, the one that started first first."""
    assert (await world.hands.snapshot()).workers == []
    world.beat("w1", [QUEUE], {QUEUE: 4})
    world.beat("w2", [QUEUE, OTHER], {QUEUE: 1, OTHER: 2})
    first, second = (await world.hands.snapshot()).workers
    assert {first.label, second.label} == {"w1", "w2"}
    found = {worker.label: worker for worker in (first, second)}
    assert (found["w1"].consumer, found["w1"].concurrency) == ("w1~1", {QUEUE: 4})
    assert (found["w2"].queues, found["w2"].concurrency) == ([QUEUE, OTHER], {QUEUE: 1, OTHER: 2})


async def test_the_server_says_what_it_is(world: World) -> None:
    """Its version and memory are known where it may be asked."""
    server = (await world.hands.snapshot()).server
    assert server is not None
    assert server.version
    assert server.clients >= 1


async def test_a_cancelled_job_is_counted_as_such(world: World) -> None:
    """Cancelling moves a waiting job from one count to the other."""
    world.put("a", "b")
    await world.done(await world.plan("cancel", Matching("waiting")))
    queue = (await world.hands.snapshot()).queue(QUEUE)
    assert queue is not None
    assert (queue.counts.waiting, queue.counts.cancelled) == (0, 2)
    assert {row.state for row in await world.lines("cancelled")} == {State.CANCELLED}


def _sum(minutes: list[Minute]) -> Minute:
    """All of them together: a test may run across a minute's end."""
    return Minute(
        sum(minute.enqueued for minute in minutes),
        sum(minute.completed for minute in minutes),
        sum(minute.failed for minute in minutes),
        sum(minute.retried for minute in minutes),
    )
