"""The invented system: it is what its table says, it moves with its clock, and a million jobs cost nothing."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from admin_tui.demo import DemoWorld, FakeEngine
from admin_tui.demo.deep import Numbered
from admin_tui.demo.lane import Lane
from admin_tui.demo.words import HOSTILE
from engine import Chosen, Matching, Minute, QueueCounts, Snapshot, State
from engine.testing import FakeClock

pytestmark = pytest.mark.anyio


class Demo:
    """A demo with a clock that is moved by hand."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = FakeClock(1_790_000_000_000_000)
        self.world = DemoWorld(self.clock, random.Random(seed))
        self.engine: FakeEngine = self.world.engine

    async def after(self, seconds: float) -> Snapshot:
        """What is there so much later."""
        self.clock.advance(seconds)
        return await self.engine.snapshot()


async def test_the_system_has_something_of_everything() -> None:
    """Ten queues: one without workers, one paused, one held by its rate; two lost workers; four causes of failure."""
    demo = Demo()
    snapshot = await demo.after(2)
    assert len(snapshot.queues) == 10
    counts = {queue.name: queue.counts for queue in snapshot.queues}
    assert counts["sync_ads"].failed == 911
    assert counts["score_run"].paused
    assert counts["ingest_reviews"].waiting > 100_000
    limits = {queue.name: queue.limits for queue in snapshot.queues}
    assert limits["ingest_reviews"].rate.now == 10
    lost = [worker.label for worker in snapshot.workers if snapshot.at_ms - worker.seen > 12_000]
    assert sorted(lost) == ["ops-w9a", "ops-w9b"]
    assert "no worker" in (await demo.engine.explain("sync_ads")).verdict
    assert "paused" in (await demo.engine.explain("score_run")).verdict
    titles = [group.title for name in counts for group in await demo.engine.groups(name)]
    assert len({title for title in titles if title.split(":")[0] != "ValueError"}) == 4


async def test_it_works_as_time_passes() -> None:
    """Jobs come, start, end and are retried; no more run than there are places, none starts beyond the rate."""
    demo = Demo()
    first = await demo.after(1)
    later = await demo.after(30)
    names = [queue.name for queue in first.queues]
    done = {name: _of(later, name).completed - _of(first, name).completed for name in names}
    assert done["notify_email"] > 100
    assert 200 < done["ingest_reviews"] <= 10 * 30 + 5
    assert done["sync_ads"] == done["score_run"] == done["notify_push"] == 0
    assert _of(later, "sync_ads").waiting > _of(first, "sync_ads").waiting
    assert sum(minute.retried for minute in _minutes(later, "ingest_reviews")) > 0
    much_later = await demo.after(60)
    assert _of(much_later, "ingest_reviews").failed > _of(first, "ingest_reviews").failed
    places = {"ingest_reviews": 4, "export_pdf": 4, "notify_email": 16, "import_csv": 2}
    assert all(_of(later, name).active <= most for name, most in places.items())


async def test_the_same_seed_makes_the_same_world() -> None:
    """What a picture shows, another one shows again."""
    one, two = Demo(5), Demo(5)
    assert await one.after(10) == await two.after(10)
    assert await Demo(6).after(10) != await one.after(0)


async def test_a_long_gap_is_no_long_wait() -> None:
    """A machine that slept for a day wakes up to a minute of work."""
    demo = Demo()
    snapshot = await demo.after(86_400)
    assert snapshot.at_ms == 1_790_086_400_000


async def test_what_an_operator_does_has_its_effect() -> None:
    """A resumed queue is worked, a paused one is not; cancelled jobs end; a higher rate lets more start."""
    demo = Demo()
    await demo.engine.resume("score_run")
    await demo.engine.pause("notify_email")
    await demo.engine.set_limits("ingest_reviews", rate=1000, concurrency=100)
    running = (await demo.engine.window("export_pdf", "active", 10)).rows
    plan = await demo.engine.plan("export_pdf", "cancel", Chosen(running))
    before = await demo.after(0)
    operation = await demo.engine.apply(plan, plan.will)
    async for _ in demo.engine.carry_out(operation, per_s=1e9):
        pass
    after = await demo.after(20)
    assert _of(after, "score_run").active == 2
    assert _of(after, "notify_email").completed <= _of(before, "notify_email").completed + 16
    assert _of(after, "ingest_reviews").completed > _of(before, "ingest_reviews").completed + 220
    assert _of(after, "export_pdf").cancelled == len(running)


