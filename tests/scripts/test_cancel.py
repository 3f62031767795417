"""The cancel script: one answer for each state, and never another run than the one that is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import JobFailed
from engine.posting import check_run
from engine.streams.commands import cancel
from engine.streams.reads import decode_ending, ending
from engine.types import State
from tests.support.queue import FAILURE, Rig, Verb
from tests.support.whole import everything


@pytest.mark.parametrize("delay_s", [0, 60])
def test_a_job_that_does_not_run_ends_at_once(rig: Rig, delay_s: float) -> None:
    """Waiting or delayed: cancelled, its entry gone, never delivered."""
    ticket, other = rig.enqueue("a", "b", delay_s=delay_s)
    assert rig.cancel(ticket) == "cancelled"
    status = rig.status("a")
    assert (status.state, status.finished_on) == (State.CANCELLED, rig.clock.now_us() // 1000)
    assert (rig.counts().cancelled, rig.counts().waiting + rig.counts().delayed) == (1, 1)
    assert rig.events()[-1] == ("cancel", "a")
    rig.clock.advance(61)
    assert [d.id for d in rig.take()] == [other.id]


def test_a_running_job_is_flagged(rig: Rig) -> None:
    """It stays active, keeps its place and its lease, and its worker hears of it with the next beat."""
    (ticket,) = rig.enqueue("a")
    (delivery,) = rig.take()
    assert rig.cancel(ticket) == "requested"
    assert rig.status("a").state is State.ACTIVE
    assert rig.renew(delivery).states == ["flagged"]
    (again,) = rig.enqueue("a")
    assert not again.created, "no second run beside the one that still runs"


@pytest.mark.parametrize("verb", ["complete", "fail"])
def test_an_ended_job_is_not_cancellable(rig: Rig, verb: Verb) -> None:
    """Completed and failed jobs stay as they are."""
    (ticket,) = rig.enqueue("a")
    rig.settle(rig.take()[0], verb, FAILURE)
    before = everything(rig)
    assert rig.cancel(ticket) == "not_cancellable"
    assert everything(rig) == before


def test_only_the_run_that_is_meant_is_cancelled(rig: Rig) -> None:
    """A cancel sent again after the id was enqueued anew leaves the later run alone."""
    (first,) = rig.enqueue("a")
    assert rig.cancel(first) == "cancelled"
    rig.enqueue("a")
    before = everything(rig)
    assert rig.cancel(first) == "not_cancellable"
    assert everything(rig) == before


@pytest.mark.parametrize("state", ["waiting", "delayed", "active"])
def test_a_cancel_sent_twice_answers_the_same(rig: Rig, state: str) -> None:
    """The second call changes nothing."""
    (ticket,) = rig.enqueue("a", delay_s=60 if state == "delayed" else 0)
    if state == "active":
        rig.take()
    first = rig.cancel(ticket)
    before = everything(rig)
    assert rig.cancel(ticket) == first
    assert everything(rig) == before


def test_a_released_job_can_be_cancelled_from_its_new_place(rig: Rig) -> None:
    """The record names the stream and entry where it waits now."""
    (ticket,) = rig.enqueue("a")
    rig.settle(rig.take()[0], "release")
    assert rig.cancel(ticket) == "cancelled"
    assert rig.waiting_in("again") == []


@pytest.mark.parametrize("hostile", [None, "text"])
def test_what_is_no_record_is_unknown(rig: Rig, hostile: str | None) -> None:
    """No record, or a key of another type: unknown, and nothing is made."""
    (ticket,) = rig.enqueue("a")
    assert rig.cancel(ticket) == "cancelled"
    rig.command("DEL", rig.keys.job + "a")
    rig.command("ZREM", rig.keys.cancelled, "a")
    if hostile:
        rig.command("SET", rig.keys.job + "a", hostile)
    before = everything(rig)
    assert rig.cancel(ticket) == "unknown"
    assert everything(rig) == before
    rig.command("DEL", rig.keys.job + "a")


def test_a_full_server_still_cancels(full: Rig, set_full: Callable[[], None]) -> None:
    """An operator who must make room can cancel whatever waits or runs."""
    waits, runs = full.enqueue("waits", "runs")
    (later,) = full.enqueue("later", delay_s=60)
    full.cancel(waits)
    (waits,) = full.enqueue("waits")
    full.take(1)
    set_full()
    assert [full.cancel(ticket) for ticket in (waits, later, runs)] == ["cancelled", "cancelled", "requested"]


def test_an_earlier_attempts_error_is_no_reason_of_a_cancel(rig: Rig) -> None:
    """It stays in the attempts; nobody is told that the job failed of it."""
    [ticket] = rig.enqueue("a")
    [delivery] = rig.take()
    rig.settle(delivery, "retry", FAILURE, 60)
    assert rig.status("a").failed_reason == "ValueError: no"
    rig.cancel(ticket)
    status = rig.status("a")
    assert (status.state, status.failed_reason, len(status.attempts)) == (State.CANCELLED, None, 1)
    assert rig.listed(State.CANCELLED)[0].failed_reason is None
    ended = decode_ending(rig.command(*ending(rig.keys, "a")))
    with pytest.raises(JobFailed, match=r"\Acancelled\Z"):
        check_run(ticket, ended)


def test_only_a_job_in_the_state_that_is_meant(rig: Rig) -> None:
    """In any other live or ended one it is `changed`, and nothing is done; twice it answers the same."""
    (done,) = rig.enqueue("done")
    rig.settle(rig.take()[0], "complete", b"1")
    waits, later = *rig.enqueue("waits"), *rig.enqueue("later", delay_s=60)
    before = everything(rig)
    assert rig.cancel_in(waits, State.DELAYED) == "changed"
    assert rig.cancel_in(later, State.ACTIVE) == "changed"
    assert rig.cancel_in(done, State.WAITING) == "changed"
    assert everything(rig) == before
    for _ in range(2):
        assert rig.cancel_in(waits, State.WAITING) == "cancelled"
        assert rig.cancel_in(later, State.DELAYED) == "cancelled"


def test_a_running_job_that_is_meant_as_such_is_flagged(rig: Rig) -> None:
    """Once and again."""
    (ticket,) = rig.enqueue("a")
    rig.take()
    assert rig.cancel_in(ticket, State.WAITING) == "changed"
    assert [rig.cancel_in(ticket, State.ACTIVE) for _ in range(2)] == ["requested", "requested"]


def test_another_producer_may_leave_the_state_out(rig: Rig) -> None:
    """Three arguments mean a job in any state, as ever."""
    (ticket,) = rig.enqueue("a", delay_s=60)
    call = cancel(rig.keys, rig.clock.now_us(), ticket.id, ticket.run)
    call.args.pop()
    assert rig.store.run(call) == "cancelled"
