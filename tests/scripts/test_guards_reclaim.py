"""When reclaim takes nothing."""

from __future__ import annotations

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
