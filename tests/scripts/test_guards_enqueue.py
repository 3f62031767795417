"""What an enqueue leaves alone."""

from __future__ import annotations

from engine.streams.commands import NewJob
from engine.types import Keep
from tests.support.queue import Rig
from tests.support.whole import everything


def test_a_call_sent_again_after_its_job_was_pruned_stores_nothing(rig: Rig) -> None:
    """Its answer was lost, its job ran and is gone meanwhile: sent again, the call answers the same run (trial 10)."""
    (ticket,) = rig.enqueue("a", op="call")
    rig.settle(rig.take()[0], "complete", b"1")
    rig.clock.advance(1)
    assert rig.prune(completed=Keep(0)) == 1
    assert rig.enqueue("a", op="call") == [ticket]
    assert rig.take() == []


def test_a_call_that_stores_nothing_writes_its_answer_only(rig: Rig) -> None:
    """No counter, no fence and no event tells of a job that was there already."""
    rig.enqueue("a")
    rig.clock.advance(3600)
    before = everything(rig)
    rig.enqueue("a", op="again")
    after = everything(rig)
    assert {key: value for key, value in after.items() if ":op:again" not in str(key)} == before


def test_a_delayed_job_beside_it_takes_no_wake_up_from_a_waiting_one(rig: Rig) -> None:
    """One call stores a job that waits and one that is due after the others: somebody is woken for the first."""
    rig.enqueue("head", delay_s=10)
    rig.take_wake_up()
    rig.enqueue_jobs(NewJob("now", "work", b"{}"), NewJob("later", "work", b"{}", 60_000))
    assert rig.take_wake_up()
