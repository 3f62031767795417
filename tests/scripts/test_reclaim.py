"""The reclaim script: whose lease has run out, what that costs, and when nothing may be taken at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import StoreMisused
from engine.types import State
from tests.support.queue import STREAMS, Rig
from tests.support.whole import check_whole, everything


def test_a_dead_workers_job_waits_again_with_a_crash(rig: Rig) -> None:
    """It is first in line, its crash is counted apart from attempts and in the trail, and somebody is woken."""
    rig.enqueue("a", "b")
    (dead,) = rig.take(1)
    rig.take_wake_up()
    assert rig.end_leases().reclaimed == 1
    assert rig.take_wake_up()
    again, behind = rig.take(consumer="w2")
    assert (again.id, again.crashes, again.attempts, behind.id) == ("a", 1, 0, "b")
    assert again.fence > dead.fence
    (attempt,) = rig.status("a").attempts
    assert (attempt.start, attempt.worker) == (dead.fence // 1000, "w1")
    assert "crash 1 of 3" in attempt.error
    assert not rig.settle(dead, "complete", b"1"), "its result comes too late"
    assert ("reclaim", "a") in rig.events()


def test_a_job_waits_again_within_a_lease_and_a_sweep(rig: Rig) -> None:
    """While sweeps run, an unrenewed lease is ended by the first sweep after its end."""
    rig.sweep_for(20)
    rig.enqueue("a")
    rig.take()
    assert rig.sweep_for(12.5).reclaimed == 0
    assert rig.sweep_for(5).reclaimed == 1


def test_the_last_crash_fails_the_job(rig: Rig) -> None:
    """After max_crashes it is failed with a reason, and every crash is in its trail."""
    rig.enqueue("a")
    for _ in range(2):
        rig.take()
        assert rig.end_leases().reclaimed == 1
    (dead,) = rig.take()
    swept = rig.end_leases()
    assert (swept.failed, swept.reclaimed) == (1, 0)
    assert not rig.settle(dead, "complete", b"1")
    status = rig.status("a")
    assert (status.processed_on, status.worker_id) == (dead.fence // 1000, "w1")
    assert (status.state, status.crashes, status.attempts_made, len(status.attempts)) == (State.FAILED, 3, 0, 3)
    assert status.failed_reason == "Crashed: the worker stopped renewing the lease (crash 3 of 3)"
    assert rig.counts().failed == 1


def test_a_sweep_sent_twice_takes_nothing_more(rig: Rig) -> None:
    """The second of two sweeps at one moment finds nothing and changes nothing but its own time."""
    rig.enqueue("a")
    rig.take()
    rig.sweep_for(17.5)
    before = everything(rig)
    assert rig.reclaim().reclaimed == 0
    assert everything(rig) == before


def test_after_an_outage_nothing_is_taken_for_a_lease(rig: Rig) -> None:
    """Redis was away for ten minutes: the living renew before anything is taken, no crash is charged (trial 5)."""
    rig.enqueue(*(f"j{n}" for n in range(20)))
    living = rig.take(20)
    rig.sweep_for(5, *living)
    rig.clock.advance(600)
    swept = rig.reclaim()
    assert (swept.reclaimed, swept.closed_ms) == (0, 15_000)
    total = rig.sweep_for(30, *living)
    assert (total.reclaimed, total.uncharged) == (0, 0)
    assert all(rig.settle(delivery, "complete", b"1") for delivery in living)


def test_an_outage_of_fewer_than_three_sweeps_charges_no_crash(rig: Rig) -> None:
    """Where a lease has few sweeps, half a lease of silence is an outage: the living renew before anything is taken."""
    rig.configure(lease_ms=3_000, sweep_ms=1_000)
    rig.enqueue("a")
    (living,) = rig.take()
    rig.sweep_for(10, living)
    rig.clock.advance(0.9)
    assert rig.reclaim().closed_ms == 0
    rig.clock.advance(2.5)
    assert (rig.reclaim().reclaimed, rig.sweep_for(5, living).reclaimed) == (0, 0)
    assert rig.settle(living, "complete", b"1")


def test_after_an_outage_the_dead_are_taken_a_lease_later(rig: Rig) -> None:
    """The gate opens after one lease: a worker that did not come back loses its jobs then."""
    rig.enqueue("a")
    rig.take()
    rig.reclaim()
    rig.clock.advance(600)
    assert rig.sweep_for(15).reclaimed == 0
    assert rig.sweep_for(5).reclaimed == 1


@pytest.mark.parametrize("step_s", [3600, -1800])
def test_a_step_of_the_clock_charges_no_crash(rig: Rig, step_s: int) -> None:
    """Forward or backward: whoever renews within one lease keeps the jobs."""
    rig.clock.advance(-7200)
    rig.enqueue("a")
    (living,) = rig.take()
    rig.sweep_for(20, living)
    rig.clock.advance(step_s)
    assert rig.reclaim().closed_ms == 15_000
    assert rig.sweep_for(40, living).reclaimed == 0
    assert rig.settle(living, "complete", b"1")


def test_a_queue_nobody_swept_before_starts_with_a_closed_gate(rig: Rig) -> None:
    """The first sweep ever takes nothing and says for how long."""
    assert rig.reclaim().closed_ms == 15_000
    rig.clock.advance(2.5)
    assert rig.reclaim().closed_ms == 12_500


def test_a_flagged_job_ends_as_cancelled(rig: Rig) -> None:
    """Its worker died before it could settle: no crash, no result, cancelled."""
    (ticket,) = rig.enqueue("a")
    rig.take()
    rig.cancel(ticket)
    rig.end_leases()
    assert (rig.status("a").state, rig.status("a").crashes) == (State.CANCELLED, 0)


def test_an_entry_that_active_does_not_name_returns_uncharged(rig: Rig) -> None:
    """A delivery that Redis forgot to whom it went is nobody's crash."""
    rig.enqueue("a")
    rig.command("XREADGROUP", "GROUP", "workers", "w9", "STREAMS", rig.keys.ready, ">")
    rig.stamp_pending("ready")
    swept = rig.end_leases()
    assert (swept.uncharged, swept.reclaimed) == (1, 0)
    assert (rig.take()[0].crashes, rig.waiting_in("again")) == (0, ["a"])


