"""Plans and operations on a real queue: what was seen is what is changed, once, by whoever goes on with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from engine import Actor, Chosen, Inspector, JobLine, Matching, Operation, Plan, SettingError, State
from engine.streams import Call, Store
from engine.streams.call import Arg
from engine.streams.commands import acquire
from tests.support.apps import Play
from tests.support.stage import Plain, Stage, open_stage
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(redis_url: str, prefix: str) -> AsyncGenerator[Stage]:
    """A queue without a worker until one is started."""
    async with open_stage(redis_url, prefix, concurrency=20, sweep_s=0.2) as stage:
        yield stage


async def failed(stage: Stage, count: int) -> list[JobLine]:
    """So many jobs that have failed; no worker runs then."""
    await stage.start()
    tickets = await stage.put_many(count, Play("unrecoverable"))
    await stage.all_ended(tickets)
    await stage.stop()
    return [job async for job in stage.inspector.jobs("play", State.FAILED)]


async def to_the_end(inspector: Inspector, operation: Operation, per_s: float = 0) -> Operation:
    """The operation, carried out."""
    last = operation
    async for now in inspector.carry_out(operation, per_s):
        last = now
    return last


async def done(inspector: Inspector, plan: Plan, reason: str = "") -> Operation:
    """The plan, applied and carried out."""
    return await to_the_end(inspector, await inspector.apply(plan, plan.will, reason))


def figures(operation: Operation) -> tuple[str, int, int, int]:
    """Its state, and how many were meant, done and skipped."""
    return operation.state, operation.total, operation.done, operation.skipped


async def test_a_retry_by_plan_is_in_the_book(stage: Stage) -> None:
    """Who, why, on what, how far; the jobs wait again."""
    await failed(stage, 3)
    async with stage.app.inspect(stage.settings, actor=Actor("ana", "ops1", "test 1")) as inspector:
        plan = await inspector.plan("play", "retry", Matching("failed"))
        assert (plan.will, plan.skipped, plan.selection) == (3, {}, "all failed")
        assert plan.warnings == ["play has no workers: the jobs will only wait"]
        assert (await inspector.counts("play")).failed == 3
        operation = await done(inspector, plan, "incident 4411")
    assert figures(operation) == ("done", 3, 3, 0)
    assert (await stage.inspector.counts("play")).waiting == 3
    (entry,) = (await stage.inspector.audit()).entries
    assert (entry.verb, entry.target, entry.reason) == ("retry", "all failed", "incident 4411")
    assert (entry.actor, entry.operation) == (Actor("ana", "ops1", "test 1"), operation)
    assert await stage.inspector.operations("play") == [operation]
    assert await stage.inspector.operation("play", operation.id) == operation
    assert await stage.inspector.operation("play", "none") is None


async def test_what_changed_since_it_was_seen_is_skipped(stage: Stage) -> None:
    """Between the look and the plan, and between the plan and its batch: another run is never hit."""
    first, second, third = await failed(stage, 3)
    await stage.inspector.requeue("play", first.id)
    plan = await stage.inspector.plan("play", "trash", Chosen([first, second, third]))
    assert (plan.will, plan.skipped) == (2, {"other run": 1})
    await stage.inspector.requeue("play", second.id)
    assert figures(await done(stage.inspector, plan)) == ("done", 2, 1, 1)
    counts = await stage.inspector.counts("play")
    assert (counts.waiting, counts.failed) == (2, 0)


async def test_two_operators_retry_the_same_jobs(stage: Stage) -> None:
    """At the same time: each job is retried once, and counted once."""
    await failed(stage, 120)
    async with stage.app.inspect(stage.settings) as other:
        plans = [await each.plan("play", "retry", Matching("failed")) for each in (stage.inspector, other)]
        one, two = await asyncio.gather(done(stage.inspector, plans[0]), done(other, plans[1]))
    assert (one.state, two.state) == ("done", "done")
    assert (one.done + two.done, one.skipped + two.skipped) == (120, 120)
    counts = await stage.inspector.counts("play")
    assert (counts.waiting, counts.failed) == (120, 0)


async def test_two_drivers_of_one_operation(stage: Stage) -> None:
    """One changes the jobs, the other watches; both tell of the end, and nothing is counted twice."""
    await failed(stage, 120)
    plan = await stage.inspector.plan("play", "retry", Matching("failed"))
    operation = await stage.inspector.apply(plan, 120)
    async with stage.app.inspect(stage.settings) as other:
        ends = await asyncio.gather(to_the_end(stage.inspector, operation, 1_000), to_the_end(other, operation, 1_000))
    assert [figures(end) for end in ends] == [("done", 120, 120, 0)] * 2
    verbs = [event.verb for event in (await stage.inspector.events("play", limit=1_000)).events]
    assert verbs.count("requeue") == 120


async def test_a_plan_needs_its_number_and_its_time(stage: Stage) -> None:
    """Another number, none at all, or a plan that Redis has let go of: SettingError, and nothing happens."""
    await failed(stage, 2)
    plan = await stage.inspector.plan("play", "retry", Matching("failed"))
    with pytest.raises(SettingError, match="the plan has 2 jobs, not 3"):
        await stage.inspector.apply(plan, 3)
    empty = await stage.inspector.plan("play", "promote", Matching("delayed"))
    with pytest.raises(SettingError, match="the plan has no jobs"):
        await stage.inspector.apply(empty, 0)
    with Plain(stage.settings.redis_url) as redis:
        redis.command("DEL", stage.keys().frozen + plan.id, stage.keys().operation + plan.id)
    with pytest.raises(SettingError, match="has expired: plan again"):
        await stage.inspector.apply(plan, 2)
    assert (await stage.inspector.counts("play")).failed == 2
    assert (await stage.inspector.audit()).entries == []


async def test_a_worker_goes_on_when_its_driver_is_gone(stage: Stage) -> None:
    """Cut off midway: after 5 s of silence a worker does the rest, at the same pace, and each job once."""
    await failed(stage, 130)
    plan = await stage.inspector.plan("play", "trash", Matching("failed"))
    operation = await stage.inspector.apply(plan, 130)
    async with stage.app.inspect(stage.settings) as other:
        driver = asyncio.create_task(anext(other.carry_out(operation, 50)))
        assert (await driver).done == 25
    await stage.start()

    async def ended() -> Operation | None:
        found = await stage.inspector.operation("play", operation.id)
        assert found is not None
        return found if found.state != "running" else None

    assert figures(await eventually(ended, within_s=30)) == ("done", 130, 130, 0)
    assert (await stage.inspector.counts("play")).failed == 0
    assert [entry.verb for entry in (await stage.inspector.audit()).entries] == ["trash"]


@pytest.mark.parametrize("started", [0, 3, 6])
async def test_undo_means_those_that_have_not_started(stage: Stage, started: int) -> None:
    """None, half or all of them: the others are where they were, exactly, and it is undone only once."""
    lines = await failed(stage, 6)
    retried = await done(stage.inspector, await stage.inspector.plan("play", "retry", Matching("failed")))
    with Plain(stage.settings.redis_url) as redis:
        taken = redis.run(acquire(stage.keys(), 0, "w1", started, alone=True)).deliveries if started else []
    assert len(taken) == started
    plan = await stage.inspector.undo(retried)
    assert (plan.action, plan.will, plan.skipped) == ("undo", 6 - started, {"started": started} if started else {})
    if plan.will:
        assert figures(await done(stage.inspector, plan)) == ("done", plan.will, plan.will, 0)
        undone = await stage.inspector.operation("play", retried.id)
        assert undone is not None
        assert undone.state == "undone"
        with pytest.raises(SettingError, match="cannot be taken back"):
            await stage.inspector.undo(undone)
    if not started:
        assert [job async for job in stage.inspector.jobs("play", State.FAILED)] == lines


async def test_trash_restore_and_delete(stage: Stage) -> None:
    """Into the trash and back by undo; deleted for good, which nothing undoes."""
    lines = await failed(stage, 3)
    inspector = stage.inspector
    trashed = await done(inspector, await inspector.plan("play", "trash", Matching("failed")))
    assert [job async for job in inspector.jobs("play", State.FAILED)] == []
    assert figures(await done(inspector, await inspector.undo(trashed))) == ("done", 3, 3, 0)
    assert [job async for job in inspector.jobs("play", State.FAILED)] == lines
    await done(inspector, await inspector.plan("play", "trash", Chosen(lines[:1])))
    restored = await done(inspector, await inspector.plan("play", "restore", Matching("trash")))
    assert figures(restored) == ("done", 1, 1, 0)
    deleted = await done(inspector, await inspector.plan("play", "delete", Chosen(lines)))
    assert (figures(deleted), deleted.undo_until_ms) == (("done", 3, 3, 0), 0)
    with pytest.raises(SettingError, match="cannot be taken back"):
        await inspector.undo(deleted)


async def test_cancel_and_promote_can_be_taken_back(stage: Stage) -> None:
    """Waiting and delayed jobs are back where they were."""
    await stage.put_many(2, Play())
    later = await stage.put(Play(), "later", delay_s=3600)
    inspector = stage.inspector
    promoted = await done(inspector, await inspector.plan("play", "promote", Matching("delayed")))
    assert (await inspector.counts("play")).waiting == 3
    await done(inspector, await inspector.undo(promoted))
    assert (await stage.status(later)).state is State.DELAYED
    cancelled = await done(inspector, await inspector.plan("play", "cancel", Matching("waiting")))
    assert figures(cancelled) == ("done", 2, 2, 0)
    plan = await inspector.undo(cancelled)
    assert plan.warnings == ["play has no workers: the jobs will only wait"]
    assert figures(await done(inspector, plan)) == ("done", 2, 2, 0)
    counts = await inspector.counts("play")
    assert (counts.waiting, counts.delayed, counts.cancelled) == (2, 1, 0)


async def test_a_running_job_that_is_cancelled_by_plan_cannot_be_taken_back(stage: Stage) -> None:
    """It was told to stop: that counts as done, and undo skips it."""
    await stage.start()
    ticket = await stage.put(Play("wait"), "a")
    await stage.started("a")
    operation = await done(stage.inspector, await stage.inspector.plan("play", "cancel", Matching("active")))
    assert figures(operation) == ("done", 1, 1, 0)
    assert (await stage.ended(ticket)).state is State.CANCELLED
    plan = await stage.inspector.undo(operation)
    assert (plan.will, plan.skipped) == (0, {"changed": 1})


async def test_a_stopped_operation_leaves_the_rest(stage: Stage) -> None:
    """What was done is kept, and can be taken back; while it is under way, it cannot."""
    await failed(stage, 120)
    inspector = stage.inspector
    operation = await inspector.apply(await inspector.plan("play", "retry", Matching("failed")), 120)
    progress = inspector.carry_out(operation, 100)
    first = await anext(progress)
    with pytest.raises(SettingError, match="stop it first"):
        await inspector.undo(first)
    stopped = await inspector.stop(operation)
    assert [now.state async for now in progress] == ["stopped"]
    assert figures(stopped) == ("stopped", 120, 25, 0)
    assert [entry.verb for entry in (await inspector.audit()).entries] == ["stop", "retry"]
    assert (await inspector.undo(stopped)).will == 25
    with pytest.raises(SettingError, match="has no operation none"):
        await inspector.stop(replace(operation, id="none"))


async def test_a_paused_queue_is_a_warning(stage: Stage) -> None:
    """And so is one without workers."""
    await failed(stage, 1)
    await stage.inspector.pause("play")
    plan = await stage.inspector.plan("play", "retry", Matching("failed"))
    assert plan.warnings == [
        "play has no workers: the jobs will only wait",
        "play is paused: the jobs will only wait",
    ]
    assert (await stage.inspector.plan("play", "trash", Matching("failed"))).warnings == []


async def test_a_pace_is_kept_and_checked(stage: Stage) -> None:
    """Batches of half a second's worth; less than one job a second is no pace."""
    await failed(stage, 8)
    operation = await stage.inspector.apply(await stage.inspector.plan("play", "trash", Matching("failed")), 8)
    with pytest.raises(SettingError, match="at least 1 job a second"):
        await anext(stage.inspector.carry_out(operation, 0.5))
    assert [now.done async for now in stage.inspector.carry_out(operation, 8)] == [4, 8]


