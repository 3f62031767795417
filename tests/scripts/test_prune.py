"""The prune script: ended jobs past their age or count are gone with their trail, and nothing else ever is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.streams.commands import NewJob
from engine.types import Keep
from tests.support.queue import FAILURE, Rig, Verb
from tests.support.whole import everything

FOR_EVER = Keep(10_000)


def end(rig: Rig, verb: Verb, *ids: str) -> None:
    """Each job has ended by the verb, one second after the other."""
    for job_id in ids:
        rig.enqueue(job_id)
        (delivery,) = rig.take()
        rig.note(delivery, "log", b"x")
        rig.settle(delivery, verb, FAILURE)
        rig.clock.advance(1)


def kept(rig: Rig, index: str) -> list[str]:
    """The ids that an end index holds, oldest first."""
    return [job_id.decode() for job_id in rig.command("ZRANGE", getattr(rig.keys, index), 0, -1)]


def test_jobs_past_their_age_are_gone(rig: Rig) -> None:
    """Record, trail and index entry; younger ones stay whole."""
    end(rig, "complete", "old", "young")
    rig.clock.advance(7.5)
    assert rig.prune(Keep(10), FOR_EVER) == 0, "the older one ended 9.5 s ago"
    rig.clock.advance(0.6)
    assert rig.prune(Keep(10), FOR_EVER) == 1
    assert kept(rig, "completed") == ["young"]
    assert rig.command("EXISTS", rig.keys.job + "old", rig.keys.trail + "old") == 0
    assert rig.status("young").logs == ["x"]


def test_only_the_newest_are_kept(rig: Rig) -> None:
    """Past the count the oldest go, whatever their age; the count of one state is not that of another."""
    end(rig, "complete", *"abcde")
    end(rig, "fail", *"vwx")
    assert rig.prune(Keep(10_000, count=2), Keep(10_000, count=1)) == 3
    assert (kept(rig, "completed"), kept(rig, "failed")) == (["d", "e"], ["x"])


def test_age_and_count_together(rig: Rig) -> None:
    """Whichever takes more decides."""
    end(rig, "complete", *"abcd")
    assert rig.prune(Keep(1.5, count=3), FOR_EVER) == 3
    assert kept(rig, "completed") == ["d"]


def test_cancelled_jobs_are_kept_as_completed_ones(rig: Rig) -> None:
    """Their own index, the retention of completed."""
    end(rig, "cancel", "a", "b", "c")
    assert rig.prune(Keep(10_000, count=1), FOR_EVER) == 2
    assert kept(rig, "cancelled") == ["c"]


def test_a_count_of_none_keeps_any_and_zero_keeps_nothing(rig: Rig) -> None:
    """No count is no limit; 0 is one."""
    end(rig, "complete", *"abc")
    assert rig.prune(FOR_EVER, FOR_EVER) == 0
    assert rig.prune(Keep(10_000, count=0), FOR_EVER) == 3


def test_one_call_is_bounded(rig: Rig) -> None:
    """At most the limit of each state goes in one call, the oldest first, until a call comes back short."""
    end(rig, "complete", *"abcdefg")
    assert [rig.prune(Keep(0), FOR_EVER, limit=3) for _ in range(3)] == [3, 3, 1]
    end(rig, "complete", *"abcdefg")
    keep_one = Keep(10_000, count=1)
    assert [rig.prune(keep_one, FOR_EVER, limit=4) for _ in range(3)] == [4, 2, 0]


@pytest.mark.parametrize("state", ["waiting", "delayed", "active"])
def test_a_live_job_is_never_pruned(rig: Rig, state: str) -> None:
    """Also when its id ended before: a new run is out of every end index."""
    end(rig, "complete", "a")
    rig.enqueue("a", delay_s=60 if state == "delayed" else 0)
    if state == "active":
        rig.take()
    before = everything(rig)
    assert rig.prune(Keep(0, count=0), Keep(0, count=0)) == 0
    assert everything(rig) == before


def test_the_tenants_index_is_left_to_expire(rig: Rig) -> None:
    """Prune does not know tenants; readers skip ids without a record."""
    rig.enqueue_jobs(NewJob("a", "work", b"1", tenant="t"))
    rig.settle(rig.take()[0], "complete", b"1")
    rig.clock.advance(1)
    rig.prune(Keep(0), FOR_EVER)
    assert rig.command("ZRANGE", rig.keys.tenant + "t", 0, -1) == [b"a"]


def test_a_record_of_another_type_goes_with_its_id(rig: Rig) -> None:
    """A hostile key under an ended job's name stops nothing."""
    end(rig, "complete", "a", "b")
    rig.command("DEL", rig.keys.job + "a")
    rig.command("SET", rig.keys.job + "a", "hostile")
    assert rig.prune(Keep(0), FOR_EVER) == 2


def test_a_full_server_can_be_pruned(full: Rig, set_full: Callable[[], None]) -> None:
    """Deleting is what a full server needs most."""
    end(full, "complete", "a")
    set_full()
    assert full.prune(Keep(0), FOR_EVER) == 1
