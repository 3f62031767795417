"""Why a job, or a queue's next one, does not run."""

from __future__ import annotations

import pytest

from engine import Explanation, Matching
from tests.contract.world import QUEUE, World

pytestmark = pytest.mark.anyio


def failing(found: Explanation) -> list[str]:
    """The names of the checks that do not hold."""
    return [check.name for check in found.checks if check.holds == "no"]


async def test_a_queue_without_workers_is_told(world: World) -> None:
    """With what to do about it."""
    world.put("a")
    found = await world.hands.explain(QUEUE)
    assert QUEUE in found.target
    assert "no worker" in found.verdict
    assert "run" in found.advice
    assert failing(found)


async def test_a_paused_queue_is_told_before_all_else(world: World) -> None:
    """A worker would not help it."""
    world.put("a")
    await world.hands.pause(QUEUE)
    found = await world.hands.explain(QUEUE, "a")
    assert "paused" in found.verdict
    assert "resume" in found.advice
    assert "a" in found.target


async def test_a_worked_queue_has_no_check_that_fails(world: World) -> None:
    """Each check says yes, or that it does not matter."""
    world.put("a")
    world.beat("w1", [QUEUE], {QUEUE: 4})
    found = await world.hands.explain(QUEUE)
    assert failing(found) == []
    assert found.verdict
    assert {check.holds for check in found.checks} <= {"yes", "-"}
    assert all(check.text for check in found.checks)


async def test_full_places_are_told(world: World) -> None:
    """Of all workers of the queue together."""
    world.beat("w1", [QUEUE], {QUEUE: 1})
    world.active("a")
    world.put("b")
    found = await world.hands.explain(QUEUE, "b")
    assert len(failing(found)) == 1
    assert "taken" in found.verdict


async def test_a_reached_max_active_is_told(world: World) -> None:
    """Also while places are free."""
    world.beat("w1", [QUEUE], {QUEUE: 4})
    world.active("a")
    world.put("b")
    await world.hands.set_limits(QUEUE, max_active=1)
    found = await world.hands.explain(QUEUE, "b")
    assert "max_active" in found.verdict
    assert failing(found)


async def test_a_delayed_job_says_for_how_long(world: World) -> None:
    """Its own time comes first."""
    world.put("a", delay_s=3600)
    world.beat("w1", [QUEUE], {QUEUE: 4})
    found = await world.hands.explain(QUEUE, "a")
    assert failing(found)
    assert "delay" in found.verdict


@pytest.mark.parametrize("state", ["completed", "failed", "cancelled", "active"])
async def test_a_job_that_does_not_wait_says_what_it_is(world: World, state: str) -> None:
    """Nothing of the queue keeps it."""
    world.beat("w1", [QUEUE], {QUEUE: 4})
    match state:
        case "completed":
            world.completed("a")
        case "failed":
            world.failed("a", message="page 7 is missing")
        case "cancelled":
            world.put("a")
            await world.done(await world.plan("cancel", Matching("waiting")))
        case _:
            world.active("a")
    found = await world.hands.explain(QUEUE, "a")
    words = {"active": "runs on w1", "failed": "page 7 is missing"}
    assert words.get(state, state) in found.verdict


async def test_an_unknown_job_is_told(world: World) -> None:
    """That it was never stored, or is pruned."""
    found = await world.hands.explain(QUEUE, "nobody")
    assert "no job 'nobody'" in found.verdict
