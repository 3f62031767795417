"""The audit script: each way in which a record and the places that name its job disagree has its word."""

from __future__ import annotations

import pytest

from engine.streams.commands import Mark
from engine.streams.reads import audit
from tests.support import damage
from tests.support.damage import marks
from tests.support.queue import FAILURE, Rig
from tests.support.whole import everything


def one_of_each_state(rig: Rig) -> None:
    """Jobs named by their state, and a flagged, a retried and a released one."""
    flagged = rig.enqueue("completed", "failed", "retried", "released", "active", "flagged")[-1]
    tickets = {d.id: d for d in rig.take(6)}
    rig.settle(tickets["completed"], "complete", b"1")
    rig.settle(tickets["failed"], "fail", FAILURE)
    rig.settle(tickets["retried"], "retry", FAILURE, delay_s=60)
    rig.settle(tickets["released"], "release")
    (_, cancelled) = rig.enqueue("waiting", "cancelled")
    rig.enqueue("delayed", delay_s=60)
    rig.cancel(cancelled)
    rig.cancel(flagged)


def test_a_sound_queue_has_no_fault(rig: Rig) -> None:
    """Jobs in every state, looked at from every side, are in order; looking changes nothing."""
    one_of_each_state(rig)
    before = everything(rig)
    looked_at = marks(rig)
    assert len(looked_at) >= 10
    assert rig.audit(*looked_at) == []
    assert everything(rig) == before


def test_a_group_that_was_made_anew_is_no_fault(rig: Rig) -> None:
    """Its entries will be handed over again, so nothing about their jobs is wrong; without a group it is not judged."""
    rig.enqueue("a", "b")
    rig.take(1)
    rig.command("XGROUP", "DESTROY", rig.keys.ready, "workers")
    assert rig.audit(*marks(rig)) == []
    rig.configure()
    assert rig.audit(*marks(rig)) == []
    rig.take()


@pytest.mark.parametrize(
    ("harm", "state", "fault"),
    [
        (damage.lose_entry, "waiting", "undelivered"),
        (damage.lose_entry, "active", "unheld"),
        (damage.lose_pending, "active", "unpending"),
        (damage.skip_entry, "waiting", "undelivered"),
        (damage.lose_holding, "active", "unheld"),
        (damage.lose_index, "delayed", "unlisted"),
        (damage.lose_index, "completed", "unlisted"),
        (damage.lose_index, "cancelled", "unlisted"),
        (damage.move_index, "waiting", "doubled"),
        (damage.move_index, "active", "doubled"),
        (damage.hold_twice, "waiting", "doubled"),
        (damage.hold_twice, "active", "unheld"),
        (damage.hold_twice, "completed", "doubled"),
        (damage.lose_record, "waiting", "unrecorded"),
        (damage.lose_record, "active", "unrecorded"),
        (damage.lose_record, "delayed", "unrecorded"),
        (damage.lose_record, "failed", "unrecorded"),
        (damage.copy_entry, "waiting", "stale"),
        (damage.copy_entry, "completed", "stale"),
        (damage.copy_entry, "delayed", "stale"),
    ],
)
def test_a_fault_has_its_word(bare: Rig, harm: damage.Damage, state: str, fault: str) -> None:
    """The job that was damaged, and no other, is found by the fault that it has."""
    bare.configure()
    one_of_each_state(bare)
    harm(bare, state)
    found = bare.audit(*marks(bare))
    assert (state, fault) in found
    assert {word for job_id, word in found if job_id == state} == {fault}
    if harm not in (damage.skip_entry, damage.lose_pending):
        assert {job_id for job_id, _ in found} == {state}


@pytest.mark.parametrize(
    "words",
    [
        ("HDEL", "payload"),
        ("HDEL", "name"),
        ("HDEL", "state"),
        ("HSET", "state", "asleep"),
        ("HSET", "run", "soon"),
        ("HSET", "attempts", "-1"),
        ("HSET", "name", "\udcff"),
        (),
    ],
    ids=" ".join,
)
def test_a_record_that_no_worker_can_read(bare: Rig, words: tuple[str, ...]) -> None:
    """It is told by its id, once for each side from which it is found, and read no further."""
    bare.configure()
    bare.enqueue("a", "b")
    key = bare.keys.job + "a"
    if words:
        bare.command(words[0], key, *(word.encode(errors="surrogateescape") for word in words[1:]))
    else:
        bare.command("DEL", key)
        bare.command("SET", key, "hostile")
    assert set(bare.audit(*marks(bare))) == {("a", "unreadable")}


@pytest.mark.parametrize("at", ["", "ready", "nowhere 1-1", "ready 1-1-1", f"ready {'9' * 30}-1", "ready x-1"])
def test_a_place_that_is_none(bare: Rig, at: str) -> None:
    """Whatever another producer wrote as `at`, the job is told and nothing breaks."""
    bare.configure()
    bare.enqueue("a")
    bare.command("HSET", bare.keys.job + "a", "at", at)
    assert bare.audit(Mark(b"a"), Mark(b"a", at.encode())) == [("a", "undelivered")] * 2


def test_a_holding_that_is_none(bare: Rig) -> None:
    """Text in `active` that names no delivery is a fault of its job."""
    bare.configure()
    bare.enqueue("a")
    bare.take()
    bare.command("HSET", bare.keys.active, "a", "hostile", "b", "hostile")
    assert bare.audit(*marks(bare)) == [("a", "unheld"), ("b", "unrecorded"), ("a", "unheld")]


def test_ids_of_any_bytes(bare: Rig) -> None:
    """Ids with glob characters, spaces and no text at all are looked at as they are."""
    bare.configure()
    for job_id in (b"*", b"[a]", b"a b\n", b"\xff\xfe"):
        bare.command("ZADD", bare.keys.failed, 1, job_id)
    found = bare.store.run(audit(bare.keys, marks(bare)))
    assert sorted(odd.mark.id for odd in found) == [b"*", b"[a]", b"a b\n", b"\xff\xfe"]
    assert {odd.fault for odd in found} == {"unrecorded"}
