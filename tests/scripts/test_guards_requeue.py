"""What a promote and a requeue leave alone."""

from __future__ import annotations

from engine.streams.commands import NewJob
from tests.support.queue import FAILURE, Rig


def test_a_promote_means_one_run(rig: Rig) -> None:
    """Of a job that was requeued the run before cannot be promoted, though the new one waits already."""
    (ticket,) = rig.enqueue("a")
    rig.settle(rig.take()[0], "fail", FAILURE)
    rig.requeue(ticket)
    (promoted,) = rig.promote(ticket)
    assert promoted.answer == "not"


def test_a_requeued_run_keeps_what_belongs_to_its_id(rig: Rig) -> None:
    """Its tenant, what its payload is told by, and the fence that was settled last."""
    (ticket,) = rig.enqueue_jobs(NewJob("a", "work", b"{}", tenant="t", digest="d"))
    assert ticket is not None
    (delivery,) = rig.take()
    rig.settle(delivery, "fail", FAILURE)
    rig.requeue(ticket)
    record = rig.record("a")
    assert (record["tenant"], record["digest"], record["last"]) == ("t", "d", str(delivery.fence))
