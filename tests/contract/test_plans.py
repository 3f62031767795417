"""Plans: which jobs an action would be done to, which not and why, and that nothing is changed by asking."""

from __future__ import annotations

import pytest

from engine import Action, Chosen, Listed, Matching, SettingError, State
from tests.contract.world import QUEUE, World

pytestmark = pytest.mark.anyio


async def test_a_plan_says_what_would_be_done_and_does_nothing(world: World) -> None:
    """The jobs are counted and sampled, their times span the plan, and all of them are where they were."""
    world.failed("f1", "f2", "f3", "f4")
    plan = await world.plan("retry", Matching("failed"))
    rows = await world.lines("failed")
    ends = [row.finished_on for row in rows if row.finished_on is not None]
    assert (plan.queue, plan.action, plan.will, plan.skipped) == (QUEUE, "retry", 4, {})
    assert set(plan.sample) < {"f1", "f2", "f3", "f4"}
    assert len(plan.sample) == 3
    assert (plan.oldest_ms, plan.newest_ms) == (min(ends), max(ends))
    assert plan.expires_ms - plan.made_ms == 600_000
    assert [row.id for row in rows] == ["f4", "f3", "f2", "f1"]
    assert (await world.hands.audit()).entries == []


CAN: list[tuple[Action, Listed, int, dict[str, int]]] = [
    ("retry", "failed", 2, {}),
    ("retry", "completed", 0, {"not failed": 2}),
    ("retry", "waiting", 0, {"not failed": 2}),
    ("cancel", "waiting", 2, {}),
    ("cancel", "failed", 0, {"ended": 2}),
    ("promote", "delayed", 2, {}),
    ("promote", "waiting", 0, {"not delayed": 2}),
    ("trash", "completed", 2, {}),
    ("trash", "failed", 2, {}),
    ("trash", "waiting", 0, {"not ended": 2}),
    ("restore", "completed", 0, {"not trashed": 2}),
    ("delete", "completed", 2, {}),
    ("delete", "waiting", 0, {"not ended": 2}),
]


@pytest.mark.parametrize(("action", "listed", "will", "skipped"), CAN)
async def test_an_action_is_for_jobs_of_its_states(
    world: World, action: Action, listed: Listed, will: int, skipped: dict[str, int]
) -> None:
    """The others are counted by the reason for which they are left alone."""
    match listed:
        case "completed":
            world.completed("a", "b")
        case "failed":
            world.failed("a", "b")
        case _:
            world.put("a", "b", delay_s=3600 if listed == "delayed" else 0)
    plan = await world.plan(action, Chosen(await world.lines(listed)))
    assert (plan.will, plan.skipped) == (will, skipped)


async def test_jobs_that_run_can_be_cancelled(world: World) -> None:
    """They are told; they are active until they listen."""
    world.active("a")
    operation = await world.act("cancel", "active")
    assert (operation.done, operation.skipped) == (1, 0)
    detail = await world.detail("a")
    assert (detail.status.state, detail.status.cancel_requested) == (State.ACTIVE, True)


async def test_jobs_in_the_trash_are_only_restored_or_deleted(world: World) -> None:
    """A retry of them is skipped, whatever their state was."""
    world.failed("a", "b")
    await world.act("trash", "failed")
    rows = await world.lines("trash")
    assert (await world.plan("retry", Chosen(rows))).skipped == {"trashed": 2}
    assert (await world.plan("trash", Chosen(rows))).skipped == {"trashed": 2}
    assert (await world.plan("restore", Chosen(rows))).will == 2
    assert (await world.plan("delete", Matching("trash"))).will == 2


async def test_a_job_of_another_run_is_not_meant(world: World) -> None:
    """What was seen is what is meant: a job that has run anew is skipped, and so is one that is gone."""
    world.failed("again", "gone", "same")
    seen = await world.lines("failed")
    world.failed("again", message="once more")
    await world.done(await world.plan("delete", Chosen([row for row in seen if row.id == "gone"])))
    plan = await world.plan("retry", Chosen(seen))
    assert (plan.will, plan.skipped, plan.sample) == (1, {"gone": 1, "other run": 1}, ["same"])


async def test_a_job_that_runs_already_is_said_to(world: World) -> None:
    """A failed job whose id was enqueued anew needs no retry."""
    world.failed("a")
    seen = await world.lines("failed")
    world.put("a")
    assert (await world.plan("retry", Chosen(seen))).skipped == {"runs already": 1}


