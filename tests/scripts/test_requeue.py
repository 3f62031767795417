"""The requeue script: ended runs wait again as new ones, delayed ones at once; twice does no harm."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from engine.errors import StoreFull
from engine.streams.commands import NewJob
from engine.types import Enqueued, State
from tests.support.queue import FAILURE, Rig
from tests.support.whole import everything


def failed(rig: Rig, job_id: str = "a") -> Enqueued:
    """The ticket of a job that has failed, after one log line."""
    [ticket] = rig.enqueue(job_id)
    [delivery] = rig.take()
    rig.note(delivery, "log", b"first life")
    rig.settle(delivery, "fail", FAILURE)
    return ticket


def test_a_failed_run_waits_again_with_everything_anew(rig: Rig) -> None:
    """State, attempts, error and end are as of a new job; payload and name stay; a new run answers for it."""
    ticket = failed(rig)
    [answer] = rig.requeue(ticket)
    status = rig.status("a")
    assert (answer.answer, answer.run) == ("ok", status.run)
    assert status.run > ticket.run
    assert (status.state, status.attempts_made, status.failed_reason) == (State.WAITING, 0, None)
    assert status.finished_on is None
    assert (rig.counts().failed, rig.counts().waiting) == (0, 1)
    [again] = rig.take()
    assert (again.id, again.attempts, again.run) == ("a", 0, status.run)


def test_the_trail_of_the_run_before_stays(rig: Rig) -> None:
    """What the first life logged is still stored, under its own run, and not shown as the new one's."""
    ticket = failed(rig)
    rig.requeue(ticket)
    assert rig.status("a").logs == []
    trail = rig.command("XRANGE", rig.keys.trail + "a", "-", "+")
    runs = {dict(zip(fields[::2], fields[1::2], strict=True))[b"run"] for _, fields in trail}
    assert runs == {str(ticket.run).encode()}


def test_a_cancelled_run_can_wait_again(rig: Rig) -> None:
    """An operator's mistake can be taken back."""
    [ticket] = rig.enqueue("a")
    rig.cancel(ticket)
    assert rig.requeue(ticket)[0].answer == "ok"
    assert [d.id for d in rig.take()] == ["a"]


def test_sent_twice_it_answers_the_same_and_changes_nothing(rig: Rig) -> None:
    """A reply that was lost costs nothing: the run that was meant has been requeued."""
    ticket = failed(rig)
    first = rig.requeue(ticket)
    before = everything(rig)
    assert rig.requeue(ticket) == first
    assert everything(rig) == before


def test_a_later_run_is_never_touched(rig: Rig) -> None:
    """The run that was meant has been followed by another, which failed too: it stays failed."""
    old = failed(rig)
    rig.enqueue("a")
    [delivery] = rig.take()
    rig.settle(delivery, "fail", FAILURE)
    assert rig.requeue(old)[0].answer == "not"
    assert rig.status("a").state is State.FAILED


@pytest.mark.parametrize("state", [State.WAITING, State.DELAYED, State.ACTIVE, State.COMPLETED])
def test_what_has_not_failed_is_left_alone(rig: Rig, state: State) -> None:
    """Live and completed jobs answer `not` and nothing changes."""
    [ticket] = rig.enqueue("a", delay_s=60 if state is State.DELAYED else 0)
    if state in (State.ACTIVE, State.COMPLETED):
        [delivery] = rig.take()
        if state is State.COMPLETED:
            rig.settle(delivery, "complete", b"1")
    before = everything(rig)
    assert rig.requeue(ticket)[0].answer == "not"
    assert everything(rig) == before


def test_unknown_ids_and_repeats_in_one_call(rig: Rig) -> None:
    """An id twice in a call is requeued once, and an unknown one harms no other; sent again, the answer is the same."""
    ticket = failed(rig)
    unknown = msgspec.structs.replace(ticket, id="nobody")
    older = msgspec.structs.replace(ticket, run=ticket.run - 1)
    first = rig.requeue(unknown, older, ticket, ticket, older)
    assert [answer.answer for answer in first] == ["unknown", "not", "ok", "ok", "not"]
    assert [answer.run for answer in first] == [0, *[rig.status("a").run] * 4]
    assert rig.counts().waiting == 1
    assert rig.requeue(unknown, older, ticket, ticket, older) == first


