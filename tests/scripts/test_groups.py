"""Error groups: failed jobs counted by the fingerprint of their error, exactly, whatever takes them out or back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.streams.commands import NewJob, Settle
from engine.types import Enqueued, Keep, State
from tests.support.queue import FAILURE, Rig

A, B = "aaaaaaaaaaaa", "0123456789ab"
FOR_EVER = Keep(10**6)


def fail(rig: Rig, fingerprint: str, *ids: str, data: bytes = FAILURE) -> list[Enqueued]:
    """The tickets of jobs that failed in one call with this fingerprint."""
    tickets = rig.enqueue(*ids)
    failed = [Settle(one.id, one.fence, "fail", data, fingerprint=fingerprint) for one in rig.take()]
    assert rig.answers(*failed) == ["ok"] * len(ids)
    return tickets


def test_failures_of_one_fingerprint_are_a_group(rig: Rig) -> None:
    """How many, since when, and the newest one with its error; the record says which group, the minute how many."""
    began_ms = rig.clock.now_us() // 1000
    fail(rig, A, "a", "b")
    rig.clock.advance(3)
    fail(rig, A, "c", data=b'{"type":"E","message":"new"}')
    fail(rig, B, "d")
    now_ms = rig.clock.now_us() // 1000
    assert rig.scores("groups") == {A: now_ms, B: now_ms}
    assert rig.group(A) == {
        "jobs": "3",
        "total": "3",
        "first": str(began_ms),
        "last": str(now_ms),
        "sample": '{"type":"E","message":"new"}',
        "job": "c",
    }
    assert rig.record("a")["group"] == A
    assert (rig.counted(f"group:{A}"), rig.counted(f"group:{B}")) == (3, 1)


def test_only_a_fingerprint_makes_a_group(rig: Rig) -> None:
    """A worker that sends none, or a strange one, has its job failed all the same."""
    for n, detail in enumerate(("", "0", "AAAAAAAAAAAA", "aaaaaaaaaaa", "aaaaaaaaaaaaa", "../../../..x")):
        fail(rig, detail, f"j{n}")
        assert "group" not in rig.record(f"j{n}")
    assert rig.groups() == {}
    assert rig.counts().failed == 6


def test_other_ends_are_in_no_group(rig: Rig) -> None:
    """Whatever they say beside their verb, and also a failure of a job whose cancel was asked for."""
    tickets = rig.enqueue("done", "again", "cancelled")
    done, again, cancelled = rig.take()
    rig.cancel(tickets[2])
    rig.answers(
        Settle("done", done.fence, "complete", FAILURE, fingerprint=A),
        Settle("again", again.fence, "retry", FAILURE, fingerprint=A),
        Settle("cancelled", cancelled.fence, "fail", FAILURE, fingerprint=A),
    )
    assert rig.groups() == {}


def test_workers_that_went_away_are_a_group_of_their_own(rig: Rig) -> None:
    """A job that failed by its last crash is in the group `crashed`; one that waits again is in none."""
    rig.configure(max_crashes=2)
    rig.enqueue("a", "b")
    rig.take(1)
    assert rig.end_leases().jobs == [("reclaim", "a")]
    assert rig.groups() == {}
    rig.take(1)
    assert rig.end_leases().jobs == [("fail", "a")]
    assert rig.groups() == {"crashed": 1}
    assert (rig.group("crashed")["job"], rig.record("a")["group"]) == ("a", "crashed")
    assert rig.group("crashed")["sample"] == rig.record("a")["error"]
    assert rig.counted("group:crashed") == 1
    run = Enqueued("a", rig.status("a").run, created=False, state=State.FAILED, same_payload=True, queue="q")
    rig.trash(run)
    assert rig.groups() == {"crashed": 0}
    rig.restore(run)
    assert rig.groups() == {"crashed": 1}
    rig.requeue(run)
    assert rig.groups() == {"crashed": 0}


def requeue(rig: Rig, ticket: Enqueued) -> None:
    rig.requeue(ticket)


def enqueue(rig: Rig, ticket: Enqueued) -> None:
    rig.enqueue(ticket.id)


def throw_away(rig: Rig, ticket: Enqueued) -> None:
    rig.trash(ticket)


def delete(rig: Rig, ticket: Enqueued) -> None:
    rig.delete_runs(ticket)


def prune(rig: Rig, ticket: Enqueued) -> None:
    rig.prune(FOR_EVER, Keep(10**6, count=1))


@pytest.mark.parametrize("leave", [requeue, enqueue, throw_away, delete, prune])
def test_what_takes_a_job_out_of_failed_takes_it_out_of_its_group(
    rig: Rig, leave: Callable[[Rig, Enqueued], None]
) -> None:
    """Once, though it is sent twice; the group keeps its total, its times and the other jobs."""
    first, _ = fail(rig, A, "a", "b")
    before = rig.group(A)
    for _ in range(2):
        leave(rig, first)
        assert rig.group(A) == before | {"jobs": "1"}
    assert rig.groups() == {A: 1}


def test_a_job_from_the_trash_leaves_no_group_twice(rig: Rig) -> None:
    """It was taken out when it was thrown away: deleting it, or a new run of it, takes nobody else out."""
    first, second, _ = fail(rig, A, "a", "b", "c")
    rig.trash(first, second)
    rig.delete_runs(first)
    rig.enqueue("b")
    assert rig.groups() == {A: 1}


@pytest.mark.parametrize("how", ["restored", "reverted"])
def test_what_puts_a_job_back_puts_it_back_into_its_group(rig: Rig, how: str) -> None:
    """It counts again, and neither the total nor the times say that it failed anew."""
    first, _ = fail(rig, A, "a", "b")
    before = rig.group(A)
    rig.clock.advance(5)
    for _ in range(2):
        if how == "restored":
            rig.trash(first)
            assert rig.restore(first) == ["ok"]
        else:
            rig.requeue(first)
            assert rig.revert("requeue", first) == ["ok"]
        assert rig.group(A) == before
        assert rig.scores("groups") == {A: int(before["last"])}


def test_a_job_that_completed_is_put_back_into_no_group(rig: Rig) -> None:
    """Nor one that was cancelled, that failed without a fingerprint, or whose fingerprint is none."""
    tickets = rig.enqueue("done", "cancelled", "plain", "junk")
    taken = {one.id: one for one in rig.take()}
    rig.settle(taken["done"], "complete", b"1")
    rig.settle(taken["cancelled"], "cancel")
    rig.settle(taken["plain"], "fail", FAILURE)
    rig.settle(taken["junk"], "fail", FAILURE)
    rig.command("HSET", rig.keys.job + "junk", "group", "strange")
    for ticket in tickets[:2]:
        rig.command("HSET", rig.keys.job + ticket.id, "group", A)
    rig.trash(*tickets)
    rig.restore(*tickets)
    rig.requeue(tickets[1])
    rig.revert("requeue", tickets[1])
    assert rig.groups() == {}


def test_a_group_that_is_gone_is_made_anew_for_a_job_that_comes_back(rig: Rig) -> None:
    """As of the job's own end and error, so that nobody overlooks it."""
    (ticket,) = fail(rig, A, "a")
    ended_ms = rig.clock.now_us() // 1000
    rig.clock.advance(2)
    rig.trash(ticket)
    rig.prune(FOR_EVER, Keep(1))
    assert rig.groups() == {}
    rig.restore(ticket)
    assert rig.group(A) == {
        "jobs": "1",
        "total": "1",
        "first": str(ended_ms),
        "last": str(ended_ms),
        "sample": FAILURE.decode(),
        "job": "a",
    }
    assert rig.scores("groups") == {A: ended_ms}


