"""The trash script: ended runs are put aside for a day, taken back as they were, or deleted for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.streams.commands import Mark, NewJob
from engine.types import Enqueued, Keep, State
from tests.support.queue import FAILURE, Rig, Verb
from tests.support.whole import everything

ENDS: dict[str, Verb] = {"completed": "complete", "failed": "fail", "cancelled": "cancel"}
FOR_EVER = Keep(10**6)


def end(rig: Rig, verb: Verb = "complete", *ids: str) -> list[Enqueued]:
    """The tickets of jobs that have ended so, `a` if none is named."""
    tickets = rig.enqueue(*(ids or ("a",)))
    for delivery in rig.take():
        rig.note(delivery, "log", b"a line")
        rig.settle(delivery, verb, FAILURE)
    return tickets


@pytest.mark.parametrize("state", ENDS)
def test_an_ended_run_is_put_aside_and_taken_back(rig: Rig, state: str) -> None:
    """It leaves its index for the trash with the time of that, and is back at the time of its end, to the byte."""
    (ticket,) = end(rig, ENDS[state])
    before, ended = rig.record("a"), rig.scores(state)
    rig.clock.advance(2)
    now_ms = rig.clock.now_us() // 1000
    assert rig.trash(ticket) == ["ok"]
    assert (rig.scores(state), rig.scores("trash")) == ({}, {"a": now_ms})
    assert rig.record("a") == before | {"trashed": str(now_ms)}
    rig.clock.advance(2)
    assert rig.restore(ticket) == ["ok"]
    assert (rig.scores(state), rig.scores("trash")) == (ended, {})
    assert rig.record("a") == before
    assert rig.events()[-2:] == [("trash", "a"), ("restore", "a")]
    assert (rig.counted("trash"), rig.counted("restore")) == (1, 1)


def test_what_is_in_the_trash_counts_no_more_and_is_still_shown(rig: Rig) -> None:
    """Counts and lists of its state are without it; who asks for it by its id is told of it."""
    (ticket,) = end(rig)
    rig.trash(ticket)
    assert rig.counts().completed == 0
    assert rig.listed(State.COMPLETED) == []
    assert rig.status("a").state is State.COMPLETED
    assert rig.audit() == []


@pytest.mark.parametrize("verb", ["trash", "restore", "delete"])
def test_only_the_run_that_is_meant_is_touched_and_only_once_it_has_ended(rig: Rig, verb: str) -> None:
    """A live job and an older run are `not`, an id that nobody knows is `unknown`; nothing is written."""
    act = {"trash": rig.trash, "restore": rig.restore, "delete": rig.delete_runs}[verb]
    (old,) = end(rig, "fail")
    (live,) = rig.enqueue("a")
    delayed, runs = *rig.enqueue("later", delay_s=60), *rig.enqueue("runs")
    rig.command("XDEL", rig.keys.ready, rig.record("runs")["at"].split()[1])
    rig.command("SET", rig.keys.job + "other", "hostile")
    rig.command("DEL", rig.keys.job + "runs")
    gone = Enqueued("other", 1, created=False, state=State.FAILED, same_payload=True, queue="q")
    before = everything(rig)
    assert act(old, live, delayed, gone) == ["not", "not", "not", "unknown"]
    assert act(runs) == ["ok" if verb == "delete" else "unknown"]
    assert everything(rig) == before
    rig.command("DEL", rig.keys.job + "other")


@pytest.mark.parametrize("verb", ["trash", "restore", "delete"])
def test_sent_twice_it_answers_the_same_and_changes_nothing(rig: Rig, verb: str) -> None:
    """Also where a run is named twice in one call, and an older run of its id beside it."""
    act = {"trash": rig.trash, "restore": rig.restore, "delete": rig.delete_runs}[verb]
    (old,) = end(rig, "fail")
    (ticket,) = end(rig, "fail")
    if verb == "restore":
        rig.trash(ticket)
    first, after = act(old, ticket, ticket), everything(rig)
    assert first == ["ok" if verb == "delete" else "not", "ok", "ok"]
    rig.clock.advance(1)
    assert act(old, ticket, ticket) == first
    assert everything(rig) == after
    assert rig.counted(verb) == 1


def test_a_day_later_it_is_deleted(rig: Rig) -> None:
    """Record and trail, however long its state is kept; a minute before it can still be taken back."""
    first, second = end(rig, "fail", "a", "b")
    rig.trash(first)
    rig.clock.advance(86_400 - 60)
    rig.trash(second)
    assert rig.prune(FOR_EVER, FOR_EVER) == 0
    rig.clock.advance(60)
    assert rig.prune(FOR_EVER, FOR_EVER) == 1
    assert rig.scores("trash").keys() == {"b"}
    assert rig.command("EXISTS", rig.keys.job + "a", rig.keys.trail + "a") == 0
    assert rig.restore(first, second) == ["unknown", "ok"]


def test_a_new_run_of_a_producer_that_knows_no_trash_is_not_deleted(bare: Rig) -> None:
    """It left the id in the trash: when that is emptied, the live job is only taken out of it."""
    bare.configure()
    (ticket, other) = end(bare, "complete", "a", "b")
    bare.trash(ticket, other)
    bare.enqueue("a")
    bare.command("ZADD", bare.keys.trash, 5, "a")
    bare.command("DEL", bare.keys.job + "b")
    bare.command("ZADD", bare.keys.trash, 5, "c")
    bare.command("SET", bare.keys.job + "c", "hostile")
    bare.clock.advance(86_400)
    assert bare.prune(FOR_EVER, FOR_EVER) == 3
    assert bare.scores("trash") == {}
    assert [one.id for one in bare.take()] == ["a"]
    assert bare.command("EXISTS", bare.keys.trail + "b", bare.keys.job + "c") == 0


def test_retention_of_its_state_does_not_reach_into_the_trash(rig: Rig) -> None:
    """What is in the trash is neither counted nor deleted with its state."""
    tickets = end(rig, "complete", "a", "b", "c")
    rig.trash(tickets[0])
    rig.clock.advance(1)
    assert rig.prune(Keep(0, count=0), FOR_EVER) == 2
    assert rig.restore(tickets[0]) == ["ok"]


@pytest.mark.parametrize("trashed", [True, False], ids=["from the trash", "from its state"])
def test_deleted_for_good_nothing_names_it(rig: Rig, trashed: bool) -> None:  # noqa: FBT001 - parametrized by name
    """Neither index, trash, record, trail nor its tenant; a neighbour stays."""
    stored = rig.enqueue_jobs(NewJob("a", "work", b"{}", tenant="t"), NewJob("b", "work", b"{}", tenant="t"))
    tickets = [ticket for ticket in stored if ticket is not None]
    for delivery in rig.take():
        rig.note(delivery, "log", b"a line")
        rig.settle(delivery, "complete", b"1")
    if trashed:
        rig.trash(tickets[0])
    assert rig.delete_runs(tickets[0]) == ["ok"]
    left = rig.scores("completed") | rig.scores("trash")
    assert left.keys() == {"b"}
    assert rig.command("EXISTS", rig.keys.job + "a", rig.keys.trail + "a") == 0
    assert rig.command("ZRANGE", rig.keys.tenant + "t", 0, -1) == [b"b"]
    assert rig.events()[-1] == ("delete", "a")


def test_a_requeue_leaves_what_is_in_the_trash(rig: Rig) -> None:
    """It has to be taken out first: nobody runs what somebody threw away."""
    (ticket,) = end(rig, "fail")
    rig.trash(ticket)
    before = everything(rig)
    assert [answer.answer for answer in rig.requeue(ticket)] == ["not"]
    assert everything(rig) == before
    rig.restore(ticket)
    assert [answer.answer for answer in rig.requeue(ticket)] == ["ok"]


def test_a_record_without_a_state_is_not_deleted_unseen(bare: Rig) -> None:
    """It cannot be read, so nobody can know what it holds."""
    bare.configure()
    (ticket,) = end(bare)
    bare.command("HDEL", bare.keys.job + "a", "state")
    assert bare.delete_runs(ticket) == ["unknown"]


def test_an_enqueue_of_its_id_takes_it_out_of_the_trash(rig: Rig) -> None:
    """It is a new run, as of any ended id, and nothing of the old one is left."""
    (ticket,) = end(rig, "fail")
    rig.trash(ticket)
    (again,) = rig.enqueue("a")
    assert again.created
    assert rig.scores("trash") == {}
    assert "trashed" not in rig.record("a")
    assert rig.restore(ticket) == ["not"]


def test_a_cancelled_job_in_the_trash_is_still_cancelled(rig: Rig) -> None:
    """Who asks once more is told so."""
    (ticket,) = rig.enqueue("a")
    rig.cancel(ticket)
    rig.trash(ticket)
    assert rig.cancel(ticket) == "cancelled"


def test_a_restored_job_whose_end_is_unreadable_ended_now(rig: Rig) -> None:
    """Somebody else's junk in a record costs the time, not the job."""
    (ticket,) = end(rig)
    rig.trash(ticket)
    rig.command("HSET", rig.keys.job + "a", "ended", "soon")
    assert rig.restore(ticket) == ["ok"]
    assert rig.scores("completed") == {"a": rig.clock.now_us() // 1000}
    rig.command("HSET", rig.keys.job + "a", "ended", rig.clock.now_us() // 1000)


def test_a_full_server_takes_all_of_it(full: Rig, set_full: Callable[[], None]) -> None:
    """An operator who makes room is not refused for want of it."""
    first, second, third = end(full, "fail", "a", "b", "c")
    full.trash(third)
    set_full()
    assert (full.trash(first), full.restore(third), full.delete_runs(second)) == (["ok"], ["ok"], ["ok"])


def test_the_doctor_knows_the_trash(bare: Rig) -> None:
    """A record in the trash is nowhere else; one that is not marked is not there; one that is, is."""
    bare.configure()
    sound, unmarked, lost = end(bare, "complete", "sound", "unmarked", "lost")
    bare.trash(sound, lost)
    bare.command("ZADD", bare.keys.trash, 5, "unmarked")
    bare.command("ZREM", bare.keys.trash, "lost")
    bare.command("ZADD", bare.keys.completed, 5, "lost")
    bare.command("ZADD", bare.keys.trash, 5, "nobody")
    marks = [Mark(name.encode()) for name in ("sound", "unmarked", "lost", "nobody")]
    faults = [("unmarked", "doubled"), ("lost", "unlisted"), ("lost", "doubled"), ("nobody", "unrecorded")]
    assert bare.audit(*marks) == faults
    assert bare.repair(*marks) == faults
    assert bare.audit(*marks) == []
    assert bare.scores("trash").keys() == {"sound", "lost"}
    assert bare.scores("completed").keys() == {"unmarked"}
    assert bare.restore(sound, unmarked, lost) == ["ok", "ok", "ok"]


def test_a_live_record_is_not_in_the_trash_whatever_it_says(bare: Rig) -> None:
    """The mark means something of an ended run only."""
    bare.configure()
    bare.enqueue("a")
    bare.command("HSET", bare.keys.job + "a", "trashed", "5")
    assert bare.audit(Mark(b"a")) == []
