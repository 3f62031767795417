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