def test_a_checkpoint_sets_crashes_back(rig: Rig) -> None:
    """Crashes count since the last durable progress: a long job does not fail for three in a year."""
    rig.enqueue("a")
    for _ in range(5):
        (delivery,) = rig.take()
        rig.note(delivery, "checkpoint")
        rig.end_leases()
    assert (rig.status("a").state, rig.status("a").crashes) == (State.WAITING, 1)


def test_many_are_taken_page_by_page(rig: Rig) -> None:
    """A call takes 80 of a stream and says that there is more."""
    rig.enqueue(*(f"j{n}" for n in range(230)))
    rig.take(230)
    for _ in range(6):
        assert rig.reclaim().reclaimed == 0
        rig.clock.advance(2.51)
    pages = [rig.reclaim() for _ in range(3)]
    assert [(page.reclaimed, page.more) for page in pages] == [(80, True), (80, True), (70, False)]


@pytest.mark.parametrize("hostile", [None, "text"])
def test_a_bad_record_is_set_aside_and_its_neighbours_return(bare: Rig, hostile: str | None) -> None:
    """A record that cannot be read holds up no sweep: its bytes are in `bad`, its entry and lease are gone."""
    bare.configure()
    bare.enqueue("a", "bad", "c")
    bare.take()
    bare.command("DEL", bare.keys.job + "bad")
    if hostile:
        bare.command("SET", bare.keys.job + "bad", hostile)
    assert bare.end_leases().reclaimed == 2
    assert bare.command("XLEN", bare.keys.bad) == 1
    bare.command("DEL", bare.keys.job + "bad")
    check_whole(bare)


