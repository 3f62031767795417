"""What the machine once found, as short stories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.streams import GROUP
from tests.support.queue import Rig


@pytest.fixture
def rig(redis_url: str, prefix: str) -> Iterator[Rig]:
    """A configured queue."""
    rig = Rig(redis_url, prefix)
    rig.configure()
    yield rig
    rig.close()


def test_a_bad_record_takes_no_place_among_the_active(rig: Rig) -> None:
    """A running job's record is spoilt, its group is lost and made anew: set aside, it counts as active no more."""
    rig.configure(max_active=2)
    rig.enqueue("bad", "good")
    rig.take(1, "dead")
    rig.command("SET", rig.keys.job + "bad", "hostile")
    rig.command("XGROUP", "DESTROY", rig.keys.ready, GROUP)
    rig.configure()
    assert [delivery.id for delivery in rig.take(1)] == ["good"]
    assert rig.counts().active == 1


def test_a_lost_group_does_not_keep_a_dead_workers_job(rig: Rig) -> None:
    """All that may be active is held by the dead, their leases gone with the group: they run out all the same."""
    rig.configure(max_active=1)
    rig.enqueue("held", "behind")
    rig.take(1, "dead")
    rig.command("XGROUP", "DESTROY", rig.keys.ready, GROUP)
    rig.configure()
    assert rig.take(1) == [], "one is active, and no more may be"
    assert rig.end_leases().jobs == [("reclaim", "held")]
    assert [delivery.id for delivery in rig.take(1)] == ["held"]


def test_a_lost_group_takes_no_job_from_the_living(rig: Rig) -> None:
    """Who renews keeps its job, though nothing was pending for a while."""
    rig.configure(max_active=1)
    rig.enqueue("held")
    (delivery,) = rig.take(1)
    rig.command("XGROUP", "DESTROY", rig.keys.ready, GROUP)
    rig.configure()
    assert rig.end_leases(delivery).jobs == []
    assert rig.settle(delivery, "complete", b"1")
