"""What the machine once found, as short stories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.streams import GROUP
from engine.streams import commands as c
from tests.support.queue import Rig
from tests.support.whole import everything


@pytest.fixture
def rig(redis_url: str, prefix: str) -> Iterator[Rig]:
    """A configured queue."""
    rig = Rig(redis_url, prefix)
    rig.configure()
    yield rig
    rig.close()


def test_a_bad_record_takes_no_place_among_the_active(rig: Rig) -> None:
    """A running job's record is spoilt, its group is lost and made anew: set aside, it counts as active no more."""
    rig.configure(max_active=2)
    rig.enqueue("bad", "good")
    rig.take(1, "dead")
    rig.command("SET", rig.keys.job + "bad", "hostile")
    rig.command("XGROUP", "DESTROY", rig.keys.ready, GROUP)
    rig.configure()
    assert [delivery.id for delivery in rig.take(1)] == ["good"]
    assert rig.counts().active == 1


def test_a_lost_group_does_not_keep_a_dead_workers_job(rig: Rig) -> None:
    """All that may be active is held by the dead, their leases gone with the group: they run out all the same."""
    rig.configure(max_active=1)
    rig.enqueue("held", "behind")
    rig.take(1, "dead")
    rig.command("XGROUP", "DESTROY", rig.keys.ready, GROUP)
    rig.configure()
    assert rig.take(1) == [], "one is active, and no more may be"
    assert rig.end_leases().jobs == [("reclaim", "held")]
    assert [delivery.id for delivery in rig.take(1)] == ["held"]


def test_a_lost_group_takes_no_job_from_the_living(rig: Rig) -> None:
    """Who renews keeps its job, though nothing was pending for a while."""
    rig.configure(max_active=1)
    rig.enqueue("held")
    (delivery,) = rig.take(1)
    rig.command("XGROUP", "DESTROY", rig.keys.ready, GROUP)
    rig.configure()
    assert rig.end_leases(delivery).jobs == []
    assert rig.settle(delivery, "complete", b"1")


def test_runs_named_twice_in_a_call_are_answered_alike_when_it_is_sent_again(rig: Rig) -> None:
    """The second mention of a run in one call has the answer of the first, so that a lost reply changes nothing."""
    (ticket,) = rig.enqueue("put off", delay_s=5)
    first = rig.promote(ticket, ticket)
    assert [answer.answer for answer in first] == ["ok", "ok"]
    assert rig.promote(ticket, ticket) == first


def test_of_two_deliveries_of_a_job_the_last_that_was_settled_is_remembered(rig: Rig) -> None:
    """Sent again together, the earlier one is answered as lost though it was accepted; nothing is changed by it."""
    rig.enqueue("a")
    (first,) = rig.take(1)
    assert rig.settle(first, "retry", b"{}")
    (second,) = rig.take(1)
    both = (c.Settle("a", first.fence, "retry", b"{}"), c.Settle("a", second.fence, "complete", b"1"))
    assert rig.answers(*both) == ["ok", "ok"]
    after = everything(rig)
    assert rig.answers(*both) == ["lost", "ok"]
    assert everything(rig) == after


@pytest.mark.parametrize("begin", ["enqueue", "requeue"])
def test_a_late_settle_of_a_cancelled_run_is_lost_to_the_next(rig: Rig, begin: str) -> None:
    """Its lease ran out, its cancel was asked for, a new run has begun: that it completed is not accepted."""
    (ticket,) = rig.enqueue("a")
    (delivery,) = rig.take(1)
    rig.cancel(ticket)
    assert rig.end_leases().jobs == [("cancel", "a")]
    if begin == "enqueue":
        rig.enqueue("a")
    else:
        rig.requeue(ticket)
    assert not rig.settle(delivery, "complete", b"1")
