"""Which deliveries a process holds: places are free with the outcome, leases are known until Redis has answered."""

from __future__ import annotations

import asyncio

import pytest

from engine.roster import Roster
from engine.testing import FakeClock
from tests.support.runs import delivery, make_app, running

CLOCK = FakeClock()


def roster(**concurrency: int) -> Roster:
    """Two queues with three places each, unless given."""
    return Roster(list(make_app("a", "b").queues.values()), concurrency)


def test_a_delivery_takes_a_place_until_its_outcome() -> None:
    """Its queue has one less meanwhile, the other none; then the place is free although it is still held."""
    found = roster()
    one = running(delivery(fence=1, queue="a"), CLOCK)
    found.add(one)
    assert (found.free("a"), found.free("b"), found.busy("a"), found.busy()) == (2, 3, 1, 1)
    assert found.running() == [one]
    assert found.end(one)
    assert (found.free("a"), found.busy(), found.running()) == (3, 0, [])
    assert (found.held("a"), found.empty) == ([one], False)
    found.forget("a", 1)
    assert (found.held("a"), found.empty) == ([], True)


def test_a_second_outcome_frees_no_second_place() -> None:
    """Only the first end counts."""
    found = roster()
    one = running(delivery(fence=1, queue="a"), CLOCK)
    found.add(one)
    assert [found.end(one), found.end(one)] == [True, False]
    assert found.free("a") == 3


def test_deliveries_of_one_id_are_kept_apart() -> None:
    """A job delivered again is another delivery: each is found by its own fence."""
    found = roster()
    old, new = running(delivery("x", 1, queue="a"), CLOCK), running(delivery("x", 2, queue="a"), CLOCK)
    found.add(old)
    found.add(new)
    found.forget("a", 1)
    assert (found.find("a", 1), found.find("a", 2), found.find("b", 2)) == (None, new, None)


def test_forgetting_what_is_not_held_is_no_error() -> None:
    """A settle may be answered twice, or after its delivery was lost."""
    found = roster()
    found.forget("a", 99)
    assert found.empty


def test_a_process_can_have_other_places_than_the_queue_says() -> None:
    """`--concurrency a=1` counts; fewer places than jobs is none, not less than none."""
    found = roster(a=1)
    assert (found.free("a"), found.free("b")) == (1, 3)
    found.add(running(delivery(fence=1, queue="a"), CLOCK))
    found.add(running(delivery(fence=2, queue="a"), CLOCK))
    assert found.free("a") == 0


@pytest.mark.anyio
async def test_waiting_ends_when_nothing_is_held() -> None:
    """Or when it is told to, or when its time is over."""
    found = roster()
    await found.wait_empty(within_s=60)
    found.add(running(delivery(fence=1, queue="a"), CLOCK))
    await found.wait_empty(within_s=0)
    told = asyncio.Event()
    told.set()
    await found.wait_empty(within_s=60, until=told)
    asyncio.get_running_loop().call_soon(found.forget, "a", 1)
    await found.wait_empty(within_s=60)
    assert found.empty
