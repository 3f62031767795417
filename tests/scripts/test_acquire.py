"""The acquire script: what is handed over, in which order, within which limits, and what it says of the wait."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import StoreReset
from engine.streams.commands import MAX_BYTES, NewJob
from engine.types import State
from tests.support.queue import FAILURE, Rig
from tests.support.whole import everything


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


def test_a_full_server_still_hands_over(full: Rig, set_full: Callable[[], None]) -> None:
    """Delivering frees memory in the end: due and waiting jobs start, rate and fences count, also when full."""
    full.configure(rate=1000.0, burst=100)
    full.enqueue("a", "b")
    full.enqueue("due", delay_s=1)
    full.settle(full.take(1)[0], "retry", FAILURE, delay_s=1)
    full.clock.advance(2)
    set_full()
    assert sorted(d.id for d in full.take()) == ["a", "b", "due"]