def test_an_empty_group_stays_as_long_as_failed_jobs_are_kept(rig: Rig) -> None:
    """Until then it says that it was, and how often; one with a failed job stays longer."""
    (gone,) = fail(rig, A, "a")
    fail(rig, B, "b")
    rig.requeue(gone)
    rig.clock.advance(10)
    rig.prune(FOR_EVER, Keep(11))
    assert rig.groups() == {A: 0, B: 1}
    rig.command("ZREM", rig.keys.failed, "b")
    rig.prune(FOR_EVER, Keep(10))
    assert rig.groups() == {B: 1}
    assert rig.command("EXISTS", rig.keys.group + A) == 0
    rig.command("ZADD", rig.keys.failed, rig.record("b")["ended"], "b")
    rig.prune(FOR_EVER, Keep(10))
    assert rig.command("EXISTS", rig.keys.groups, rig.keys.group + B) == 0


def test_a_prune_forgets_at_most_so_many_groups(rig: Rig) -> None:
    """As many as jobs of a state, those that failed longest ago first."""
    for n in range(3):
        (ticket,) = fail(rig, f"{n:012x}", f"j{n}")
        rig.delete_runs(ticket)
        rig.clock.advance(1)
    rig.prune(FOR_EVER, Keep(0), limit=2)
    assert list(rig.groups()) == [f"{2:012x}"]