def test_an_entry_deleted_while_pending_is_forgotten(rig: Rig) -> None:
    """Somebody deleted a delivered entry: nothing waits for it for ever."""
    rig.enqueue("a", "b")
    rig.take()
    rig.command("HDEL", rig.keys.active, "a")
    rig.command("DEL", rig.keys.job + "a")
    rig.command("XDEL", rig.keys.ready, next(iter(rig.pending("ready"))))
    assert rig.end_leases().reclaimed == 1
    assert rig.pending("ready") == {}


def test_a_sweep_names_what_it_did(rig: Rig) -> None:
    """Each job that it changed, with the verb of its event: in a log one looks for the job, not for a number."""
    rig.configure(max_crashes=2)
    rig.enqueue("last")
    rig.take()
    rig.end_leases()
    rig.take()
    _, flagged, *_ = rig.enqueue("again", "flagged", "nobody's")
    rig.take(2)
    rig.cancel(flagged)
    rig.command("XREADGROUP", "GROUP", "workers", "w9", "STREAMS", rig.keys.ready, ">")
    rig.stamp_pending("ready")
    swept = rig.end_leases()
    assert sorted(swept.jobs) == [
        ("cancel", "flagged"),
        ("fail", "last"),
        ("reclaim", "again"),
        ("release", "nobody's"),
    ]
    assert (swept.reclaimed, swept.failed, swept.uncharged) == (1, 1, 1)


def test_a_dead_consumer_goes_once_it_holds_nothing(rig: Rig) -> None:
    """Its jobs are taken first; deleted with jobs pending, they would be lost."""
    rig.sweep_for(20)
    rig.enqueue("a")
    rig.take(consumer="dead")
    assert rig.reclaim("dead").closed_ms == 0
    names = [fields[1] for fields in rig.command("XINFO", "CONSUMERS", rig.keys.ready, "workers")]
    assert names == [b"dead"]
    rig.end_leases()
    rig.reclaim("dead", "unheard-of")
    for stream in STREAMS:
        assert rig.command("XINFO", "CONSUMERS", getattr(rig.keys, stream), "workers") == []
    assert [d.id for d in rig.take()] == ["a"]


def test_a_queue_without_control_or_groups_is_left_alone(bare: Rig) -> None:
    """Nothing is configured: a sweep answers zeros and makes nothing."""
    swept = bare.reclaim("w")
    assert (swept.reclaimed, swept.failed, swept.uncharged, swept.more) == (0, 0, 0, False)
    assert everything(bare) == {}


def test_a_lost_group_stops_no_sweep(rig: Rig) -> None:
    """Until the group is made anew there is nothing to take, and no error."""
    rig.enqueue("a")
    rig.take()
    rig.command("XGROUP", "DESTROY", rig.keys.ready, "workers")
    assert rig.end_leases().reclaimed == 0
    rig.configure()
    (again,) = rig.take()
    assert again.crashes == 0


def test_an_error_is_raised_and_the_entry_stays_pending(bare: Rig) -> None:
    """A failing index of another type stops the sweep; mended, the job is not lost."""
    bare.configure(max_crashes=1)
    bare.enqueue("a")
    bare.take()
    bare.command("SET", bare.keys.active, "hostile")
    with pytest.raises(StoreMisused, match="WRONGTYPE"):
        bare.end_leases()
    assert len(bare.pending("ready")) == 1
    bare.command("DEL", bare.keys.active)
    assert bare.end_leases().uncharged == 1
    check_whole(bare)


def test_a_full_server_still_reclaims(full: Rig, set_full: Callable[[], None]) -> None:
    """Jobs of the dead wait again, and fail after their last crash, also when memory is full."""
    full.enqueue("a")
    full.take()
    set_full()
    assert full.end_leases().reclaimed == 1
    full.take()
    assert full.end_leases().reclaimed == 1
    full.take()
    assert full.end_leases().failed == 1
