"""What an enqueue leaves alone."""

from __future__ import annotations

from engine.types import Keep
from tests.support.queue import Rig


def test_a_call_sent_again_after_its_job_was_pruned_stores_nothing(rig: Rig) -> None:
    """Its answer was lost, its job ran and is gone meanwhile: sent again, the call answers the same run (trial 10)."""
    (ticket,) = rig.enqueue("a", op="call")
    rig.settle(rig.take()[0], "complete", b"1")
    rig.clock.advance(1)
    assert rig.prune(completed=Keep(0)) == 1
    assert rig.enqueue("a", op="call") == [ticket]
    assert rig.take() == []
