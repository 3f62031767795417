"""What settle, enqueue and their wake-ups leave alone."""

from __future__ import annotations

from engine.streams import commands as c
from tests.support.queue import Rig


def test_a_release_makes_nobody_a_suspect(rig: Rig) -> None:
    """A job with one crash, given back by a stop, is one of many again: a release is no crash."""
    rig.enqueue("a")
    rig.take(consumer="dying")
    rig.end_leases()
    (delivery,) = rig.take()
    assert delivery.crashes == 1
    assert rig.settle(delivery, "release")
    assert (rig.waiting_in("again"), rig.waiting_in("suspect")) == (["a"], [])


def test_at_most_one_wake_up_waits(rig: Rig) -> None:
    """However many calls wake, one wake-up is left: the others would only cost calls."""
    for n in range(3):
        rig.enqueue(f"j{n}")
    assert rig.command("LLEN", rig.keys.wake) == 1


def test_a_settle_of_the_run_before_is_still_answered(rig: Rig) -> None:
    """An id that was enqueued again keeps its last fence: a settle whose first answer was lost is told as accepted."""
    rig.enqueue("a")
    (delivery,) = rig.take()
    settle = c.Settle("a", delivery.fence, "complete", b"1")
    assert rig.answers(settle) == ["ok"]
    rig.enqueue("a")
    assert rig.answers(settle) == ["ok"]
    assert rig.status("a").state == "waiting"


def test_a_settle_below_the_limit_wakes_nobody(rig: Rig) -> None:
    """Nobody waited for a place: who is idle would be woken for nothing."""
    rig.configure(max_active=5)
    rig.enqueue("a")
    (delivery,) = rig.take()
    rig.take_wake_up()
    assert rig.settle(delivery, "complete", b"1")
    assert not rig.take_wake_up()


def test_a_release_wakes_also_beside_a_retry(rig: Rig) -> None:
    """In one call one job waits again and one is put off behind others: somebody is woken for the first."""
    rig.enqueue("head", delay_s=5)
    rig.enqueue("a", "b")
    a, b = rig.take()
    rig.take_wake_up()
    settles = (c.Settle("a", a.fence, "release"), c.Settle("b", b.fence, "retry", b"{}", 60_000))
    assert rig.settle_many(*settles) == [True, True]
    assert rig.take_wake_up()
