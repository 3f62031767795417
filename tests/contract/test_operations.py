"""Operations: carried out batch by batch, stopped, taken back, and written down."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from engine import Chosen, Listed, Matching, SettingError, State
from tests.contract.world import OTHER, QUEUE, World

pytestmark = pytest.mark.anyio

MANY = [f"j{n:03}" for n in range(600)]


async def test_retried_jobs_wait_as_new_runs(world: World) -> None:
    """With all their attempts, under their ids; they leave the failed ones and their group."""
    world.failed("a", "b")
    before = {row.id: row.run for row in await world.lines("failed")}
    operation = await world.act("retry", "failed", "the api is back")
    assert (operation.state, operation.total, operation.done, operation.skipped) == ("done", 2, 2, 0)
    assert (operation.reason, operation.action, operation.left) == ("the api is back", "retry", 0)
    rows = await world.lines("waiting")
    assert sorted(row.id for row in rows) == ["a", "b"]
    assert all(row.run > before[row.id] and row.attempts_made == 0 for row in rows)
    assert [group.jobs for group in await world.hands.groups(QUEUE)] in ([0], [])


async def test_progress_is_told_batch_by_batch(world: World) -> None:
    """Each is at least as far as the one before, the last is done."""
    world.put(*MANY)
    plan = await world.plan("cancel", Matching("waiting"))
    operation = await world.hands.apply(plan, 600)
    assert (operation.state, operation.done, operation.left) == ("running", 0, 600)
    told = [now async for now in world.hands.carry_out(operation, per_s=1e6)]
    assert [now.done for now in told] == sorted(now.done for now in told)
    assert len(told) > 1
    assert (told[-1].state, told[-1].done, told[-1].left) == ("done", 600, 0)
    assert told[-1].ended_ms is not None
    assert await world.hands.operation(QUEUE, operation.id) == told[-1]


async def test_a_job_that_has_changed_since_the_plan_is_skipped(world: World) -> None:
    """Never hit: counted, and left as it is."""
    world.failed("a", "b", "c")
    plan = await world.plan("retry", Matching("failed"))
    await world.done(await world.plan("trash", Chosen([row for row in await world.lines("failed") if row.id == "a"])))
    world.completed("b")
    operation = await world.done(plan)
    assert (operation.done, operation.skipped, operation.total) == (1, 2, 3)
    assert (await world.ids("trash"), await world.ids("completed"), await world.ids("waiting")) == (["a"], ["b"], ["c"])


async def test_two_operators_on_the_same_jobs_do_each_once(world: World) -> None:
    """What the first has retried is no longer as the second saw it."""
    world.failed("a", "b")
    mine, theirs = await world.plan("retry", Matching("failed")), await world.plan("retry", Matching("failed"))
    first, second = await world.done(mine), await world.done(theirs)
    assert (first.done, first.skipped, second.done, second.skipped) == (2, 0, 0, 2)
    assert sorted(await world.ids("waiting")) == ["a", "b"]


async def test_a_stopped_operation_leaves_the_rest(world: World) -> None:
    """What is done is done, and nothing more is begun; what was done can be taken back."""
    world.put(*MANY)
    operation = await world.hands.apply(await world.plan("cancel", Matching("waiting")), 600)
    async with aclosing(world.hands.carry_out(operation, per_s=1e6)) as batches:
        first = await anext(batches)
    stopped = await world.hands.stop(first)
    assert stopped.state == "stopped"
    assert 0 < stopped.done < 600
    again = [now async for now in world.hands.carry_out(stopped, per_s=1e6)]
    assert {(now.state, now.done) for now in again} <= {("stopped", stopped.done)}
    assert (await world.hands.window(QUEUE, "cancelled", 1)).total == stopped.done
    assert (await world.hands.undo(stopped)).will == stopped.done


async def test_a_retry_is_taken_back_exactly(world: World) -> None:
    """The jobs are failed again: the same runs, ends, errors, attempts and group."""
    world.failed("a", message="page 7 is missing")
    before = await world.detail("a")
    row = await world.lines("failed")
    operation = await world.act("retry", "failed")
    assert await world.ids("failed") == []
    plan = await world.hands.undo(operation)
    assert (plan.action, plan.will, plan.skipped) == ("undo", 1, {})
    undo = await world.done(plan)
    assert (undo.action, undo.done, undo.undo_until_ms) == ("undo", 1, 0)
    assert await world.lines("failed") == row
    after = await world.detail("a")
    assert (after.status, after.group) == (before.status, before.group)
    assert [group.jobs for group in await world.hands.groups(QUEUE)] == [1]
    undone = await world.hands.operation(QUEUE, operation.id)
    assert undone is not None
    assert undone.state == "undone"


async def test_jobs_that_have_started_stay(world: World) -> None:
    """An undo is for those that have not; the others are skipped and said to have started."""
    world.failed("a", "b")
    operation = await world.act("retry", "failed")
    [started] = world.start()
    plan = await world.hands.undo(operation)
    assert (plan.will, plan.skipped) == (1, {"started": 1})
    undo = await world.done(plan)
    assert undo.done == 1
    assert await world.ids("active") == [started]


async def test_an_undo_skips_what_starts_meanwhile(world: World) -> None:
    """Between the plan and its batch too."""
    world.failed("a", "b")
    operation = await world.act("retry", "failed")
    plan = await world.hands.undo(operation)
    assert len(world.start(2)) == 2
    undo = await world.done(plan)
    assert (undo.done, undo.skipped) == (0, 2)


@pytest.mark.parametrize("listed", ["waiting", "delayed"])
async def test_a_cancel_is_taken_back(world: World, listed: Listed) -> None:
    """The job is waiting or delayed again, as the run that it was."""
    world.put("a", delay_s=3600 if listed == "delayed" else 0)
    before = await world.lines(listed)
    operation = await world.act("cancel", listed)
    assert (await world.detail("a")).status.state is State.CANCELLED
    await world.done(await world.hands.undo(operation))
    assert await world.lines(listed) == before
    assert await world.ids("cancelled") == []


async def test_a_promote_is_taken_back(world: World) -> None:
    """The job is delayed again, until the time that it had."""
    world.put("a", delay_s=3600)
    before = await world.lines("delayed")
    operation = await world.act("promote", "delayed")
    assert await world.ids("waiting") == ["a"]
    await world.done(await world.hands.undo(operation))
    assert await world.lines("delayed") == before
    assert await world.ids("waiting") == []


async def test_the_trash_is_taken_back_and_so_is_a_restore(world: World) -> None:
    """Jobs come back to where they ended, in their order."""
    world.failed("f1", "f2", "f3")
    before = await world.lines("failed")
    trash = await world.act("trash", "failed")
    assert (await world.ids("failed"), sorted(await world.ids("trash"))) == ([], ["f1", "f2", "f3"])
    detail = await world.detail("f1")
    assert (detail.status.state, detail.trashed_on is not None) == (State.FAILED, True)
    assert [group.jobs for group in await world.hands.groups(QUEUE)] in ([0], [])
    await world.done(await world.hands.undo(trash))
    assert await world.lines("failed") == before
    assert [group.jobs for group in await world.hands.groups(QUEUE)] == [3]
    await world.act("trash", "failed")
    restore = await world.act("restore", "trash")
    assert await world.lines("failed") == before
    await world.done(await world.hands.undo(restore))
    assert (await world.ids("failed"), len(await world.ids("trash"))) == ([], 3)


async def test_what_is_deleted_is_gone(world: World) -> None:
    """No record, no list, no undo."""
    world.completed("a")
    operation = await world.act("delete", "completed")
    assert (operation.done, operation.undo_until_ms) == (1, 0)
    assert await world.hands.job(QUEUE, "a") is None
    with pytest.raises(SettingError, match="cannot be taken back"):
        await world.hands.undo(operation)


async def test_an_undo_is_done_once(world: World) -> None:
    """Neither the undone operation nor its undo can be taken back."""
    world.failed("a")
    operation = await world.act("trash", "failed")
    undo = await world.done(await world.hands.undo(operation))
    undone = await world.hands.operation(QUEUE, operation.id)
    assert undone is not None
    for each in (undone, undo):
        with pytest.raises(SettingError, match="cannot be taken back"):
            await world.hands.undo(each)


async def test_an_operation_under_way_is_not_taken_back(world: World) -> None:
    """It is stopped first."""
    world.failed("a")
    operation = await world.hands.apply(await world.plan("trash", Matching("failed")), 1)
    with pytest.raises(SettingError, match="stop it first"):
        await world.hands.undo(operation)


async def test_the_time_to_undo_ends(world: World) -> None:
    """15 minutes after a retry nothing of it is taken back."""
    world.failed("a")
    operation = await world.act("retry", "failed")
    assert operation.undo_until_ms > operation.started_ms
    world.player.age(operation)
    with pytest.raises(SettingError):
        await world.done(await world.hands.undo(operation))
    assert await world.ids("waiting") == ["a"]


async def test_an_operation_is_of_its_queue(world: World) -> None:
    """Nobody finds it elsewhere, and an id of none is none."""
    world.failed("a")
    operation = await world.act("trash", "failed")
    assert await world.hands.operation(QUEUE, operation.id) == operation
    assert await world.hands.operation(OTHER, operation.id) is None
    assert await world.hands.operation(QUEUE, "p-none") is None


async def test_a_trashed_id_can_be_enqueued_anew(world: World) -> None:
    """The new run is live, and the trash holds it no longer."""
    world.failed("a")
    await world.act("trash", "failed")
    world.put("a")
    assert (await world.ids("trash"), await world.ids("waiting")) == ([], ["a"])
    assert (await world.detail("a")).trashed_on is None
