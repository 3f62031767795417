"""The enqueue script: what is stored, what is answered, and what is not stored twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import StoreFull, StoreMisused
from engine.streams.commands import NewJob
from engine.types import State
from tests.support.queue import FAILURE, Rig, Verb
from tests.support.whole import everything


def test_a_new_job_waits(rig: Rig) -> None:
    """A new id is stored as a run of its own, in `ready`, counted, told and with a wake-up left."""
    (ticket,) = rig.enqueue("a", payload=b'{"n":1}')
    assert (ticket.created, ticket.state, ticket.same_payload) == (True, State.WAITING, True)
    assert ticket.run == rig.clock.now_us()
    status = rig.status("a")
    assert (status.state, status.data, status.run, status.timestamp) == (
        State.WAITING,
        {"n": 1},
        ticket.run,
        ticket.run // 1000,
    )
    assert rig.waiting_in("ready") == ["a"]
    assert rig.events() == [("enqueue", "a")]
    assert rig.stats() == {"enqueue": 1}
    assert rig.take_wake_up()


def test_a_delayed_job_is_due_by_the_servers_clock(rig: Rig) -> None:
    """A delayed job is in `delayed` alone, scored by its due time; a later one that is not the head wakes nobody."""
    (ticket,) = rig.enqueue("soon", delay_s=5)
    assert ticket.state is State.DELAYED
    assert rig.status("soon").due == -(-rig.clock.now_us() // 1000) + 5000
    assert rig.take_wake_up(), "it is the new head"
    rig.enqueue("later", delay_s=60)
    assert not rig.take_wake_up()
    assert rig.waiting_in("ready") == []


@pytest.mark.parametrize("state", ["waiting", "delayed", "active"])
def test_a_live_job_swallows_a_second_enqueue(rig: Rig, state: str) -> None:
    """The live run is answered, nothing of it changes, and the answer says whether the payload was the same."""
    job = NewJob("a", "work", b'{"n":1}', delay_ms=5000 if state == "delayed" else 0, digest="d1")
    (first,) = rig.enqueue_jobs(job)
    if state == "active":
        rig.take()
    before = rig.record("a")
    rig.clock.advance(1)
    same, other = rig.enqueue_jobs(job, NewJob("a", "work", b'{"n":2}', digest="d2"))
    assert first is not None
    assert same is not None
    assert other is not None
    assert (same.created, same.run, same.state, same.same_payload) == (False, first.run, State(state), True)
    assert (other.created, other.same_payload) == (False, False)
    assert rig.record("a") == before


def test_one_call_stores_an_id_once(rig: Rig) -> None:
    """The same id twice in one call is one job; the second is answered like any live one."""
    first, second = rig.enqueue_jobs(NewJob("a", "work", b"1", digest="x"), NewJob("a", "work", b"2", digest="y"))
    assert first is not None
    assert second is not None
    assert (first.created, second.created, second.run, second.same_payload) == (True, False, first.run, False)
    assert rig.waiting_in("ready") == ["a"]


@pytest.mark.parametrize(
    ("verb", "end"), [("complete", "completed"), ("fail", "failed"), ("cancel", "cancelled")], ids=str
)
def test_an_ended_id_runs_anew(rig: Rig, verb: Verb, end: str) -> None:
    """Every field but `last` of an accepted end is reset, the id leaves its index, and the trail stays, not shown."""
    (first,) = rig.enqueue("a", payload=b"1")
    (delivery,) = rig.take()
    rig.note(delivery, "log", b"old")
    rig.settle(delivery, verb, FAILURE)
    rig.clock.advance(1)
    (second,) = rig.enqueue("a", payload=b"2")
    assert second.created
    assert second.run > delivery.fence > first.run
    assert rig.record("a").keys() - {"last"} == {"name", "payload", "run", "state", "at"}
    assert rig.record("a").get("last") == (None if end == "cancelled" else str(delivery.fence))
    assert getattr(rig.counts(), end) == 0
    assert rig.status("a").logs == []
    assert rig.command("XLEN", rig.keys.trail + "a") >= 1


def test_retention_cannot_delete_a_job_that_was_enqueued_again(rig: Rig) -> None:
    """A finished id that waits again is in no end index and has no expiry: prune finds nothing of it."""
    rig.enqueue("a")
    rig.settle(rig.take()[0], "complete", b"1")
    rig.clock.advance(3600)
    rig.enqueue("a")
    assert rig.command("ZSCORE", rig.keys.completed, "a") is None
    assert rig.prune() == 0
    assert [delivery.id for delivery in rig.take()] == ["a"]


def test_a_call_sent_twice_answers_the_same(rig: Rig) -> None:
    """The reply is kept by the call's op: sent again it is answered and nothing changes, even after the job ended."""
    sent = rig.enqueue("a", "b", op="o")
    before = everything(rig)
    assert rig.enqueue("a", "b", op="o") == sent
    assert everything(rig) == before
    for delivery in rig.take():
        rig.settle(delivery, "complete", b"1")
    assert rig.enqueue("a", "b", op="o") == sent
    assert rig.counts().completed == 2
    assert 170_000 < rig.command("PTTL", rig.keys.op("o")) <= 180_000


