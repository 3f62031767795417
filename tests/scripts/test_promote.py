"""Due jobs: acquire makes them wait, in the order of their times, before it hands anything over."""

from __future__ import annotations

import pytest

from tests.support.queue import Rig


@pytest.mark.parametrize("places", [1, 10])
def test_due_jobs_wait_their_turn_and_the_rest_is_timed(rig: Rig, places: int) -> None:
    """A delayed job is handed over once its time has come, never before, and `wait_ms` says when that is."""
    rig.enqueue("late", delay_s=5)
    assert rig.acquire(places).wait_ms in (5000, 5001)
    rig.clock.advance(4.999)
    assert rig.take(places) == []
    rig.clock.advance(0.002)
    acquired = rig.acquire(places)
    assert [d.id for d in acquired.deliveries] == ["late"]
    assert acquired.wait_ms is None
    assert ("promote", "late") in rig.events()


def test_due_jobs_are_promoted_in_small_batches(rig: Rig) -> None:
    """One call promotes 250 and asks to come back at once; the jobs wait in the order of their due times."""
    for n in range(3):
        rig.enqueue(*(f"{n}-{i}" for i in range(200)), delay_s=3 - n)
    rig.clock.advance(10)
    first = rig.acquire(1)
    assert first.wait_ms == 0
    assert (rig.counts().waiting, rig.counts().delayed) == (249, 350)
    assert [rig.acquire(0).wait_ms, rig.acquire(0).wait_ms] == [0, None]
    order = ["2", "1", "0"]
    assert [job_id[0] for job_id in rig.waiting_in("ready")] == [n for n in order for _ in range(200)]


def test_a_paused_queue_still_promotes(rig: Rig) -> None:
    """Due jobs wait although nothing is handed over, so that their order is that of their times."""
    rig.enqueue("a", delay_s=1)
    rig.pause()
    rig.clock.advance(2)
    assert rig.acquire().wait_ms is None
    assert rig.waiting_in("ready") == ["a"]


def test_a_due_id_without_a_record_is_dropped(rig: Rig) -> None:
    """An id in `delayed` whose record is gone or no longer delayed starts nothing and stops nobody."""
    rig.enqueue("gone", "good", delay_s=1)
    rig.command("DEL", rig.keys.job + "gone")
    rig.enqueue("waits")
    rig.command("ZADD", rig.keys.delayed, 1, "waits")
    rig.clock.advance(2)
    assert sorted(d.id for d in rig.take()) == ["good", "waits"]
