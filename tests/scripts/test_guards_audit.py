"""What audit tells apart, one small difference at a time."""

from __future__ import annotations

import pytest

from engine.streams import GROUP
from engine.streams.commands import Mark
from engine.streams.reads import audit
from tests.support.queue import FAILURE, Rig

LONG = "1" * 17
"""More digits than a fence has."""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("run", None),
        ("run", LONG),
        ("attempts", LONG),
        ("crashes", "x"),
        ("crashes", LONG),
        ("snoozed", "x"),
        ("snoozed", LONG),
    ],
)
def test_a_record_is_unreadable_by_any_field_that_a_worker_reads(bare: Rig, field: str, value: str | None) -> None:
    """One that is missing, no number, or too long for one."""
    bare.configure()
    bare.enqueue("a")
    if value is None:
        bare.command("HDEL", bare.keys.job + "a", field)
    else:
        bare.command("HSET", bare.keys.job + "a", field, value)
    assert bare.audit(Mark(b"a")) == [("a", "unreadable")]


def test_an_id_that_is_no_text_is_unreadable(bare: Rig) -> None:
    """However sound its record is."""
    bare.configure()
    key = bare.keys.job.encode() + b"\xff"
    entry = bare.command("XADD", bare.keys.ready, "*", "id", b"\xff").decode()
    bare.command("HSET", key, "name", "work", "payload", "{}", "run", 1, "state", "waiting", "at", f"ready {entry}")
    (odd,) = bare.store.run(audit(bare.keys, [Mark(b"\xff")]))
    assert odd.fault == "unreadable"
    bare.command("DEL", key)


@pytest.mark.parametrize("at", [f"ready 1-{'9' * 30}", f"ready {'9' * 30}-1"])
def test_a_place_with_too_many_digits_is_none(bare: Rig, at: str) -> None:
    """Redis would refuse it, and the audit with it."""
    bare.configure()
    bare.enqueue("a")
    bare.command("HSET", bare.keys.job + "a", "at", at)
    assert bare.audit(Mark(b"a", at.encode())) == [("a", "undelivered")]


def test_another_jobs_entry_is_no_place_of_ones_own(bare: Rig) -> None:
    """A record that names an entry which names somebody else will not be handed over."""
    bare.configure()
    bare.enqueue("a", "b")
    bare.command("HSET", bare.keys.job + "a", "at", bare.record("b")["at"])
    assert bare.audit(Mark(b"a"), Mark(b"b")) == [("a", "undelivered")]


def test_how_far_a_group_has_read_is_compared_to_the_last_digit(bare: Rig) -> None:
    """Of entries around the last one read, those before it and itself are passed, those behind it are to come."""
    bare.configure()
    bare.enqueue("a", "b", "c", "d")
    bare.command("DEL", bare.keys.ready)
    for job_id, entry in zip("abcd", ("4-9", "5-1", "5-2", "6-0"), strict=True):
        bare.command("XADD", bare.keys.ready, entry, "id", job_id)
        bare.command("HSET", bare.keys.job + job_id, "at", f"ready {entry}")
    bare.command("XGROUP", "CREATE", bare.keys.ready, GROUP, "5-1")
    found = bare.audit(*(Mark(job_id.encode()) for job_id in "abcd"))
    assert found == [("a", "undelivered"), ("b", "undelivered")]


def test_a_time_that_a_record_has_lost_is_the_indexes(bare: Rig) -> None:
    """Without it any place in the index will do, but there must be one; with it the two must agree."""
    bare.configure()
    bare.enqueue("timeless", "gone", "moved", delay_s=60)
    for job_id in ("timeless", "gone"):
        bare.command("HDEL", bare.keys.job + job_id, "due")
    bare.command("ZREM", bare.keys.delayed, "gone")
    bare.command("HINCRBY", bare.keys.job + "moved", "due", 1)
    found = bare.audit(*(Mark(job_id) for job_id in (b"timeless", b"gone", b"moved")))
    assert found == [("gone", "unlisted"), ("moved", "unlisted")]


@pytest.mark.parametrize("other", ["fence", "entry"])
def test_a_holding_of_another_delivery_holds_nothing(bare: Rig, other: str) -> None:
    """Its fence is not above the run, or it is of another entry: no worker of this run has the job."""
    bare.configure()
    (ticket,) = bare.enqueue("a")
    (delivery,) = bare.take()
    entry = bare.record("a")["at"].split()[1]
    held = f"{ticket.run} ready {entry}" if other == "fence" else f"{delivery.fence} ready 1-1"
    bare.command("HSET", bare.keys.active, "a", f"{held} - w1")
    assert bare.audit(Mark(b"a")) == [("a", "unheld")]


def test_a_lease_in_other_hands_is_nobodys(bare: Rig) -> None:
    """The group says that another consumer has it than `active` does."""
    bare.configure()
    bare.enqueue("a")
    bare.take(consumer="w1")
    entry = bare.record("a")["at"].split()[1]
    bare.command("XCLAIM", bare.keys.ready, GROUP, "w2", 0, entry)
    assert bare.audit(Mark(b"a")) == [("a", "unpending")]


def test_each_trace_of_a_job_without_a_record_is_one(bare: Rig) -> None:
    """A holding, an entry, a place in an index or a trail alone is told; nothing at all is no fault."""
    bare.configure()
    entry = bare.command("XADD", bare.keys.ready, "*", "id", "entry").decode()
    bare.command("HSET", bare.keys.active, "holding", "5 ready 1-1 - w1")
    bare.command("ZADD", bare.keys.failed, 1, "index")
    bare.command("XADD", bare.keys.trail + "trail", "*", "kind", "log")
    marks = [Mark(b"entry", f"ready {entry}".encode()), *map(Mark, (b"holding", b"index", b"trail", b"nothing"))]
    assert bare.audit(*marks) == [(name, "unrecorded") for name in ("entry", "holding", "index", "trail")]


def test_an_entry_that_an_ended_record_names_is_stale(bare: Rig) -> None:
    """Only a job that waits or runs has an entry of its own."""
    bare.configure()
    bare.enqueue("done")
    bare.settle(bare.take()[0], "fail", FAILURE)
    place = f"ready {bare.command('XADD', bare.keys.ready, '*', 'id', 'done').decode()}"
    bare.command("HSET", bare.keys.job + "done", "at", place)
    assert bare.audit(Mark(b"done", place.encode())) == [("done", "stale")]