def test_a_call_that_creates_nothing_is_kept_too(rig: Rig) -> None:
    """A duplicate's reply is kept as well: sent again after the job ended, it creates no run."""
    rig.enqueue("a")
    duplicate = rig.enqueue("a", op="o")
    rig.settle(rig.take()[0], "complete", b"1")
    assert rig.enqueue("a", op="o") == duplicate
    assert rig.status("a").state is State.COMPLETED


def test_a_key_of_another_type_is_left_alone(rig: Rig) -> None:
    """A job whose key holds no record is answered as bad; its neighbours are stored."""
    rig.command("SET", rig.keys.job + "bad", "mine")
    bad, good = rig.enqueue_jobs(NewJob("bad", "work", b"1"), NewJob("good", "work", b"2"))
    assert bad is None
    assert good is not None
    assert good.created
    assert rig.command("GET", rig.keys.job + "bad") == b"mine"
    assert rig.waiting_in("ready") == ["good"]
    rig.command("DEL", rig.keys.job + "bad")


def test_an_error_that_is_no_wrong_type_is_raised(bare: Rig) -> None:
    """A `control` of another type stops the call before it writes anything."""
    bare.command("SET", bare.keys.control, "x")
    before = everything(bare)
    with pytest.raises(StoreMisused, match="WRONGTYPE"):
        bare.enqueue("a")
    assert everything(bare) == before


def test_a_tenants_index_is_capped_and_expires(rig: Rig) -> None:
    """It holds a tenant's newest 1,000 ids, those of other tenants apart, and is gone after the given time."""
    for start in range(0, 1200, 200):
        rig.enqueue_jobs(*(NewJob(f"j{n}", "work", b"1", tenant="t") for n in range(start, start + 200)))
        rig.clock.advance(1)
    rig.enqueue_jobs(NewJob("other", "work", b"1", tenant="u"), tenant_ttl_s=60)
    ids = [job_id.decode() for job_id in rig.command("ZRANGE", rig.keys.tenant + "t", 0, -1)]
    assert ids == [f"j{n}" for n in range(200, 1200)]
    assert rig.command("ZRANGE", rig.keys.tenant + "u", 0, -1) == [b"other"]
    assert 0 < rig.command("TTL", rig.keys.tenant + "u") <= 60
    assert rig.status("other").tenant == "u"
    assert "tenant" not in rig.record(rig.enqueue("plain")[0].id)


def test_ids_and_payloads_are_opaque(rig: Rig) -> None:
    """Spaces, colons, braces, line breaks and bytes that are no text come back as they were."""
    ids = ["a b", "in:gest:{x}", "ü\n☃", "%d"]
    rig.enqueue(*ids, payload=b"\x00\xff\r\n")
    deliveries = rig.take()
    assert [delivery.id for delivery in deliveries] == ids
    assert {delivery.payload for delivery in deliveries} == {b"\x00\xff\r\n"}
    assert all(rig.settle(delivery, "complete", b"1") for delivery in deliveries)


def test_runs_rise_when_the_clock_steps_back(rig: Rig) -> None:
    """A run's number is above every fence and run before it, whatever the clock does."""
    (first,) = rig.enqueue("a")
    rig.clock.advance(-3600)
    second, third = rig.enqueue("b", "c")
    (delivery, *_) = rig.take()
    assert first.run < second.run < third.run < delivery.fence


def test_a_full_server_refuses_an_enqueue_without_a_trace(full: Rig, set_full: Callable[[], None]) -> None:
    """The whole call is refused, also where it would delete an ended record first; nothing of it is left."""
    full.enqueue("ended")
    full.settle(full.take()[0], "complete", b"1")
    set_full()
    before = everything(full)
    with pytest.raises(StoreFull):
        full.enqueue("ended", "new")
    assert everything(full) == before


def test_a_server_that_forgot_the_scripts_runs_them(full: Rig) -> None:
    """A call that names a script unknown to the server is sent again with its text: a failover needs no set-up."""
    full.command("SCRIPT", "FLUSH")
    assert full.enqueue("a")[0].created
