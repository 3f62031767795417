"""When reclaim takes nothing."""

from __future__ import annotations

import pytest

from engine.streams import GROUP
from tests.support.queue import Rig


def test_a_short_backward_step_closes_the_gate_too(rig: Rig) -> None:
    """The last sweep lies in the future, what closed the gate before it in the past: the living have a lease's time."""
    rig.enqueue("a")
    (living,) = rig.take()
    rig.sweep_for(60, living)
    rig.clock.advance(-20)
    assert rig.reclaim().closed_ms == 15_000
    assert rig.sweep_for(40, living).jobs == []


def test_a_sweep_restores_a_page_of_leases(rig: Rig) -> None:
    """A group that was made anew knows of none: 80 a call begin again, the next calls bring the others."""
    rig.enqueue(*map(str, range(100)))
    rig.take(100)
    rig.command("XGROUP", "DESTROY", rig.keys.ready, GROUP)
    rig.configure()
    restored = []
    for _ in range(2):
        rig.reclaim()
        restored.append(len(rig.pending("ready")))
    assert restored == [80, 100]


def test_a_lease_that_is_restored_lengthens_no_other(rig: Rig) -> None:
    """One lease was lost, the other ran on all the time: it ends when it would have ended."""
    rig.enqueue("lost", "ran")
    rig.take()
    rig.sweep_for(10)
    rig.command("XACK", rig.keys.ready, GROUP, rig.record("lost")["at"].split()[1])
    assert rig.sweep_for(7.5).jobs == [("reclaim", "ran")]
    assert rig.sweep_for(12.5).jobs == [("reclaim", "lost")]


def hand_to_the_dead(rig: Rig, stream: str) -> None:
    """What waits in the stream is delivered to a consumer that is never heard of again, and not by acquire."""
    rig.command("XREADGROUP", "GROUP", GROUP, "w9", "STREAMS", getattr(rig.keys, stream), ">")
    rig.stamp_pending(stream)


@pytest.mark.parametrize(("stream", "same_entry"), [("ready", False), ("again", True)])
def test_a_copied_entry_costs_the_running_job_nothing(rig: Rig, stream: str, *, same_entry: bool) -> None:
    """Only the entry that `active` names, in its stream, is the job's lease; a copy runs out alone."""
    rig.enqueue("a")
    (running,) = rig.take()
    entry = rig.record("a")["at"].split()[1]
    rig.command("XADD", getattr(rig.keys, stream), entry if same_entry else "*", "id", "a")
    hand_to_the_dead(rig, stream)
    assert rig.end_leases(running).jobs == []
    assert rig.settle(running, "complete", b"1")


def test_a_copied_entry_makes_no_job_wait_twice(rig: Rig) -> None:
    """The job waits by an entry of its own already: the copy is dropped."""
    rig.enqueue("a")
    rig.command("XADD", rig.keys.again, "*", "id", "a")
    hand_to_the_dead(rig, "again")
    assert rig.end_leases().jobs == []
    assert [delivery.id for delivery in rig.take()] == ["a"]


def test_an_ended_job_does_not_wait_again_by_its_own_entry(rig: Rig) -> None:
    """A settle that broke midway left the entry pending: the job has ended all the same."""
    rig.enqueue("a")
    hand_to_the_dead(rig, "ready")
    rig.command("HSET", rig.keys.job + "a", "state", "completed", "ended", 5)
    rig.command("ZADD", rig.keys.completed, 5, "a")
    assert rig.end_leases().jobs == []
    assert rig.record("a")["state"] == "completed"


def test_a_job_that_was_nobodys_wakes_somebody(rig: Rig) -> None:
    """It waits again: a worker that is idle hears of it."""
    rig.enqueue("a")
    hand_to_the_dead(rig, "ready")
    rig.take_wake_up()
    assert rig.end_leases().jobs == [("release", "a")]
    assert rig.take_wake_up()


def test_a_dead_consumer_of_a_lost_group_stops_no_sweep(rig: Rig) -> None:
    """Where the group is gone its consumers are too."""
    rig.sweep_for(20)
    rig.command("XGROUP", "DESTROY", rig.keys.suspect, GROUP)
    assert rig.reclaim("w9").jobs == []
    rig.configure()
