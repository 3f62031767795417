"""The read-only scripts: counts, lists and the whole of one job, also where records are damaged."""

from __future__ import annotations

import pytest

from engine.errors import StoreError
from engine.streams.reads import list_jobs, show
from engine.types import State
from tests.support.queue import FAILURE, Rig
from tests.support.whole import everything


def fill(rig: Rig) -> None:
    """One job in each state."""
    (cancelled,) = rig.enqueue("cancelled")
    rig.cancel(cancelled)
    rig.enqueue("completed", "failed", "active")
    done, failed, _ = rig.take()
    rig.settle(done, "complete", b"[1]")
    rig.settle(failed, "fail", FAILURE)
    rig.enqueue("waiting")
    rig.enqueue("delayed", delay_s=60)


def test_counts_are_of_every_state(rig: Rig) -> None:
    """One in each; ended ones only as long as they are kept."""
    fill(rig)
    counts = rig.counts()
    assert (counts.waiting, counts.delayed, counts.active) == (1, 1, 1)
    assert (counts.completed, counts.failed, counts.cancelled, counts.paused) == (1, 1, 1, False)
    rig.clock.advance(86_401)
    counts = rig.counts()
    assert (counts.completed, counts.failed, counts.cancelled) == (0, 0, 0)


@pytest.mark.parametrize("state", list(State))
def test_each_state_lists_its_own(rig: Rig, state: State) -> None:
    """The list of a state holds the job that is in it, with what fits a line."""
    fill(rig)
    (line,) = rig.listed(state)
    assert (line.id, line.state, line.name) == (state.value, state, "work")
    assert (line.finished_on is not None) is state.ended
    assert line.failed_reason == ("ValueError: no" if state is State.FAILED else None)


def test_waiting_and_delayed_are_listed_in_running_order(rig: Rig) -> None:
    """Those given back come first; delayed ones by their due time; ended ones newest first."""
    rig.enqueue("a", "b", "c")
    rig.settle(rig.take(1)[0], "release")
    rig.enqueue("d2", delay_s=20)
    rig.enqueue("d1", delay_s=10)
    assert [line.id for line in rig.listed(State.WAITING)] == ["a", "b", "c"]
    assert [line.id for line in rig.listed(State.DELAYED)] == ["d1", "d2"]
    for delivery in rig.take():
        rig.settle(delivery, "complete", b"1")
        rig.clock.advance(0.01)
    assert [line.id for line in rig.listed(State.COMPLETED, 2)] == ["c", "b"]


def test_a_page_is_full_behind_active_jobs(rig: Rig) -> None:
    """Entries of active jobs are still in the stream; they take no line of the page."""
    rig.enqueue(*(f"j{n:02}" for n in range(20)))
    rig.take(10)
    assert [line.id for line in rig.listed(State.WAITING, 5)] == [f"j{n}" for n in range(10, 15)]


@pytest.mark.parametrize("hostile", [None, "text"])
def test_lists_skip_what_is_no_record(rig: Rig, hostile: str | None) -> None:
    """An id whose record is gone or of another type is left out, and shown as unknown."""
    rig.enqueue("bad", "good")
    for delivery in rig.take():
        rig.settle(delivery, "complete", b"1")
    rig.command("DEL", rig.keys.job + "bad")
    if hostile:
        rig.command("SET", rig.keys.job + "bad", hostile)
    assert [line.id for line in rig.listed(State.COMPLETED)] == ["good"]
    assert rig.store.run(show(rig.keys, "bad")) is None
    rig.command("DEL", rig.keys.job + "bad")
    rig.command("ZREM", rig.keys.completed, "bad")


def test_a_status_tells_the_whole_life(rig: Rig) -> None:
    """From the first enqueue to the end: times, worker, attempts and logs of the run."""
    (ticket,) = rig.enqueue("a", payload=b'{"n":1}')
    rig.clock.advance(1)
    (first,) = rig.take(consumer="box~aa")
    running = rig.status("a")
    assert (running.worker_id, running.processed_on, running.finished_on) == ("box", first.fence // 1000, None)
    rig.note(first, "log", b"hello")
    rig.settle(first, "retry", FAILURE, delay_s=1)
    rig.clock.advance(2)
    (second,) = rig.take(consumer="box~bb")
    rig.settle(second, "complete", b"[2]")
    status = rig.status("a")
    assert (status.timestamp, status.processed_on) == (ticket.run // 1000, second.fence // 1000)
    assert (status.attempts_made, status.crashes, len(status.attempts)) == (2, 0, 1)
    assert (status.data, status.returnvalue, status.logs) == ({"n": 1}, [2], ["hello"])


def test_what_is_no_json_is_shown_as_text(rig: Rig) -> None:
    """Payloads, results and errors that another producer wrote never break a status."""
    rig.enqueue("a", payload=b"\xff\x00plain")
    (delivery,) = rig.take()
    rig.note(delivery, "log", b"\xfe")
    rig.note(delivery, "progress", b"not json")
    rig.settle(delivery, "fail", b"just words")
    status = rig.status("a")
    assert status.data == "\\xff\x00plain"
    assert status.progress == "not json"
    assert status.failed_reason == "Unreadable: just words"


def test_reading_changes_nothing(rig: Rig) -> None:
    """Counts, lists and statuses leave every key as it was, also of a queue nobody configured."""
    fill(rig)
    before = everything(rig)
    rig.counts()
    rig.status("active")
    for state in State:
        rig.store.run(list_jobs(rig.keys, state, 10))
    assert everything(rig) == before


@pytest.mark.parametrize("field", ["name", "payload", "state"])
def test_a_record_that_cannot_be_read_says_who_knows_more(rig: Rig, field: str) -> None:
    """One sentence instead of a decoder's fault."""
    rig.enqueue("a")
    value = rig.command("HGET", rig.keys.job + "a", field)
    rig.command("HDEL", rig.keys.job + "a", field)
    with pytest.raises(StoreError, match=r"job 'a' of queue q cannot be read .*python -m engine doctor"):
        rig.store.run(show(rig.keys, "a"))
    rig.command("HSET", rig.keys.job + "a", field, value)
