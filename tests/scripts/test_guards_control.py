"""What control leaves behind."""

from __future__ import annotations

from tests.support.queue import Rig


def test_a_value_that_is_taken_back_leaves_no_field(rig: Rig) -> None:
    """Set at run time and reset, `control` is as it was."""
    before = rig.control()
    assert rig.set_limits(rate="5")
    assert rig.set_limits(rate="")
    assert rig.control() == before
    assert not rig.set_limits(rate=""), "there was nothing to take back"


def test_what_is_set_at_run_time_outlives_a_configure(rig: Rig) -> None:
    """A worker that starts writes what it was configured with, and the value set by hand still wins."""
    rig.set_limits(max_active="1")
    rig.configure(max_active=5)
    rig.enqueue("a", "b")
    assert len(rig.take()) == 1