async def test_a_job_in_another_state_than_seen_is_skipped(world: World) -> None:
    """Cancelling what was seen to wait does nothing to what has started."""
    world.put("a")
    seen = await world.lines("waiting")
    assert world.start() == ["a"]
    assert (await world.plan("cancel", Chosen(seen))).skipped == {"other state": 1}


async def test_a_job_named_twice_is_meant_once(world: World) -> None:
    """The number to confirm is that of jobs."""
    world.failed("a")
    [row] = await world.lines("failed")
    assert (await world.plan("retry", Chosen([row, row]))).will == 1


async def test_only_those_that_match_are_meant(world: World) -> None:
    """A query picks from the list; the plan says what was asked for."""
    world.failed("f1", "f2", tenant="t1")
    world.failed("f3", tenant="t2")
    plan = await world.plan("retry", Matching("failed", "tenant:t1"))
    assert (plan.will, sorted(plan.sample)) == (2, ["f1", "f2"])
    assert "tenant:t1" in plan.selection
    await world.done(plan)
    assert await world.ids("failed") == ["f3"]


async def test_more_jobs_than_a_call_takes_are_one_plan(world: World) -> None:
    """A plan has as many jobs as match, and an operation does them all."""
    world.put(*(f"j{n:03}" for n in range(620)))
    plan = await world.plan("cancel", Matching("waiting"))
    assert plan.will == 620
    operation = await world.done(plan)
    assert (operation.state, operation.done, operation.skipped) == ("done", 620, 0)
    counts = (await world.hands.window(QUEUE, "cancelled", 1)).total
    assert counts == 620


async def test_a_plan_must_be_confirmed_with_its_number(world: World) -> None:
    """Another number is refused, and nothing is done."""
    world.failed("a", "b")
    plan = await world.plan("retry", Matching("failed"))
    with pytest.raises(SettingError, match="2"):
        await world.hands.apply(plan, 3)
    assert len(await world.ids("failed")) == 2


async def test_a_plan_without_jobs_cannot_be_applied(world: World) -> None:
    """There is nothing to do, and nothing to write down."""
    plan = await world.plan("retry", Matching("failed"))
    assert (plan.will, plan.sample, plan.oldest_ms) == (0, [], None)
    with pytest.raises(SettingError):
        await world.hands.apply(plan, 0)
    assert (await world.hands.audit()).entries == []


async def test_a_plan_expires(world: World) -> None:
    """After ten minutes nobody knows whether it still says what is."""
    world.failed("a")
    plan = await world.plan("retry", Matching("failed"))
    world.player.expire(plan)
    with pytest.raises(SettingError, match="expired"):
        await world.hands.apply(plan, 1)
    assert await world.ids("failed") == ["a"]


async def test_a_plan_is_applied_once(world: World) -> None:
    """Sent twice it is the same operation, which is in the book once."""
    world.failed("a")
    plan = await world.plan("retry", Matching("failed"))
    first = await world.hands.apply(plan, 1)
    second = await world.hands.apply(plan, 1)
    assert (first.id, first.started_ms) == (second.id, second.started_ms)
    assert len((await world.hands.audit()).entries) == 1


async def test_a_plan_warns_of_jobs_that_will_only_wait(world: World) -> None:
    """A retry says so if nobody works the queue, or if it is paused; a trash has nothing to warn of."""
    world.failed("a")
    await world.hands.pause(QUEUE)
    plan = await world.plan("retry", Matching("failed"))
    assert [("no workers" in text, "paused" in text) for text in plan.warnings] == [(True, False), (False, True)]
    assert (await world.plan("trash", Matching("failed"))).warnings == []
    await world.hands.resume(QUEUE)
    world.beat("w1", [QUEUE], {QUEUE: 4})
    assert (await world.plan("retry", Matching("failed"))).warnings == []


@pytest.mark.parametrize(
    ("action", "listed", "undo"),
    [
        ("retry", "failed", "15 min, for the jobs that have not started"),
        ("trash", "failed", "24 h"),
        ("delete", "failed", "none: they are gone for good"),
    ],
)
async def test_a_plan_says_how_far_it_can_be_undone(world: World, action: Action, listed: Listed, undo: str) -> None:
    """Before anything is done."""
    world.failed("a")
    assert (await world.plan(action, Matching(listed))).undo == undo
