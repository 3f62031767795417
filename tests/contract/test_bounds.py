"""What nobody can ask for: too much at once, lists and cursors that are none, operations of nobody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from engine import Action, Actor, Listed, Matching, Operation, SettingError
from tests.contract.world import QUEUE, World

pytestmark = pytest.mark.anyio

Ask = Callable[[World], Awaitable[object]]
NONE = cast("Listed", "dead")


async def refuses(world: World, ask: Ask, message: str) -> None:
    """The call is refused with this message, in one line."""
    with pytest.raises(SettingError, match=message) as refused:
        await ask(world)
    assert "\n" not in str(refused.value)


REFUSED: list[tuple[Ask, str]] = [
    (lambda world: world.hands.log(QUEUE, "a", limit=0), "limit must be between 1 and 250"),
    (lambda world: world.hands.log(QUEUE, "a", limit=251), "limit must be between 1 and 250"),
    (lambda world: world.hands.log(QUEUE, "a", "yesterday"), "after 'yesterday'"),
    (lambda world: world.hands.window(QUEUE, NONE, 10), "no list 'dead'; the lists: waiting"),
    (lambda world: world.hands.search(QUEUE, Matching(NONE)), "no list 'dead'; the lists: waiting"),
    (lambda world: world.hands.plan(QUEUE, "retry", Matching(NONE)), "no list 'dead'; the lists: waiting"),
    (lambda world: world.hands.plan(QUEUE, cast("Action", "undo"), Matching("failed")), "no action 'undo'"),
    (lambda world: world.hands.search(QUEUE, Matching("failed"), looked=0), "looked must be between 1 and 250"),
    (lambda world: world.hands.search(QUEUE, Matching("failed"), looked=251), "looked must be between 1 and 250"),
    (lambda world: world.hands.groups(QUEUE, 0), "minutes must be between 1 and"),
    (lambda world: world.hands.window(QUEUE, "failed", 10, rank=-1), "rank must be 0 or more"),
]


@pytest.mark.parametrize(("ask", "message"), REFUSED)
async def test_what_cannot_be_asked_is_refused(world: World, ask: Ask, message: str) -> None:
    """The error says what can be."""
    await refuses(world, ask, message)


@pytest.mark.parametrize("listed", ["waiting", "failed", "delayed"])
async def test_cursors_of_nobody_are_refused(world: World, listed: Listed) -> None:
    """They come from windows and searches only."""
    world.put("a", delay_s=3600 if listed == "delayed" else 0)
    await refuses(world, lambda world: world.hands.window(QUEUE, listed, 10, below="x"), "cursor")
    await refuses(world, lambda world: world.hands.window(QUEUE, listed, 10, above="x"), "cursor")
    await refuses(world, lambda world: world.hands.search(QUEUE, Matching(listed), "x"), "cursor")


async def test_a_window_begins_in_one_place(world: World) -> None:
    """A rank, a row above or a row below: one of them."""
    world.completed("a", "b", "c")
    found = await world.hands.window(QUEUE, "completed", 1, rank=1)
    await refuses(
        world, lambda world: world.hands.window(QUEUE, "completed", 1, rank=1, below=found.below), "one of rank, above"
    )


@pytest.mark.parametrize("per_s", [-1.0, 0.5, float("inf"), float("nan")])
async def test_a_pace_is_a_job_a_second_or_more(world: World, per_s: float) -> None:
    """Or 0: as fast as it goes."""
    world.failed("a")
    operation = await world.hands.apply(await world.plan("trash", Matching("failed")), 1)

    async def carry(world: World) -> None:
        async for _ in world.hands.carry_out(operation, per_s):
            pass

    await refuses(world, carry, "a pace must be 0")
    told = [now async for now in world.hands.carry_out(operation, per_s=0)]
    assert [now.state for now in told][-1] == "done"


async def test_an_operation_of_nobody_cannot_be_carried_out_or_stopped(world: World) -> None:
    """There is nothing to do, and nothing to tell."""
    nobody = Operation(
        id="0000", queue=QUEUE, action="trash", state="running", total=1, done=0, skipped=0, actor=Actor("a"),
        reason="", started_ms=1,
    )  # fmt: skip
    assert [now async for now in world.hands.carry_out(nobody)] == []
    await refuses(world, lambda world: world.hands.stop(nobody), "no operation 0000")
