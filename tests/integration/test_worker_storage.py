"""What is stored of jobs: many at once, the same id again, and how long ended ones stay."""

from __future__ import annotations

import pytest

from engine import Keep, PayloadError, SettingError, Spec, State, days
from tests.support.apps import Play
from tests.support.stage import open_stage
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio


async def test_many_at_once(redis_url: str, prefix: str) -> None:
    """A thousand jobs of one call are all stored, in order, and each runs exactly once."""
    async with open_stage(redis_url, prefix, keep_completed=Keep(days(1))) as stage:
        tickets = await stage.put_many(1_000, Play())
        assert [ticket.id for ticket in tickets] == [f"j{n}" for n in range(1_000)]
        assert all(ticket.created for ticket in tickets)
        await stage.start()

        async def completed() -> bool:
            return (await stage.inspector.counts("play")).completed == 1_000

        await eventually(completed, within_s=20)
        assert sorted(stage.ledger.ids("start")) == sorted(ticket.id for ticket in tickets)


async def test_one_bad_payload_stores_nothing(redis_url: str, prefix: str) -> None:
    """All payloads are checked before the first is sent; the error names the field."""
    async with open_stage(redis_url, prefix, group_by="tenantId") as stage:
        job = stage.app.queues["play"].find("play")
        for bad, named in ((Play(seconds="x"), "seconds"), (Play(tenant_id=""), "tenantId")):  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            with pytest.raises(PayloadError, match=named):
                await stage.client.enqueue_many(job, [Spec(Play(), "good"), Spec(bad, "bad")])
        assert await stage.client.status("play", "good") is None


@pytest.mark.parametrize("job_id", ["", "x" * 600, "\ud800"], ids=["empty", "long", "surrogate"])
async def test_an_id_that_cannot_be_stored(redis_url: str, prefix: str, job_id: str) -> None:
    """An id that is empty, too long or no text is refused before anything is sent."""
    async with open_stage(redis_url, prefix) as stage:
        with pytest.raises(SettingError, match="job id"):
            await stage.put(Play(), job_id)


async def test_a_live_id_is_answered(redis_url: str, prefix: str) -> None:
    """An id that waits or runs is not stored again: the ticket names its run, and tells another payload."""
    async with open_stage(redis_url, prefix) as stage:
        first = await stage.put(Play("wait"), "same")
        assert (first.created, first.same_payload) == (True, True)
        again = await stage.put(Play("wait"), "same")
        assert (again.created, again.run, again.same_payload) == (False, first.run, True)
        other = await stage.put(Play("ok"), "same")
        assert (other.created, other.run, other.same_payload) == (False, first.run, False)
        await stage.start()
        await stage.started("same")
        running = await stage.put(Play("wait"), "same")
        assert (running.created, running.state) == (False, State.ACTIVE)
        stage.scene.gate.set()
        await stage.ended(first)
        assert len(stage.ledger.read("start")) == 1


async def test_an_ended_id_runs_anew(redis_url: str, prefix: str) -> None:
    """An id whose run has completed or failed begins a new run, with nothing of the old one in its status."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        failed = await stage.put(Play("unrecoverable"), "same")
        await stage.ended(failed)
        second = await stage.put(Play(text="second"), "same")
        assert second.created
        assert second.run > failed.run
        status = await stage.ended(second)
        assert (status.state, status.attempts, status.failed_reason) == (State.COMPLETED, [], None)
        assert status.returnvalue["text"] == "second"
        counts = await stage.inspector.counts("play")
        assert (counts.completed, counts.failed) == (1, 0)


async def test_retention_by_count_and_age(redis_url: str, prefix: str) -> None:
    """Sweeps delete ended jobs past their number or age, oldest first, also while nothing else happens."""
    keep = {"keep_completed": Keep(days(1), count=5), "keep_failed": Keep(0.5)}
    async with open_stage(redis_url, prefix, sweep_s=0.1, **keep) as stage:  # type: ignore[arg-type]
        await stage.start()
        tickets = await stage.put_many(20, Play())
        failed = await stage.put(Play("unrecoverable"))

        async def pruned() -> list[str]:
            left = [ticket.id for ticket in tickets if await stage.client.status("play", ticket.id) is not None]
            gone = await stage.client.status("play", failed.id) is None
            return left if gone and len(left) <= 5 else []

        await stage.all_ended(tickets[-1:])
        left = await eventually(pruned)
        lines = (await stage.inspector.list("play", State.COMPLETED)).jobs
        assert sorted(line.id for line in lines) == sorted(left)
        assert len(left) == 5
