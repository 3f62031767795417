"""Why a job, or a queue's next one, does not run."""

from __future__ import annotations

import re

import pytest

from engine import Explanation, Matching
from tests.contract.world import QUEUE, World

pytestmark = pytest.mark.anyio


def failing(found: Explanation) -> list[str]:
    """The names of the checks that do not hold."""
    return [check.name for check in found.checks if check.holds == "no"]


CHECKS = ["queue not paused", "a worker takes it", "max_active", "own rate", "shared rate", "places", "suspects"]


async def test_the_checks_come_in_the_engines_order(world: World) -> None:
    """For a queue and for its jobs, whatever holds; of what runs or has ended none matters."""
    world.put("a", "b", name="play")
    world.put("late", name="play", delay_s=3600)
    for job_id in (None, "a", "b", "late"):
        found = await world.hands.explain(QUEUE, job_id)
        assert [check.name for check in found.checks] == ["due", *CHECKS, "position"]
    assert world.start() == ["a"]
    found = await world.hands.explain(QUEUE, "a")
    assert [(check.name, check.holds) for check in found.checks] == [(name, "-") for name in ["due", *CHECKS]]


async def test_a_job_knows_its_place(world: World) -> None:
    """None before the first, about as many as there are before another."""
    world.put("a", "b", "c", name="play")
    first, last = await world.hands.explain(QUEUE, "a"), await world.hands.explain(QUEUE, "c")
    assert first.checks[-1].text == "about 0 wait before it"
    assert re.fullmatch(r"about \d wait before it", last.checks[-1].text)


async def test_a_used_up_rate_is_told(world: World) -> None:
    """While a job waits for it; what to do is there."""
    world.player.configure(rate=0.001)
    world.beat("w1", [QUEUE], {QUEUE: 4})
    world.put("a", "b", name="play")
    assert world.start(2) == ["a"]
    found = await world.hands.explain(QUEUE, "b")
    assert failing(found) == ["own rate"]
    assert "the limit of 0.001 starts a second" in found.verdict
    assert found.advice == f"python -m engine limit {QUEUE} --rate N"


async def test_a_queue_without_workers_is_told(world: World) -> None:
    """With what to do about it."""
    world.put("a", name="play")
    found = await world.hands.explain(QUEUE)
    assert QUEUE in found.target
    assert "no worker" in found.verdict
    assert "run" in found.advice
    assert failing(found)


async def test_a_paused_queue_is_told_before_all_else(world: World) -> None:
    """A worker would not help it."""
    world.put("a", name="play")
    await world.hands.pause(QUEUE)
    found = await world.hands.explain(QUEUE, "a")
    assert "paused" in found.verdict
    assert "resume" in found.advice
    assert "a" in found.target


async def test_a_worked_queue_has_no_check_that_fails(world: World) -> None:
    """Each check says yes, or that it does not matter."""
    world.put("a", name="play")
    world.beat("w1", [QUEUE], {QUEUE: 4})
    found = await world.hands.explain(QUEUE)
    assert failing(found) == []
    assert found.verdict
    assert {check.holds for check in found.checks} <= {"yes", "-"}
    assert all(check.text for check in found.checks)


async def test_full_places_are_told(world: World) -> None:
    """Of all workers of the queue together."""
    world.beat("w1", [QUEUE], {QUEUE: 1})
    world.active("a", name="play")
    world.put("b", name="play")
    found = await world.hands.explain(QUEUE, "b")
    assert len(failing(found)) == 1
    assert "taken" in found.verdict


async def test_a_reached_max_active_is_told(world: World) -> None:
    """Also while places are free."""
    world.beat("w1", [QUEUE], {QUEUE: 4})
    world.active("a", name="play")
    world.put("b", name="play")
    await world.hands.set_limits(QUEUE, max_active=1)
    found = await world.hands.explain(QUEUE, "b")
    assert "max_active" in found.verdict
    assert failing(found)


async def test_a_delayed_job_says_for_how_long(world: World) -> None:
    """Its own time comes first."""
    world.put("a", name="play", delay_s=3600)
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
            world.completed("a", name="play")
        case "failed":
            world.failed("a", name="play", message="page 7 is missing")
        case "cancelled":
            world.put("a", name="play")
            await world.done(await world.plan("cancel", Matching("waiting")))
        case _:
            world.active("a", name="play")
    found = await world.hands.explain(QUEUE, "a")
    words = {"active": "runs on w1", "failed": "page 7 is missing"}
    assert words.get(state, state) in found.verdict


async def test_an_unknown_job_is_told(world: World) -> None:
    """That it was never stored, or is pruned."""
    found = await world.hands.explain(QUEUE, "nobody")
    assert "no job 'nobody'" in found.verdict


async def test_a_name_that_the_app_does_not_know_is_told(world: World) -> None:
    """Workers put such a job off."""
    world.beat("w1", [QUEUE], {QUEUE: 4})
    world.put("a", name="unheard")
    found = await world.hands.explain(QUEUE, "a")
    assert len(failing(found)) == 1
    assert "no job named 'unheard'" in found.verdict
