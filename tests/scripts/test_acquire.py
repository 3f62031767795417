"""The acquire script: what is handed over, in which order, within which limits, and what it says of the wait."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import StoreError, StoreMisused, StoreReset
from engine.streams.commands import MAX_BYTES, NewJob
from engine.types import Enqueued, State
from tests.support.queue import FAILURE, Rig
from tests.support.whole import check_whole, everything


def test_waiting_jobs_are_handed_over_in_order(rig: Rig) -> None:
    """Each delivery has the job's data and a fence above the one before; the jobs are active, told and counted."""
    tickets = rig.enqueue("a", "b", "c", payload=b"[1]")
    rig.clock.advance(2)
    acquired = rig.acquire(2)
    assert (acquired.status, acquired.lease_ms, acquired.sweep_ms) == ("ok", 15_000, 2_500)
    first, second = acquired.deliveries
    assert [(d.id, d.name, d.payload, d.run) for d in (first, second)] == [
        (ticket.id, "work", b"[1]", ticket.run) for ticket in tickets[:2]
    ]
    assert (first.fence, second.fence) == (rig.clock.now_us(), rig.clock.now_us() + 1)
    assert (first.attempts, first.crashes, first.snoozed_ms, first.suspect) == (0, 0, 0, False)
    assert (rig.status("a").state, rig.status("a").processed_on) == (State.ACTIVE, first.fence // 1000)
    assert rig.counts().active == 2
    assert rig.events()[-2:] == [("acquire", "a"), ("acquire", "b")]
    assert rig.stats()["acquire"] == 2


def test_an_empty_queue_gives_nothing_and_changes_nothing(rig: Rig) -> None:
    """Nothing is written but that the server learns the consumer's name, and there is no timer."""
    before = everything(rig)
    acquired = rig.acquire()
    assert (acquired.status, acquired.wait_ms, acquired.deliveries) == ("ok", None, [])
    assert everything(rig) == before
    assert not rig.take_wake_up()


def test_nothing_is_taken_without_a_place(rig: Rig) -> None:
    """No places, no deliveries, and the jobs wait on."""
    rig.enqueue("a")
    assert rig.take(0) == []
    assert rig.counts().waiting == 1


def test_a_delivery_is_not_handed_over_twice(rig: Rig) -> None:
    """What one consumer holds no other acquires, nor the same one again."""
    rig.enqueue("a")
    rig.take()
    assert rig.take() == []
    assert rig.take(consumer="w2") == []


def test_released_jobs_come_before_those_that_wait(rig: Rig) -> None:
    """A job given back is first in line: it started before all that still wait."""
    rig.enqueue("a", "b", "c")
    (delivery,) = rig.take(1)
    rig.settle(delivery, "release")
    assert [d.id for d in rig.take()] == ["a", "b", "c"]


@pytest.mark.parametrize(("places", "woken"), [(1, True), (2, False)])
def test_an_acquire_that_left_some_wakes_another(rig: Rig, places: int, *, woken: bool) -> None:
    """A wake-up is left only where something was taken and something remains."""
    rig.enqueue("a", "b")
    rig.take_wake_up()
    rig.take(places)
    assert rig.take_wake_up() is woken
    rig.take(0)
    assert not rig.take_wake_up(), "an acquire that took nothing wakes nobody"


def test_places_filled_by_released_jobs_still_wake_another(rig: Rig) -> None:
    """What waits in `ready` is told of also when `again` filled every place."""
    rig.enqueue("a", "b")
    rig.settle(rig.take(1)[0], "release")
    rig.take_wake_up()
    assert [d.id for d in rig.take(1)] == ["a"]
    assert rig.take_wake_up()


def test_a_paused_queue_hands_over_nothing(rig: Rig) -> None:
    """It says so and asks for no early return; resumed, it hands over again."""
    rig.configure(rate=10.0)
    rig.enqueue("a")
    assert rig.pause()
    assert not rig.pause(), "it was paused already"
    acquired = rig.acquire()
    assert (acquired.status, acquired.wait_ms, acquired.deliveries) == ("paused", None, [])
    rig.take_wake_up()
    assert rig.pause(paused=False)
    assert rig.take_wake_up()
    assert [d.id for d in rig.take()] == ["a"]


def test_max_active_holds_over_all_consumers(rig: Rig) -> None:
    """No more than that are active at once; a settle frees a place and wakes, since the queue was full."""
    rig.configure(max_active=3)
    rig.enqueue(*"abcde")
    first = [*rig.take(2), *rig.take(2, "w2")]
    assert [d.id for d in first] == ["a", "b", "c"]
    assert rig.take(5, "w3") == []
    rig.take_wake_up()
    rig.settle(first[0], "complete", b"1")
    assert rig.take_wake_up()
    assert [d.id for d in rig.take(5, "w3")] == ["d"]


def test_a_value_set_at_run_time_wins_over_the_configured_one(rig: Rig) -> None:
    """`set:` fields of `control` are limits that a worker's start does not overwrite."""
    rig.command("HSET", rig.keys.control, "set:max_active", "1", "set:lease_ms", "9000")
    rig.configure(max_active=5)
    rig.enqueue("a", "b")
    acquired = rig.acquire()
    assert len(acquired.deliveries) == 1
    assert acquired.lease_ms == 9000


def test_large_payloads_stop_a_call_at_its_bytes(rig: Rig) -> None:
    """A reply holds little over 1 MiB of payloads; the rest waits and somebody is woken for it."""
    size = 250 * 1024
    for n in range(3):
        rig.enqueue_jobs(*(NewJob(f"{n}{i}", "work", b"x" * size) for i in range(4)))
    rig.take_wake_up()
    first = rig.take(12)
    assert MAX_BYTES - size < len(first) * size <= 2 * MAX_BYTES
    assert rig.take_wake_up()
    rest = [d for _ in range(3) for d in rig.take(12)]
    assert len(first) + len(rest) == 12


def test_at_most_a_batch_is_taken(rig: Rig) -> None:
    """However many places a process has, one call hands over 250."""
    rig.enqueue(*map(str, range(250)))
    rig.enqueue(*map(str, range(250, 300)))
    assert len(rig.take(1000)) == 250


def test_fences_rise_through_a_backward_clock(rig: Rig) -> None:
    """The clock may step back an hour: every later delivery of the queue still has a higher fence."""
    rig.enqueue("a", "b", "c")
    fences = [rig.take(1)[0].fence]
    rig.clock.advance(-3600)
    fences += [rig.take(1)[0].fence, rig.take(1)[0].fence]
    assert fences == sorted(set(fences))
    assert fences[-1] == fences[0] + 2


def test_fences_rise_over_a_flushed_server(full: Rig) -> None:
    """FLUSHALL takes the last fence too; the clock stands in for it. The queue says that it must be configured."""
    full.enqueue("a")
    (before,) = full.take()
    full.command("FLUSHALL")
    assert full.acquire().status == "reset"
    full.configure()
    full.clock.advance(0.001)
    full.enqueue("a")
    assert full.take()[0].fence > before.fence


def test_a_lost_group_delivers_again_under_a_new_fence(rig: Rig) -> None:
    """Active jobs are handed over again uncharged; only the newer delivery may renew and settle (trial 1)."""
    rig.enqueue("a", "b")
    (old, _) = rig.take()
    rig.command("XGROUP", "DESTROY", rig.keys.ready, "workers")
    with pytest.raises(StoreReset):
        rig.take(consumer="w2")
    assert rig.configure(), "the group was made anew"
    new, _ = rig.take(consumer="w2")
    assert (new.id, new.crashes, new.fence > old.fence) == ("a", 0, True)
    assert rig.renew(old, new).states == ["lost", "ok"]
    assert not rig.settle(old, "complete", b"old")
    assert rig.settle(new, "complete", b'"new"')
    assert rig.status("a").returnvalue == "new"


def test_a_cancel_outlives_a_lost_group(rig: Rig) -> None:
    """A job flagged before it was delivered again is still flagged: its end is cancelled."""
    (ticket,) = rig.enqueue("a")
    rig.take()
    assert rig.cancel(ticket) == "requested"
    rig.command("XGROUP", "DESTROY", rig.keys.ready, "workers")
    rig.configure()
    (again,) = rig.take(consumer="w2")
    assert rig.renew(again, consumer="w2").states == ["flagged"]
    rig.settle(again, "complete", b"1")
    assert rig.status("a").state is State.CANCELLED


def damage_type(rig: Rig, ticket: Enqueued) -> None:
    rig.command("DEL", rig.keys.job + ticket.id)
    rig.command("SET", rig.keys.job + ticket.id, "hostile")


def damage_away(rig: Rig, ticket: Enqueued) -> None:
    rig.command("DEL", rig.keys.job + ticket.id)


def damage_payload(rig: Rig, ticket: Enqueued) -> None:
    rig.command("HDEL", rig.keys.job + ticket.id, "payload")


@pytest.mark.parametrize("damage", [damage_type, damage_away, damage_payload])
def test_a_bad_record_is_set_aside_and_its_neighbours_run(bare: Rig, damage: Callable[[Rig, Enqueued], None]) -> None:
    """One record that cannot be read costs nobody else anything: its bytes go to `bad`, its entry is gone (trial 3)."""
    bare.configure()
    tickets = bare.enqueue("a", "bad", "c")
    damage(bare, tickets[1])
    assert [d.id for d in bare.take()] == ["a", "c"]
    ((_, flat),) = bare.command("XRANGE", bare.keys.bad, "-", "+")
    fields = dict(zip(flat[::2], flat[1::2], strict=True))
    assert (fields[b"id"], fields[b"stream"]) == (b"bad", b"ready")
    assert bool(fields[b"bytes"]) is (damage is not damage_away)
    assert bare.waiting_in("ready") == ["a", "c"]
    bare.command("DEL", bare.keys.job + "bad")
    check_whole(bare)


def test_an_entry_that_no_record_names_is_dropped(rig: Rig) -> None:
    """A copied entry, or one of a job that ended, starts nothing and is gone."""
    rig.enqueue("a", "done")
    rig.settle(rig.take(2)[1], "complete", b"1")
    rig.command("XADD", rig.keys.ready, "*", "id", "a")
    rig.command("XADD", rig.keys.again, "*", "id", "done")
    assert rig.take() == []
    assert (rig.waiting_in("ready"), rig.waiting_in("again")) == (["a"], [])


def test_an_acquire_that_breaks_midway_loses_nothing(rig: Rig) -> None:
    """Jobs that were marked active before an error, and that `active` does not name, wait again uncharged."""
    rig.enqueue("a", "b")
    rig.command("SET", rig.keys.active, "hostile")
    with pytest.raises(StoreMisused, match="WRONGTYPE"):
        rig.take()
    rig.command("DEL", rig.keys.active)
    swept = rig.end_leases()
    assert (swept.uncharged, swept.reclaimed) == (2, 0)
    assert sorted(d.id for d in rig.take()) == ["a", "b"]


def test_any_other_error_of_a_record_is_raised_and_loses_nothing(full: Rig) -> None:
    """A key that may not be read is not taken for a bad record: the entries stay pending and come back (trial 3)."""
    full.enqueue("good", "denied")
    base = full.keys.base
    readable = (f"~{base}[^j]*", f"~{base}job:", f"~{base}job:good")
    full.command("ACL", "SETUSER", "limited", "on", ">pw", "+@all", *readable)
    full.command("AUTH", "limited", "pw")
    with pytest.raises(StoreError):
        full.take()
    full.command("AUTH", "default", "any")
    assert full.command("XLEN", full.keys.bad) == 0
    assert len(full.pending("ready")) == 2
    full.stamp_pending("ready")
    assert full.end_leases().uncharged == 2
    assert sorted(d.id for d in full.take()) == ["denied", "good"]


def test_a_full_server_still_hands_over(full: Rig, set_full: Callable[[], None]) -> None:
    """Delivering frees memory in the end: due and waiting jobs start, rate and fences count, also when full."""
    full.configure(rate=1000.0, burst=100)
    full.enqueue("a", "b")
    full.enqueue("due", delay_s=1)
    full.settle(full.take(1)[0], "retry", FAILURE, delay_s=1)
    full.clock.advance(2)
    set_full()
    assert sorted(d.id for d in full.take()) == ["a", "b", "due"]
