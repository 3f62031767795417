"""The repair script: each fault is mended in the way that harms least, and no record is ever deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.streams.commands import Mark, drop_consumers
from engine.types import State
from tests.support import damage
from tests.support.damage import DAMAGES, Damage, keys_of, marks
from tests.support.queue import FAILURE, STREAMS, Rig
from tests.support.whole import check_whole, everything

IDS = tuple(f"j{n}" for n in range(8))


def mend(rig: Rig) -> list[tuple[str, str]]:
    """What a repair of everything mended; the queue is whole afterwards, and a second one finds nothing."""
    mended = mend_twice(rig)
    check_whole(rig)
    return mended


def mend_twice(rig: Rig) -> list[tuple[str, str]]:
    """What a repair of everything mended; a second one finds nothing."""
    mended = rig.repair(*marks(rig))
    after = everything(rig)
    assert rig.repair(*marks(rig)) == []
    assert everything(rig) == after, "a repair sent twice changes nothing"
    return mended


def run_to_the_end(rig: Rig) -> None:
    """Every job that is stored and not ended runs, and completes."""
    for _ in range(50):
        rig.clock.advance(100)
        held = rig.take(100, "other")
        assert all(rig.settle(delivery, "complete", b"1") for delivery in held)
        rig.end_leases()
        counts = rig.counts()
        if counts.waiting + counts.delayed + counts.active == 0:
            return
    pytest.fail(f"{rig.counts()}")


def test_waiting_without_an_entry(rig: Rig) -> None:
    """The job has an entry again in the stream that it was in, somebody is woken, and it runs."""
    rig.enqueue("a", "b")
    rig.settle(rig.take(1)[0], "release")
    rig.take_wake_up()
    damage.lose_entry(rig, "a")
    damage.lose_entry(rig, "b")
    assert sorted(mend(rig)) == [("a", "undelivered"), ("b", "undelivered")]
    assert (rig.waiting_in("again"), rig.waiting_in("ready"), rig.take_wake_up()) == (["a"], ["b"], True)
    assert [d.id for d in rig.take()] == ["a", "b"]


def test_a_suspect_stays_one(rig: Rig) -> None:
    """A job whose next crash would be its last still runs alone after its entry was lost."""
    rig.enqueue("a")
    for _ in range(2):
        rig.take()
        rig.end_leases()
    damage.lose_entry(rig, "a")
    assert mend(rig) == [("a", "undelivered")]
    assert [(d.suspect, d.crashes) for d in rig.take()] == [(True, 2)]


def test_an_entry_that_the_group_has_passed(rig: Rig) -> None:
    """A waiting job whose delivery went to a deleted consumer is handed over after all (row 5)."""
    rig.enqueue("a", "b")
    damage.skip_entry(rig, "a")
    assert rig.take() == []
    assert {fault for _, fault in mend(rig)} == {"undelivered"}
    assert sorted(d.id for d in rig.take()) == ["a", "b"]


def test_active_without_a_holding(rig: Rig) -> None:
    """The job waits again, first in line and uncharged; the delivery that it had is lost."""
    rig.enqueue("a", "b")
    (held,) = rig.take(1)
    damage.lose_holding(rig, "a")
    assert mend(rig) == [("a", "unheld")]
    assert not rig.settle(held, "complete", b"1")
    (again, _) = rig.take(consumer="w2")
    assert (again.id, again.crashes, again.attempts) == ("a", 0, 0)
    assert again.fence > held.fence
    assert ("release", "a") in rig.events()


def test_a_cancel_that_was_asked_for_holds(rig: Rig) -> None:
    """A flagged job whose entry was lost ends as cancelled instead of waiting again."""
    (ticket,) = rig.enqueue("a")
    (held,) = rig.take()
    rig.cancel(ticket)
    damage.lose_entry(rig, "a")
    damage.move_index(rig, "a")
    rig.command("ZADD", rig.keys.cancelled, 1, "a")
    assert mend(rig) == [("a", "unheld"), ("a", "doubled")]
    assert rig.status("a").state == State.CANCELLED
    assert rig.settle(held, "complete", b"1"), "as a settle that was answered before"
    assert ("cancel", "a") in rig.events()


def test_a_lease_that_is_nobodys(rig: Rig) -> None:
    """The delivery's entry is pending again: a living worker goes on, a dead one's job is reclaimed (row 5)."""
    rig.enqueue("alive", "dead")
    alive, dead = rig.take(1), rig.take(1, "w2")
    damage.lose_pending(rig, "alive")
    assert sorted(mend(rig)) == [("alive", "unpending"), ("dead", "unpending")]
    assert rig.renew(*alive).states == ["ok"]
    assert rig.end_leases(*alive).reclaimed == 1
    assert rig.settle(alive[0], "complete", b"1")
    assert not rig.settle(dead[0], "complete", b"1")
    assert [d.id for d in rig.take()] == ["dead"]


def test_an_index_without_its_job(rig: Rig) -> None:
    """A delayed and ended jobs are in their sets again, at the time that their records name."""
    rig.enqueue("failed", "completed")
    rig.settle(rig.take(1)[0], "fail", FAILURE)
    rig.settle(rig.take(1)[0], "complete", b"1")
    rig.enqueue("delayed", delay_s=60)
    before = everything(rig)
    rig.command("DEL", rig.keys.delayed, rig.keys.failed)
    rig.command("ZADD", rig.keys.completed, 5, "completed")
    assert sorted(mend(rig)) == [("completed", "unlisted"), ("delayed", "unlisted"), ("failed", "unlisted")]
    assert everything(rig) == before


def test_a_record_that_has_lost_its_time_too(rig: Rig) -> None:
    """Without a readable due time a delayed job is due now; without one of its end, an ended one ended now."""
    rig.enqueue("delayed", delay_s=60)
    damage.lose_index(rig, "delayed")
    rig.command("HSET", rig.keys.job + "delayed", "due", "soon")
    assert mend(rig) == [("delayed", "unlisted")]
    assert [d.id for d in rig.take()] == ["delayed"]


def test_what_names_a_job_without_a_record(bare: Rig) -> None:
    """Members of indexes, holdings, entries and a trail of nobody are gone; the jobs beside them are untouched."""
    bare.configure()
    bare.enqueue("a")
    before = everything(bare)
    for name in ("delayed", *damage.ENDS):
        bare.command("ZADD", getattr(bare.keys, name), 1, name)
    bare.command("HSET", bare.keys.active, "held", "9 ready 1-1 - w9")
    for stream in STREAMS:
        bare.command("XADD", getattr(bare.keys, stream), "*", "id", f"in {stream}")
    damage.leave_trail(bare, "a")
    mended = bare.repair(*marks(bare))
    assert {fault for _, fault in mended} == {"unrecorded"}
    assert len(mended) == 9
    assert everything(bare) == before


def test_what_names_a_job_twice(rig: Rig) -> None:
    """A job stays where its record says; other indexes, holdings and entries of it are gone."""
    rig.enqueue("a", "b")
    (held,) = rig.take(1)
    before = everything(rig)
    damage.move_index(rig, "a")
    damage.move_index(rig, "b")
    damage.hold_twice(rig, "b")
    damage.copy_entry(rig, "b")
    damage.copy_entry(rig, "a")
    assert {fault for _, fault in mend(rig)} == {"doubled", "stale"}
    after = everything(rig)
    assert {key: after[key] for key in before if key != rig.keys.again} == {
        key: before[key] for key in before if key != rig.keys.again
    }
    assert rig.settle(held, "complete", b"1")


def test_an_unreadable_record_is_left_as_it_is(bare: Rig) -> None:
    """Nothing of a job that no worker can read is changed: a person decides."""
    bare.configure()
    bare.enqueue("a")
    bare.command("HDEL", bare.keys.job + "a", "payload")
    damage.lose_entry(bare, "a")
    before = everything(bare)
    assert bare.repair(*marks(bare)) == []
    assert everything(bare) == before


def test_a_lost_stream_is_rebuilt_in_the_order_of_its_marks(rig: Rig) -> None:
    """All that waited in it waits again, first come first served, once its group was made anew."""
    for start in (0, 150):
        rig.enqueue(*(f"j{n:03}" for n in range(start, start + 150)))
    held = rig.take(2)
    damage.lose_stream(rig, "")
    rig.configure()
    ordered = sorted(marks(rig), key=lambda mark: mark.id)
    mended = rig.repair(*ordered[:250]) + rig.repair(*ordered[250:])
    assert [fault for _, fault in mended] == ["unheld"] * 2 + ["undelivered"] * 298
    check_whole(rig)
    assert not rig.settle(held[0], "complete", b"1")
    assert [d.id for d in rig.take(300)][:250] == [f"j{n:03}" for n in range(250)]


def test_what_changed_meanwhile_is_left_alone(rig: Rig) -> None:
    """A repair decides anew: a job that ended, or an id that runs again, since it was found is not touched."""
    rig.enqueue("ended", "anew")
    found = marks(rig)
    for delivery in rig.take(2):
        rig.settle(delivery, "complete", b"1")
    rig.enqueue("anew")
    before = everything(rig)
    assert rig.repair(*found) == []
    assert everything(rig) == before


def test_a_full_server_is_repaired(full: Rig, set_full: Callable[[], None]) -> None:
    """Also where Redis refuses to store more: only what runs can end and free memory."""
    full.enqueue("a")
    damage.lose_entry(full, "a")
    set_full()
    assert full.repair(Mark(b"a")) == [("a", "undelivered")]
    assert [d.id for d in full.take()] == ["a"]


def test_consumers(rig: Rig) -> None:
    """A consumer that holds nothing is gone from every stream; one that holds a job stays, and so does its job."""
    rig.enqueue("a")
    rig.take(consumer="holds")
    rig.take(consumer="empty")
    gone = rig.store.run(drop_consumers(rig.keys, [b"holds", b"empty", b"unheard-of"]))
    assert [one.id for one in gone] == [b"empty", b"unheard-of"]
    names = [fields[1] for fields in rig.command("XINFO", "CONSUMERS", rig.keys.ready, "workers")]
    assert names == [b"holds"]
    assert rig.end_leases().reclaimed == 1


@given(
    verbs=st.lists(st.sampled_from(["complete", "fail", "retry", "snooze", "release", "hold"]), max_size=6),
    delays=st.lists(st.sampled_from([0, 50]), min_size=8, max_size=8),
    harms=st.lists(st.tuples(st.sampled_from(DAMAGES), st.sampled_from(IDS)), min_size=1, max_size=6),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_is_mended(
    bare: Rig, verbs: Sequence[str], delays: Sequence[int], harms: Sequence[tuple[Damage, str]]
) -> None:
    """Whatever was lost, copied or moved: afterwards every record is in its one place, and all that is stored runs."""
    bare.command("DEL", *keys_of(bare, bare.keys.base), "nothing")
    bare.configure()
    for job_id, delay_s in zip(IDS, delays, strict=True):
        bare.enqueue(job_id, delay_s=delay_s)
    for verb, delivery in zip(verbs, bare.take(len(verbs)), strict=False):
        if verb != "hold":
            bare.settle(delivery, verb, FAILURE, delay_s=50)  # type: ignore[arg-type]
    records = {job_id for job_id in IDS if not any(harm == (damage.lose_record, job_id) for harm in harms)}
    for harm, job_id in harms:
        harm(bare, job_id)
    bare.configure()
    mend_twice(bare)  # what a lost group held is handed over again by the new one: not whole before that
    stored = {key.removeprefix(bare.keys.job) for key in everything(bare) if key.startswith(bare.keys.job)}
    assert stored == records, "no record was deleted"
    run_to_the_end(bare)
    check_whole(bare)


def test_what_active_says_without_sense_is_dropped(bare: Rig) -> None:
    """Another producer wrote it, and there is no record: nothing of it is left, and nothing breaks."""
    bare.configure()
    bare.command("HSET", bare.keys.active, "ghost", "junk")
    assert bare.repair(Mark(b"ghost")) == [("ghost", "unrecorded")]
    assert bare.command("HLEN", bare.keys.active) == 0


def test_the_entry_that_a_lost_record_was_held_at_goes_with_it(rig: Rig) -> None:
    """Also where only `active` tells of the entry: it would be taken back and set aside for ever after."""
    rig.enqueue("a")
    rig.take()
    rig.command("DEL", rig.keys.job + "a")
    assert rig.repair(Mark(b"a")) == [("a", "unrecorded")]
    assert (rig.waiting_in("ready"), rig.pending("ready")) == ([], {})


def test_an_entry_of_another_job_is_left_where_it_is(rig: Rig) -> None:
    """A record that names it is given an entry of its own."""
    rig.enqueue("a", "b")
    damage.lose_entry(rig, "a")
    rig.command("HSET", rig.keys.job + "a", "at", rig.record("b")["at"])
    assert rig.repair(Mark(b"a")) == [("a", "undelivered")]
    assert sorted(rig.waiting_in("ready")) == ["a", "b"]
