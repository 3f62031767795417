"""Many queues at one moment: the same numbers as the reads of one queue, and one that is spoilt costs itself only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.errors import StoreError
from engine.streams import Call
from engine.streams.reads import Seen, SlotState, snapshot
from engine.streams.scripts import load
from engine.types import Keep
from engine.views import Minute
from tests.support.queue import FAILURE, KEEP, Rig
from tests.support.whole import check_whole, everything


@pytest.fixture
def other(rig: Rig, redis_url: str) -> Iterator[Rig]:
    """Another queue of the same slot, with the same clock."""
    second = Rig(redis_url, rig.keys.prefix, "other")
    second.clock = rig.clock
    second.configure()
    yield second
    check_whole(second)
    second.close()


def look(*rigs: Rig, minutes: int = 3, since: int = 0) -> SlotState:
    """The snapshot of these queues."""
    seen = [Seen(each.keys, KEEP, KEEP, 10) for each in rigs]
    return rigs[0].store.run(snapshot(seen, rigs[0].clock.now_us(), minutes, since))


def run_some(rig: Rig) -> None:
    """Jobs in every state."""
    rig.enqueue("late", delay_s=60)
    rig.enqueue("a", "b", "c", "d", "e")
    first, second, third, *_ = rig.take(4)
    rig.settle(first, "complete", b"1")
    rig.settle(second, "fail", FAILURE)
    rig.settle(third, "retry", FAILURE, delay_s=60)


def test_a_snapshot_says_what_the_reads_of_each_queue_say(rig: Rig, other: Rig) -> None:
    """Counts and limits of two queues, each its own, at one moment."""
    run_some(rig)
    other.enqueue("x")
    other.configure(rate=5.0)
    other.pause()
    state = look(rig, other)
    assert state.at_us == rig.clock.now_us()
    assert [queue.counts for queue in state.queues] == [rig.counts(), other.counts()]
    assert [queue.limits for queue in state.queues] == [rig.limits_now(), other.limits_now()]
    assert [queue.counts.waiting for queue in state.queues] == [1, 1]
    assert [queue.limits.paused for queue in state.queues] == [False, True]


def test_the_trash_is_counted(bare: Rig) -> None:
    """By its members."""
    bare.configure()
    bare.command("ZADD", bare.keys.trash, 1, "a", 2, "b")
    assert look(bare).queues[0].trash == 2


def test_the_newest_minutes_are_counted(rig: Rig) -> None:
    """Oldest first; a minute in which nothing was recorded is told from one with other verbs."""
    start = rig.clock.now_us() // 60_000_000
    run_some(rig)
    rig.clock.advance(120)
    rig.take(1)
    assert look(rig).queues[0].minutes == {
        start: Minute(enqueued=6, completed=1, failed=1, retried=1),
        start + 1: None,
        start + 2: Minute(),
    }


def test_only_the_minutes_that_are_asked_for_are_read(rig: Rig) -> None:
    """From a number on; a number that is still to come asks for all, as 0 does."""
    now = rig.clock.now_us() // 60_000_000
    assert set(look(rig, since=now - 1).queues[0].minutes) == {now - 1, now}
    assert set(look(rig, since=now).queues[0].minutes) == {now}
    for since in (0, now - 2, now - 100, now + 1):
        assert set(look(rig, since=since).queues[0].minutes) == {now - 2, now - 1, now}


def test_a_retention_is_each_queues_own(rig: Rig, other: Rig) -> None:
    """Ended jobs count as long as they are kept: completed and cancelled ones by one age, failed ones by another."""
    for each in (rig, other):
        each.enqueue("a", "b", "c")
        first, second, third = each.take()
        each.settle(first, "complete", b"1")
        each.settle(second, "fail", FAILURE)
        each.settle(third, "cancel")
    rig.clock.advance(30)
    seen = [Seen(rig.keys, Keep(20), Keep(40), 1), Seen(other.keys, Keep(40), Keep(20), 1)]
    state = rig.store.run(snapshot(seen, rig.clock.now_us(), 1, 0))
    found = [(each.counts.completed, each.counts.failed, each.counts.cancelled) for each in state.queues]
    assert found == [(0, 1, 0), (1, 0, 1)]


@pytest.mark.parametrize(
    "name", ["again", "ready", "suspect", "delayed", "active", "control", "completed", "failed", "cancelled", "trash"]
)
def test_a_key_of_another_type_costs_its_queue_only(bare: Rig, redis_url: str, name: str) -> None:
    """It is named, and those beside it are shown."""
    spoilt = Rig(redis_url, bare.keys.prefix, "spoilt")
    spoilt.command("SET", getattr(spoilt.keys, name), "hostile")
    bare.configure()
    bare.enqueue("a")
    state = look(spoilt, bare)
    spoilt.close()
    assert [(queue.counts.queue, queue.counts.waiting) for queue in state.queues] == [("q", 1)]
    assert state.spoilt == ["spoilt"]


def test_a_stream_that_can_take_no_more_costs_its_queue_only(bare: Rig, redis_url: str) -> None:
    """Another producer has used up its entries' ids, and the group has read them."""
    spoilt = Rig(redis_url, bare.keys.prefix, "spoilt")
    spoilt.command("XADD", spoilt.keys.ready, f"{2**64 - 1}-{2**64 - 1}", "id", "x")
    spoilt.command("XGROUP", "CREATE", spoilt.keys.ready, "workers", "0")
    spoilt.command("XREADGROUP", "GROUP", "workers", "w", "STREAMS", spoilt.keys.ready, ">")
    bare.configure()
    assert [queue.counts.queue for queue in look(spoilt, bare).queues] == ["q"]
    spoilt.close()