def test_the_tenant_finds_the_new_run(rig: Rig) -> None:
    """The tenant's index is in the order of the runs."""
    rig.enqueue_jobs(NewJob("a", "work", b"{}", tenant="t"), NewJob("b", "work", b"{}", tenant="t"))
    for delivery in rig.take():
        rig.settle(delivery, "fail", FAILURE)
    assert [line.id for line in rig.recent("t")] == ["b", "a"]
    ticket = Enqueued("a", rig.status("a").run, created=True, state=State.FAILED, same_payload=True)
    rig.requeue(ticket)
    assert [(line.id, line.state) for line in rig.recent("t")] == [("a", State.WAITING), ("b", State.FAILED)]


def test_a_requeue_wakes_and_tells(rig: Rig) -> None:
    """Workers are woken, and events and statistics name the verb."""
    ticket = failed(rig)
    rig.take_wake_up()
    rig.requeue(ticket)
    assert rig.take_wake_up()
    assert rig.events()[-1] == ("requeue", "a")
    assert rig.stats()["requeue"] == 1


def test_under_full_memory_nothing_is_half_done(full: Rig, set_full: Callable[[], None]) -> None:
    """Redis refuses the call as a whole: the job is still failed, in its index."""
    ticket = failed(full)
    before = everything(full)
    set_full()
    with pytest.raises(StoreFull):
        full.requeue(ticket)
    full.command("CONFIG", "SET", "maxmemory", 0)
    assert everything(full) == before


def test_a_promoted_job_waits_at_once(rig: Rig) -> None:
    """A delayed job is acquired without its wait; its run, attempts and reason stay."""
    [ticket] = rig.enqueue("a", delay_s=3600)
    assert rig.promote(ticket)[0].answer == "ok"
    assert rig.promote(ticket)[0].answer == "ok", "sent twice"
    assert (rig.counts().delayed, rig.counts().waiting) == (0, 1)
    assert [(d.id, d.run) for d in rig.take()] == [("a", ticket.run)]
    assert rig.promote(ticket)[0].answer == "not", "it is active"


def test_a_promoted_suspect_stays_one(rig: Rig) -> None:
    """A job whose next crash would be its last goes to the suspects, however it became waiting."""
    [ticket] = rig.enqueue("a")
    for _ in range(2):
        rig.take()
        rig.end_leases()
    [delivery] = rig.take()
    rig.settle(delivery, "retry", FAILURE, delay_s=3600)
    rig.promote(ticket)
    assert rig.waiting_in("suspect") == ["a"]


def test_a_run_that_failed_again_does_not_wait(rig: Rig) -> None:
    """The call of the run before is not answered as if its job waited still."""
    ticket = failed(rig)
    rig.requeue(ticket)
    [delivery] = rig.take()
    assert [answer.answer for answer in rig.requeue(ticket)] == ["ok"]
    rig.settle(delivery, "fail", FAILURE)
    assert [answer.answer for answer in rig.requeue(ticket)] == ["not"]
    assert rig.status("a").state is State.FAILED


@pytest.mark.parametrize("field", ["name", "payload"])
def test_a_record_without_what_a_job_needs_is_left_as_it_is(rig: Rig, field: str) -> None:
    """It cannot run, is not lost, and the others of the call wait again."""
    broken, sound = failed(rig), failed(rig, "b")
    value = rig.command("HGET", rig.keys.job + "a", field)
    rig.command("HDEL", rig.keys.job + "a", field)
    before = rig.command("HGETALL", rig.keys.job + "a")
    assert [answer.answer for answer in rig.requeue(broken, sound)] == ["not", "ok"]
    assert rig.command("HGETALL", rig.keys.job + "a") == before
    rig.command("HSET", rig.keys.job + "a", field, value)