async def test_an_operation_that_nobody_carries_goes_on() -> None:
    """As a worker's sweeper does it: after five seconds of silence, batch by batch."""
    demo = Demo()
    plan = await demo.engine.plan("sync_ads", "trash", Matching("failed"))
    operation = await demo.engine.apply(plan, plan.will)
    assert (await demo.after(4)).queues
    still = await demo.engine.operation("sync_ads", operation.id)
    for _ in range(200):
        await demo.after(5)
    done = await demo.engine.operation("sync_ads", operation.id)
    assert still is not None
    assert done is not None
    assert (still.done, done.done, done.state) == (0, 911, "done")


async def test_a_million_jobs_cost_nothing_until_they_are_looked_at() -> None:
    """Any window of them is made in its place; memory does not know how many there are."""
    tracemalloc.start()
    try:
        demo = Demo()
        for rank in (0, 500_000, 999_900):
            window = await demo.engine.window("notify_email", "completed", 50, rank=rank)
            assert (window.first, len(window.rows)) == (rank, 50)
            assert window.total >= 1_000_000
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


async def test_deep_jobs_are_jobs() -> None:
    """They are shown, retried or trashed like any other, and leave their list by it."""
    demo = Demo()
    rows = (await demo.engine.window("notify_email", "completed", 3, rank=700_000)).rows
    detail = await demo.engine.job("notify_email", rows[1].id)
    assert detail is not None
    assert (detail.status.id, detail.status.state) == (rows[1].id, State.COMPLETED)
    plan = await demo.engine.plan("notify_email", "trash", Chosen(rows))
    operation = await demo.engine.apply(plan, 3)
    async for _ in demo.engine.carry_out(operation, per_s=1e9):
        pass
    assert {row.id for row in (await demo.engine.window("notify_email", "trash", 10)).rows} == {row.id for row in rows}
    there = (await demo.engine.window("notify_email", "completed", 3, rank=700_000)).rows
    assert not {row.id for row in there} & {row.id for row in rows}


async def test_some_texts_are_made_to_harm() -> None:
    """Ids, tenants, errors and payloads try all that a job may try."""
    demo = Demo()
    rows = (await demo.engine.window("import_csv", "failed", 50)).rows
    tenants = {row.tenant for row in rows}
    assert set(HOSTILE) <= tenants
    assert any("\x1b" in row.id for row in rows)
    assert any("\x1b" in (row.failed_reason or "") for row in rows)


async def test_secrets_are_taken_out_of_the_demo_too() -> None:
    """A token is shown only to who reveals it."""
    demo = Demo()
    row = (await demo.engine.window("ingest_reviews", "failed", 1)).rows[0]
    hidden, shown = await demo.engine.job("ingest_reviews", row.id), await demo.engine.reveal("ingest_reviews", row.id)
    assert hidden is not None
    assert shown is not None
    assert (hidden.redacted, "not-a-token" in hidden.payload) == (1, False)
    assert "not-a-token" in shown.payload


@pytest.mark.parametrize("gone", [[], [0, 1, 2], [5, 3, 9], list(range(10))])
def test_a_lane_has_real_and_deep_jobs_in_one_order(gone: list[int]) -> None:
    """Ranks, pages and removals agree, wherever the real ones lie between the deep ones."""
    deep = Numbered(count=10, job="a", state=State.COMPLETED, first_ms=1_000, every_ms=10, prefix="d")
    lane = Lane(deep)
    real = [(995, "x"), (1_000, "a"), (1_000, "z"), (1_045, "m"), (1_200, "y")]
    for key in real:
        lane.add(key)
    for number in gone:
        lane.remove(deep.key(number))
    lane.remove((1_200, "y"))
    expected = sorted([*real[:-1], *(deep.key(n) for n in range(10) if n not in gone)])
    assert len(lane) == len(expected)
    assert lane.page(0, 100) == expected
    assert [lane.page(n, 1)[0] for n in range(len(expected))] == expected
    assert [lane.rank(key) for key in expected] == list(range(len(expected)))
    assert [lane.find(f"d-{n:07d}") is None for n in range(10)] == [n in gone for n in range(10)]


def _of(snapshot: Snapshot, name: str) -> QueueCounts:
    queue = snapshot.queue(name)
    assert queue is not None
    return queue.counts


def _minutes(snapshot: Snapshot, name: str) -> list[Minute]:
    queue = snapshot.queue(name)
    assert queue is not None
    return [minute for minute in queue.minutes if minute is not None]