def test_junk_among_the_counters_counts_as_none(bare: Rig) -> None:
    """Counters that are no numbers, a minute of another type, a bucket of another type: the rest is shown."""
    bare.configure(shared_rate=5.0)
    now = bare.clock.now_us() // 60_000_000
    bare.command("HSET", f"{bare.keys.stats}{now}", "enqueue", "junk", "complete", "9" * 30, "fail", 2)
    bare.command("SET", f"{bare.keys.stats}{now - 1}", "hostile")
    bare.command("SET", bare.keys.bucket, "hostile")
    (queue,) = look(bare, minutes=2).queues
    assert queue.minutes == {now - 1: None, now: Minute(failed=2)}
    assert queue.limits.shared_tokens == 1.0


def test_another_error_is_an_error(full: Rig) -> None:
    """What the user may not read is not passed over as if it were spoilt."""
    full.command("ACL", "SETUSER", "default", "-zcard")
    with pytest.raises(StoreError, match="permissions"):
        look(full)
    full.command("ACL", "SETUSER", "default", "+zcard")


def test_a_snapshot_is_bounded(rig: Rig) -> None:
    """By Python: 250 queues and minutes; by the script: 250 minutes whatever it is asked, and no more queues."""
    seen = Seen(rig.keys, KEEP, KEEP, 10)
    with pytest.raises(ValueError, match="at most 250 items, not 251"):
        snapshot([seen] * 251, 0, 1, 0)
    with pytest.raises(ValueError, match="at most 250 items, not 251"):
        snapshot([seen], 0, 251, 0)
    call = snapshot([seen], rig.clock.now_us(), 1, 0)
    longer = Call(call.script, call.keys, [call.args[0], 100_000, *call.args[2:]], list)
    assert len(rig.store.run(longer)[3][4]) == 250
    script = load("snapshot")
    many = Call(script, (*rig.keys.of(script.keys), *rig.keys.of(script.each) * 251), [0, 1, 0, *[1] * 753], list)
    with pytest.raises(StoreError, match="at most 250"):
        rig.store.run(many)


def test_a_snapshot_changes_nothing(rig: Rig) -> None:
    """Not a key."""
    run_some(rig)
    before = everything(rig)
    look(rig)
    assert everything(rig) == before


def test_a_snapshot_says_what_it_cost(bare: Rig) -> None:
    """In microseconds of the server's CPU: more for more queues, never below 0."""
    bare.configure()
    assert look(bare).cost_us >= 0
    assert look(*[bare] * 100, minutes=250).cost_us > 0
