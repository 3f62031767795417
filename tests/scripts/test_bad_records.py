"""What cannot be read, or should not be there, costs nobody else anything; what merely failed is not taken for bad."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import StoreError, StoreMisused
from engine.types import Enqueued
from tests.support.queue import Rig
from tests.support.whole import check_whole


def damage_type(rig: Rig, ticket: Enqueued) -> None:
    rig.command("DEL", rig.keys.job + ticket.id)
    rig.command("SET", rig.keys.job + ticket.id, "hostile")


def damage_away(rig: Rig, ticket: Enqueued) -> None:
    rig.command("DEL", rig.keys.job + ticket.id)


def damage_payload(rig: Rig, ticket: Enqueued) -> None:
    rig.command("HDEL", rig.keys.job + ticket.id, "payload")


def damage_counter(rig: Rig, ticket: Enqueued) -> None:
    rig.command("HSET", rig.keys.job + ticket.id, "attempts", "x")


@pytest.mark.parametrize("damage", [damage_type, damage_away, damage_payload, damage_counter])
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
    readable = (f"~{base}[^j]*", f"~{base}job:", f"~{base}job:good", f"~{full.keys.bucket}")
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


def test_a_settle_that_breaks_midway_leaves_its_jobs_to_reclaim(bare: Rig) -> None:
    """A release that cannot be written keeps the entry pending; mended, the job is handed back uncharged."""
    bare.configure()
    bare.enqueue("a")
    (delivery,) = bare.take()
    bare.command("DEL", bare.keys.again)
    bare.command("SET", bare.keys.again, "hostile")
    with pytest.raises(StoreMisused, match="WRONGTYPE"):
        bare.settle(delivery, "release")
    bare.command("DEL", bare.keys.again)
    bare.configure()
    assert bare.end_leases().uncharged == 1
    assert (bare.status("a").state, bare.status("a").crashes) == ("waiting", 0)
    check_whole(bare)


def test_one_call_reads_a_bounded_number_of_orphans(rig: Rig) -> None:
    """Entries that nothing names are dropped 250 a call, and the answer asks for another call at once."""
    for _ in range(300):
        rig.command("XADD", rig.keys.ready, "*", "id", "nobody")
    answer = rig.acquire(places=10)
    assert (answer.deliveries, answer.wait_ms) == ([], 0)
    assert len(rig.waiting_in("ready")) == 50
    assert rig.acquire(places=10).wait_ms is None
    assert rig.waiting_in("ready") == []
