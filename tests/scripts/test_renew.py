"""The renew script: leases that run anew, what is told of each, and entries whose reply was lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.streams import GROUP
from engine.streams.commands import renew
from engine.types import State
from tests.support.queue import Rig
from tests.support.whole import everything


def test_a_renewed_lease_does_not_run_out(rig: Rig) -> None:
    """While a worker renews, no sweep takes its job; the silent neighbour's is taken."""
    rig.enqueue("kept", "silent")
    kept, _ = rig.take()
    swept = rig.end_leases(kept)
    assert (swept.reclaimed, rig.status("kept").state) == (1, State.ACTIVE)
    assert rig.settle(kept, "complete", b"1")


def test_each_delivery_is_told_of(rig: Rig) -> None:
    """What is owned is ok, what is not is lost, and flagged is what was asked to be cancelled."""
    tickets = rig.enqueue("a", "b", "c")
    a, b, c = rig.take()
    rig.settle(b, "complete", b"1")
    rig.cancel(tickets[2])
    assert rig.renew(a, b, c).states == ["ok", "lost", "flagged"]
    assert rig.renew(a, b, c).states == ["ok", "lost", "flagged"], "sent twice it answers the same"


def test_asking_for_the_state_does_not_renew(rig: Rig) -> None:
    """A delivery past its deadline is known and told of, but its lease runs out."""
    rig.enqueue("a")
    (delivery,) = rig.take()
    for _ in range(12):
        rig.clock.advance(2.5)
        assert rig.renew(delivery, renew=False, strays=True).strays == 0
        rig.reclaim()
    assert rig.renew(delivery, renew=False).states == ["lost"]
    assert rig.status("a").crashes == 1


def test_a_renew_without_deliveries_changes_no_job(rig: Rig) -> None:
    """Nothing known, nothing stray: only that somebody was here is written."""
    rig.enqueue("a")
    assert rig.renew(strays=True).states == []
    before = everything(rig)
    assert rig.renew(strays=True).states == []
    assert everything(rig) == before


def test_a_worker_that_beats_keeps_reclaim_open(rig: Rig) -> None:
    """Sweeps that stand still, as in a blocked loop, do not put reclaim off while leases are renewed."""
    rig.enqueue("a")
    rig.acquire(consumer="dead")
    for _ in range(20):
        rig.clock.advance(2.5)
        rig.renew(strays=True, consumer="blocked")
    assert rig.reclaim().reclaimed == 1


def test_an_entry_of_a_lost_reply_is_given_back_uncharged(rig: Rig) -> None:
    """Half a lease old, of this consumer and not named: it waits again, first in line, and somebody is woken."""
    rig.enqueue("known", "stray", "behind")
    known, _ = rig.take(2)
    rig.clock.advance(7.4)
    assert rig.renew(known, strays=True).strays == 0
    rig.take_wake_up()
    rig.clock.advance(0.2)
    assert rig.renew(known, strays=True).strays == 1
    assert rig.take_wake_up()
    assert rig.events()[-1] == ("release", "stray")
    (again, _) = rig.take(consumer="w2")
    assert (again.id, again.crashes, again.attempts) == ("stray", 0, 0)
    assert rig.renew(known, strays=True).strays == 0, "sent twice it gives nothing more back"


def test_strays_are_only_ones_own(rig: Rig) -> None:
    """What another consumer holds is not given back, however old."""
    rig.enqueue("theirs")
    rig.take(consumer="w2")
    rig.clock.advance(14)
    assert rig.renew(strays=True, consumer="w1").strays == 0


def test_without_the_word_nothing_is_given_back(rig: Rig) -> None:
    """One of several calls of a beat names only a part of the deliveries: it must not take the others for strays."""
    rig.enqueue("a")
    rig.take()
    rig.clock.advance(14)
    assert rig.renew(strays=False).strays == 0


def test_a_flagged_stray_ends_as_cancelled(rig: Rig) -> None:
    """A job whose cancel was asked for does not run again because a reply was lost."""
    (ticket,) = rig.enqueue("a")
    rig.take()
    rig.cancel(ticket)
    rig.clock.advance(8)
    assert rig.renew(strays=True).strays == 1
    assert rig.status("a").state is State.CANCELLED


@pytest.mark.parametrize("hostile", [None, "text"])
def test_a_stray_without_a_record_leaves_no_lease(rig: Rig, hostile: str | None) -> None:
    """A stray whose record is gone or replaced is dropped and its neighbour given back."""
    rig.enqueue("bad", "good")
    rig.take()
    rig.command("DEL", rig.keys.job + "bad")
    if hostile:
        rig.command("SET", rig.keys.job + "bad", hostile)
    rig.clock.advance(8)
    assert rig.renew(strays=True).strays == 2
    assert (rig.counts().active, rig.status("good").state) == (0, State.WAITING)
    rig.command("DEL", rig.keys.job + "bad")


def test_a_stale_owner_cannot_take_its_entry_back(rig: Rig) -> None:
    """A consumer that renews what it lost is refused, and the new owner's lease is not touched (finding 4)."""
    rig.enqueue("a")
    (old,) = rig.take(consumer="w1")
    rig.end_leases()
    (new,) = rig.take(consumer="w2")
    assert rig.renew(old, consumer="w1").states == ["lost"]
    assert rig.pending("again") == {rig.record("a")["at"].split()[1]: "w2"}
    assert rig.renew(new, consumer="w2").states == ["ok"]


def test_a_queue_that_was_flushed_is_told_as_lost(full: Rig) -> None:
    """Without `control` there is no lease: every delivery is lost and nothing is made anew by a renew."""
    full.enqueue("a")
    (delivery,) = full.take()
    full.command("FLUSHALL")
    assert full.renew(delivery, strays=True).states == ["lost"]
    assert everything(full) == {}
    full.configure()


def test_a_full_server_still_renews_and_gives_back(full: Rig, set_full: Callable[[], None]) -> None:
    """Leases run on and strays return also when memory is full."""
    full.enqueue("known", "stray")
    known, _ = full.take()
    set_full()
    full.clock.advance(8)
    renewed = full.renew(known, strays=True)
    assert (renewed.states, renewed.strays) == (["ok"], 1)


def test_a_shortened_lease_makes_no_strays(rig: Rig) -> None:
    """What a worker holds and renews by the lease it knows is no stray because the lease was shortened since."""
    rig.enqueue("a")
    rig.take()
    rig.clock.advance(6)
    rig.configure(lease_ms=3_000)
    call = renew(rig.keys, rig.clock.now_us(), "w1", [], strays=True, lease_ms=15_000)
    answer = rig.store.run(call)
    assert (answer.strays, answer.lease_ms) == (0, 3_000)


def test_a_lost_group_does_not_stop_renewals(rig: Rig) -> None:
    """Without its group an entry cannot be claimed: the others' leases are renewed all the same."""
    rig.enqueue("a")
    (delivery,) = rig.take()
    rig.command("XGROUP", "DESTROY", rig.keys.ready, GROUP)
    assert rig.renew(delivery).states == ["ok"]
    rig.configure()
    (again,) = rig.take()
    assert again.fence > delivery.fence
