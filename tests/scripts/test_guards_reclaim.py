"""When reclaim takes nothing."""

from __future__ import annotations

from tests.support.queue import Rig


def test_a_short_backward_step_closes_the_gate_too(rig: Rig) -> None:
    """The last sweep lies in the future, what closed the gate before it in the past: the living have a lease's time."""
    rig.enqueue("a")
    (living,) = rig.take()
    rig.sweep_for(60, living)
    rig.clock.advance(-20)
    assert rig.reclaim().closed_ms == 15_000
    assert rig.sweep_for(40, living).jobs == []
