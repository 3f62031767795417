"""A queue of limited length: how many jobs an enqueue call stores, and what it answers for the others."""

from __future__ import annotations

from tests.support.queue import FAILURE, Rig
from tests.support.whole import everything


def test_jobs_are_stored_in_order_until_the_queue_is_full(rig: Rig) -> None:
    """Those that fit are stored, those behind them are refused with the number of those that wait."""
    assert rig.offer("a", "b", "c", "d", max_waiting=3) == ["new", "new", "new", "full at 3"]
    assert rig.waiting_in("ready") == ["a", "b", "c"]
    assert rig.offer("e", max_waiting=3) == ["full at 3"]


def test_a_refused_job_leaves_no_trace(rig: Rig) -> None:
    """No record, index, event or wake-up tells of it; a live or ended record of its id is as it was."""
    rig.enqueue("ended")
    rig.settle(rig.take()[0], "complete", b"1")
    rig.offer("a", max_waiting=1)
    before = everything(rig)
    assert rig.offer("ended", "new", max_waiting=1, op="o") == ["full at 1", "full at 1"]
    after = everything(rig)
    del after[rig.keys.op("o")]
    assert after == before


def test_delayed_jobs_wait_and_active_ones_do_not(rig: Rig) -> None:
    """What is waiting or delayed counts, in whichever stream; what runs or has ended does not."""
    rig.offer("a", "b", max_waiting=9)
    rig.offer("later", max_waiting=9, delay_s=60)
    first, second = rig.take()
    assert rig.offer("c", "d", "e", max_waiting=3) == ["new", "new", "full at 3"]
    rig.settle(first, "release")
    assert rig.waiting_in("again") == ["a"]
    assert rig.offer("e", max_waiting=4) == ["full at 4"]
    rig.settle(second, "fail", FAILURE)
    assert rig.offer("e", max_waiting=5) == ["new"]


def test_a_live_job_is_answered_however_full_the_queue_is(rig: Rig) -> None:
    """The ticket of a live run needs no room, also if that run was stored by the same call."""
    assert rig.offer("a", "a", "b", "a", max_waiting=1) == ["new", "live", "full at 1", "live"]


def test_a_refusal_sent_twice_is_the_same(rig: Rig) -> None:
    """The reply is kept by the call's op, refusals too: a resend stores nothing, though there is room by then."""
    rig.offer("a", max_waiting=1)
    sent = rig.offer("b", max_waiting=1, op="o")
    rig.take()
    assert rig.offer("b", max_waiting=1, op="o") == sent == ["full at 1"]
    assert rig.offer("b", max_waiting=1) == ["new"]


def test_no_limit(rig: Rig) -> None:
    """0 lets any number wait."""
    assert rig.offer(*(f"j{n}" for n in range(250)), max_waiting=0) == ["new"] * 250
