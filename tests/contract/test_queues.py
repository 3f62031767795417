"""What is done to whole queues: pauses and limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from engine import Matching, SettingError, UnknownQueue
from engine.views import LimitsView
from tests.contract.world import OTHER, QUEUE, World

pytestmark = pytest.mark.anyio


async def test_a_pause_holds_until_the_resume(world: World) -> None:
    """Nothing starts meanwhile; each says whether it changed something."""
    world.put("a")
    assert await world.hands.pause(QUEUE) is True
    assert await world.hands.pause(QUEUE) is False
    assert world.start() == []
    assert (await limits(world)).paused
    assert await world.hands.resume(QUEUE) is True
    assert await world.hands.resume(QUEUE) is False
    assert world.start() == ["a"]
    assert not (await limits(world)).paused


async def test_limits_are_set_and_taken_back(world: World) -> None:
    """Each says whether something changed; None takes back."""
    assert await world.hands.set_limits(QUEUE, concurrency=3, max_active=2) is True
    assert await world.hands.set_limits(QUEUE, concurrency=3) is False
    found = await limits(world)
    assert (found.concurrency.set, found.max_active.set, found.rate.now) == (3, 2, None)
    assert await world.hands.set_limits(QUEUE, concurrency=None) is True
    assert (await limits(world)).concurrency.now == 10
    assert (await limits(world, OTHER)).max_active.now is None


@pytest.mark.parametrize(("rate", "burst"), [(1000, 100), (5, 1), (0.5, 1)])
async def test_a_rate_brings_its_burst(world: World, rate: float, burst: int) -> None:
    """A tenth of a second's worth, at least 1; taken back together."""
    await world.hands.set_limits(QUEUE, rate=rate)
    found = await limits(world)
    assert (found.rate.now, found.burst.now, found.tokens) == (rate, burst, burst)
    await world.hands.set_limits(QUEUE, rate=None)
    assert (await limits(world)).burst.set is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rate": 0}, "rate must be above 0"),
        ({"rate": -1}, "rate must be above 0"),
        ({"concurrency": 1.5}, "concurrency must be a whole number"),
        ({"max_active": True}, "max_active must be above 0"),
        ({"speed": 3}, "no limit 'speed'"),
    ],
)
async def test_a_limit_that_makes_no_sense_is_refused(world: World, settings: dict[str, Any], message: str) -> None:
    """The error says what may be given."""
    with pytest.raises(SettingError, match=message):
        await world.hands.set_limits(QUEUE, **settings)
    assert (await world.hands.audit()).entries == []


async def test_queues_must_exist(world: World) -> None:
    """Every call says which queues there are."""
    hands = world.hands
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: hands.pause("nowhere"),
        lambda: hands.resume("nowhere"),
        lambda: hands.set_limits("nowhere", rate=1),
        lambda: hands.job("nowhere", "a"),
        lambda: hands.log("nowhere", "a"),
        lambda: hands.groups("nowhere"),
        lambda: hands.waiters("nowhere"),
        lambda: hands.explain("nowhere"),
        lambda: hands.audit(queue="nowhere"),
        lambda: hands.operation("nowhere", "p"),
        lambda: hands.search("nowhere", Matching("failed")),
        lambda: hands.plan("nowhere", "retry", Matching("failed")),
        lambda: hands.reveal("nowhere", "a"),
    ]
    for call in calls:
        with pytest.raises(UnknownQueue, match="play"):
            await call()


async def limits(world: World, queue: str = QUEUE) -> LimitsView:
    """The limits of a queue."""
    found = (await world.hands.snapshot(1)).queue(queue)
    assert found is not None
    return found.limits
