"""Searches: what a query means, and steps through a list of any length."""

from __future__ import annotations

import pytest

from engine import Listed, Matching, SettingError
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


FAILED: list[tuple[str, list[str]]] = [
    ("type:play", ["p1"]),
    ("type:w*", ["a1", "a2", "b1"]),
    ("type:*or*", ["a1", "a2", "b1"]),
    ("type:wor", []),
    ("tenant:t1", ["a1", "a2"]),
    ("tenant:t*", ["a1", "a2", "b1"]),
    ("id:a*", ["a1", "a2"]),
    ("id:*1", ["a1", "b1", "p1"]),
    ("id:a1", ["a1"]),
    ("err~TIMEOUT", ["a2"]),
    ("err~timeouterror", ["a2"]),
    ('err~"page 7"', ["a1", "b1"]),
    ("att>=1", ["a1", "a2", "b1", "p1"]),
    ("att>1", []),
    ("att:1", ["a1", "a2", "b1", "p1"]),
    ("age<1h", ["a1", "a2", "b1", "p1"]),
    ("age>1h", []),
    ("ended<1h", ["a1", "a2", "b1", "p1"]),
    ("ended>=1h", []),
    ("after:2020-01-01", ["a1", "a2", "b1", "p1"]),
    ("before:2020-01-01T12:00", []),
    ("data~conn-7", ["a1"]),
    ("data~CONN-7", []),
    ("data.connectorId:conn-7", ["a1"]),
    ("data.connectorId:conn-*", ["a1", "b1"]),
    ("data.opts.max:500", ["a2"]),
    ("data.opts.deep:true", ["a2"]),
    ("data.opts.none:null", ["a2"]),
    ("data.list.1:two", ["b1"]),
    ("data.nowhere:x", []),
    ("worker:w1", []),
    ("tenant:t1 err~timeout", ["a2"]),
    ("tenant:t1 id:b*", []),
    ("group:ffffffffffff", []),
]


@pytest.mark.parametrize(("query", "ids"), FAILED)
async def test_a_query_means_its_terms(world: World, query: str, ids: list[str]) -> None:
    """All of them must hold: names, texts, numbers, times, and what lies in a payload."""
    world.failed("a1", tenant="t1", message="page 7 is missing", payload='{"connectorId":"conn-7"}')
    world.failed(
        "a2", tenant="t1", kind="TimeoutError", message="504", payload='{"opts":{"max":500,"deep":true,"none":null}}'
    )
    world.failed(
        "b1", tenant="t2", message="page 7 is missing", payload='{"connectorId":"conn-9","list":["one","two"]}'
    )
    world.failed("p1", name="play", message="no", payload="{no json")
    assert await found(world, query) == ids


async def test_a_worker_and_a_group_are_found(world: World) -> None:
    """Who holds a running job, and whose failure a failed one is."""
    world.active("a")
    assert (await found(world, "worker:w1", "active"), await found(world, "worker:w2", "active")) == (["a"], [])
    world.player.fail("a")
    group = (await world.detail("a")).group
    assert await found(world, f"group:{group}") == ["a"]


@pytest.mark.parametrize("listed", ["waiting", "delayed", "active", "completed", "failed", "cancelled", "trash"])
async def test_every_list_is_searched(world: World, listed: Listed) -> None:
    """Where the jobs lie makes no difference."""
    for job_id, tenant in (("a", "t1"), ("b", "t2")):
        match listed:
            case "completed":
                world.completed(job_id, tenant=tenant)
            case "failed" | "trash":
                world.failed(job_id, tenant=tenant)
            case "active":
                world.active(job_id, tenant=tenant)
            case _:
                world.put(job_id, tenant=tenant, delay_s=3600 if listed == "delayed" else 0)
    if listed == "trash":
        await world.act("trash", "failed")
    if listed == "cancelled":
        await world.act("cancel", "waiting")
    assert await found(world, "tenant:t1", listed) == ["a"]


@pytest.mark.parametrize(
    "query", ["nonsense", "color:red", "age>soon", "att>=many", "after:yesterday", "err=x", "tenant:"]
)
async def test_a_query_that_cannot_be_read_is_refused(world: World, query: str) -> None:
    """By a search and by a plan; the error names the term and what is known."""
    with pytest.raises(SettingError, match="cannot read"):
        await world.hands.search(QUEUE, Matching("failed", query))
    with pytest.raises(SettingError, match="cannot read"):
        await world.hands.plan(QUEUE, "retry", Matching("failed", query))