def test_there_are_a_thousand_groups_at_most(rig: Rig) -> None:
    """Of more, those that failed longest ago are gone, hash and all; their jobs stay failed, and leave quietly."""
    (oldest,) = fail(rig, A, "oldest")
    rig.clock.advance(1)
    for start in range(0, 1_000, 250):
        rig.enqueue(*(f"j{n}" for n in range(start, start + 250)))
        failed = [Settle(d.id, d.fence, "fail", FAILURE, fingerprint=f"{int(d.id[1:]):012x}") for d in rig.take(250)]
        rig.answers(*failed)
    assert rig.command("ZCARD", rig.keys.groups) == 1_000
    assert rig.command("EXISTS", rig.keys.group + A) == 0
    assert rig.requeue(oldest)[0].answer == "ok"
    assert rig.command("EXISTS", rig.keys.group + A) == 0
    rig.revert("requeue", oldest)
    assert rig.command("ZCARD", rig.keys.groups) == 1_000


def test_junk_in_a_group_costs_the_group_and_no_job(bare: Rig) -> None:
    """Numbers that are none count as 0; a key of another type is left alone, and so are all jobs' ends."""
    bare.configure()
    (ticket,) = fail(bare, A, "a")
    bare.command("HSET", bare.keys.group + A, "jobs", "many", "first", "ever", "total", "-1")
    now_ms = str(bare.clock.now_us() // 1000)
    bare.trash(ticket)
    bare.restore(ticket)
    fail(bare, A, "b")
    found = bare.group(A)
    assert (found["jobs"], found["total"], found["first"]) == ("2", "1", now_ms)
    bare.command("SET", bare.keys.group + B, "hostile")
    (other,) = fail(bare, B, "c")
    assert bare.requeue(other)[0].answer == "ok"
    assert bare.revert("requeue", other) == ["ok"]
    assert bare.scores("groups").keys() == {A}
    bare.command("DEL", bare.keys.groups)
    bare.command("SET", bare.keys.groups, "hostile")
    (third,) = fail(bare, "b" * 12, "d")
    bare.command("DEL", bare.keys.group + A)
    bare.trash(ticket, third)
    assert bare.restore(ticket, third) == ["ok", "ok"]
    bare.clock.advance(1)
    assert bare.prune(FOR_EVER, Keep(0)) == 4
    assert bare.command("EXISTS", bare.keys.group + A, bare.keys.group + "b" * 12) == 0


def test_a_group_of_another_type_outlives_its_rank(bare: Rig) -> None:
    """What is not the engine's is not deleted by it."""
    bare.configure()
    (ticket,) = fail(bare, A, "a")
    bare.delete_runs(ticket)
    bare.command("DEL", bare.keys.group + A)
    bare.command("SET", bare.keys.group + A, "hostile")
    bare.clock.advance(1)
    bare.prune(FOR_EVER, Keep(0))
    assert bare.command("GET", bare.keys.group + A) == b"hostile"


def test_a_full_server_still_counts(full: Rig, set_full: Callable[[], None]) -> None:
    """A failure is told even where nothing else can be stored."""
    full.enqueue("a")
    (taken,) = full.take()
    set_full()
    full.fail(taken, A)
    assert full.groups() == {A: 1}
    full.clock.advance(1)
    assert full.prune(FOR_EVER, Keep(0)) == 1
    assert full.groups() == {}


def test_a_requeued_job_that_fails_again_counts_once(rig: Rig) -> None:
    """In the group of its newest error; the total tells of both failures."""
    stored = rig.enqueue_jobs(NewJob("a", "work", b"{}", tenant="t"))
    rig.fail(rig.take()[0], A)
    rig.requeue(*(ticket for ticket in stored if ticket is not None))
    rig.fail(rig.take()[0], A)
    assert (rig.group(A)["jobs"], rig.group(A)["total"]) == ("1", "2")
