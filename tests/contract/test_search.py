"""Searches: what a query means, and steps through a list of any length."""

from __future__ import annotations

import pytest

from engine import Listed, Matching
from tests.contract.world import QUEUE, World

pytestmark = pytest.mark.anyio


async def found(world: World, query: str, listed: Listed = "failed") -> list[str]:
    """The ids of all hits, in order of their ids."""
    ids: list[str] = []
    after: str | None = None
    while True:
        hits = await world.hands.search(QUEUE, Matching(listed, query), after)
        ids += [job.id for job in hits.jobs]
        after = hits.after
        if after is None:
            return sorted(ids)


async def test_steps_lead_through_the_whole_list(world: World) -> None:
    """Each looks at no more than was asked for, says how many it saw, and the last says that there are no more."""
    world.failed(*(f"j{n}" for n in range(9)), tenant="t1")
    world.failed("x", tenant="t2")
    ids: list[str] = []
    looked = 0
    after: str | None = None
    for _ in range(10):
        hits = await world.hands.search(QUEUE, Matching("failed", "tenant:t1"), after, looked=4)
        assert hits.looked <= 4
        assert hits.total == 10
        looked += hits.looked
        ids += [job.id for job in hits.jobs]
        after = hits.after
        if after is None:
            break
    assert ids == [f"j{n}" for n in range(8, -1, -1)]
    assert looked == 10


async def test_an_empty_query_is_the_list(world: World) -> None:
    """All of it, in its order."""
    world.failed("a", "b")
    assert await found(world, "") == ["a", "b"]
    assert await found(world, "", "trash") == []


async def test_jobs_that_leave_do_not_hide_others(world: World) -> None:
    """Between two steps the list may shrink: what stays is found once."""
    world.failed(*(f"j{n}" for n in range(10)))
    first = await world.hands.search(QUEUE, Matching("failed"), None, looked=4)
    assert [job.id for job in first.jobs] == ["j9", "j8", "j7", "j6"]
    rows = await world.lines("failed")
    world.put(*(row.id for row in rows if row.id in ("j9", "j7")))
    second = await world.hands.search(QUEUE, Matching("failed"), first.after, looked=10)
    assert [job.id for job in second.jobs] == [f"j{n}" for n in range(5, -1, -1)]
    assert second.after is None