async def test_every_direct_change_is_in_the_book(stage: Stage) -> None:
    """One job or a queue, with the values before and after; a look at secrets too."""
    inspector = stage.inspector
    (first, *_) = await failed(stage, 1)
    await inspector.requeue("play", first.id, "again")
    await inspector.cancel("play", first.id)
    await stage.put(Play(), "later", delay_s=3600)
    await inspector.promote("play", "later")
    await inspector.pause("play", "incident")
    await inspector.resume("play")
    await inspector.set_limits("play", "slower", rate=20)
    await inspector.reset_limits("play")
    await inspector.clean("play", 3600, [State.FAILED])
    await inspector.reveal("play", first.id, "who is it")
    page = await inspector.audit(limit=5)
    assert page.before is not None
    entries = [*page.entries, *(await inspector.audit(page.before)).entries]
    assert [(entry.verb, entry.target, entry.reason) for entry in reversed(entries)] == [
        ("retry", first.id, "again"),
        ("cancel", first.id, ""),
        ("promote", "later", ""),
        ("pause", "", "incident"),
        ("resume", "", ""),
        ("limit", "", "slower"),
        ("limit", "", ""),
        ("clean", "", ""),
        ("reveal", first.id, "who is it"),
    ]
    assert entries[3].detail == "rate: none -> 20, burst: 1 -> 2"
    assert entries[1].detail == "failed that ended 3600 s ago or earlier"
    assert {entry.actor for entry in entries} == {inspector.actor}
    with pytest.raises(SettingError, match="give what a page of the book has"):
        await inspector.audit("yesterday")


