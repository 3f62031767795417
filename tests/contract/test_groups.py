"""Failures by what is wrong, and who waits."""

from __future__ import annotations

import pytest

from engine import Chosen
from tests.contract.world import FRAME, QUEUE, World

pytestmark = pytest.mark.anyio


async def test_failures_that_differ_in_ids_are_one_group(world: World) -> None:
    """Those with most failed jobs come first; each with its newest sample."""
    world.failed("a", message="page 7 of review 0815 is missing")
    world.failed("b", message="page 12 of review 4711 is missing")
    world.failed("c", kind="TimeoutError", message="504")
    first, second = await world.hands.groups(QUEUE)
    assert (first.jobs, first.total, first.queue, first.job_id) == (2, 2, QUEUE, "b")
    assert first.sample == "ValueError: page 12 of review 4711 is missing"
    assert first.title.startswith("ValueError: page <n> of review <n> is missing")
    assert first.stack == FRAME
    assert first.first <= first.last
    assert (second.jobs, second.sample) == (1, "TimeoutError: 504")
    assert len(first.fingerprint) == 12


async def test_another_name_of_the_error_is_another_group(world: World) -> None:
    """The same text under two names has two causes."""
    world.failed("a", kind="KeyError")
    world.failed("b", kind="ValueError")
    assert [group.jobs for group in await world.hands.groups(QUEUE)] == [1, 1]


async def test_a_group_counts_what_is_failed_now(world: World) -> None:
    """What is retried or in the trash is not; the total says how many there ever were."""
    world.failed("a", "b", "c")
    rows = {row.id: row for row in await world.lines("failed")}
    await world.done(await world.plan("trash", Chosen([rows["a"]])))
    await world.done(await world.plan("retry", Chosen([rows["b"]])))
    [group] = await world.hands.groups(QUEUE)
    assert (group.jobs, group.total) == (1, 3)
    await world.act("restore", "trash")
    [group] = await world.hands.groups(QUEUE)
    assert (group.jobs, group.total) == (2, 3)


async def test_a_group_has_its_minutes(world: World) -> None:
    """As many as were asked for, the running one last."""
    world.failed("a", "b", "c")
    [group] = await world.hands.groups(QUEUE, 5)
    assert len(group.minutes) == 5
    assert sum(group.minutes) == 3
    assert group.minutes[:3] == [0, 0, 0]


async def test_a_retry_is_no_failure(world: World) -> None:
    """A job that will be tried again is in no group."""
    world.active("a")
    world.player.retry("a")
    assert list(await world.hands.groups(QUEUE)) == []


async def test_waiters_are_counted_by_tenant(world: World) -> None:
    """Most jobs first, those without a tenant too; what runs or is delayed waits not."""
    world.active("r", tenant="t9")
    world.put("d", tenant="t9", delay_s=3600)
    world.put("a1", "a2", "a3", tenant="t1")
    world.put("b1", "b2", tenant="t2")
    world.put("c")
    waiters = await world.hands.waiters(QUEUE)
    assert [(waiter.tenant, waiter.jobs) for waiter in waiters.tenants] == [("t1", 3), ("t2", 2), (None, 1)]
    assert waiters.total == 6
    assert waiters.looked >= 6
    first = (await world.lines("waiting"))[0]
    assert waiters.tenants[0].oldest_ms == pytest.approx(first.timestamp, abs=2)


async def test_nobody_waits_in_an_empty_queue(world: World) -> None:
    """No tenants, nothing looked at."""
    waiters = await world.hands.waiters(QUEUE)
    assert (waiters.tenants, waiters.looked, waiters.total) == ([], 0, 0)