async def test_the_book_has_a_change_before_it_is_made(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is changed without a plan, its entry is sent first."""
    await stage.put(Play(), "a")
    await stage.put(Play(), "later", delay_s=3600)
    sent = list[str]()
    enqueue = Store._enqueue  # pyright: ignore[reportPrivateUsage] - all that is sent goes through it

    def note(store: Store, words: Sequence[Arg], call: Call[Any] | None) -> asyncio.Future[Any]:
        sent.append(call.script.name if call else "")
        return enqueue(store, words, call)

    monkeypatch.setattr(Store, "_enqueue", note)
    await stage.inspector.cancel("play", "a")
    await stage.inspector.requeue("play", "a")
    await stage.inspector.promote("play", "later")
    await stage.inspector.pause("play")
    await stage.inspector.set_limits("play", rate=20)
    await stage.inspector.clean("play", 3600)
    changes = {"cancel", "requeue", "control", "prune"}
    assert [name for name in sent if name in changes | {"book"}] == [
        *("book", "cancel"),
        *("book", "requeue"),
        *("book", "requeue"),
        *("book", "control"),
        *("book", "control"),
        *("book", "prune"),
    ]


async def test_a_viewer_has_no_hands(stage: Stage) -> None:
    """It sees what an inspector sees, and has nothing to change it by."""
    await stage.put(Play(), "a")
    async with stage.app.view(stage.settings) as viewer:
        assert (await viewer.counts("play")).waiting == 1
        for name in ("plan", "apply", "pause", "requeue", "reveal", "set_limits"):
            assert not hasattr(viewer, name)
