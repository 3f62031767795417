"""What a renew leaves alone."""

from __future__ import annotations

import pytest

from engine.errors import StoreMisused
from engine.streams import GROUP
from tests.support.queue import Rig


def test_what_is_known_and_renewed_no_more_is_no_stray(rig: Rig) -> None:
    """A job that hangs past its time is named and not renewed: its lease runs out, and a crash is charged (trial 8)."""
    rig.enqueue("hangs")
    (delivery,) = rig.take()
    for _ in range(4):
        rig.clock.advance(2.5)
        assert rig.renew(delivery, renew=False, strays=True).strays == 0
    assert rig.end_leases().jobs == [("reclaim", "hangs")]


def test_a_lease_that_cannot_be_renewed_is_an_error(bare: Rig) -> None:
    """A stream of another type is told: the worker must not believe that its leases run anew."""
    bare.configure()
    bare.enqueue("a")
    (delivery,) = bare.take()
    bare.command("SET", bare.keys.ready, "hostile")
    with pytest.raises(StoreMisused, match="WRONGTYPE"):
        bare.renew(delivery)


def test_a_stray_whose_entry_was_deleted_stops_no_renewal(bare: Rig) -> None:
    """It names no job any more; the others of this consumer are given back."""
    bare.configure()
    bare.enqueue("gone", "stray")
    bare.take()
    bare.command("XDEL", bare.keys.ready, bare.record("gone")["at"].split()[1])
    bare.clock.advance(8)
    assert bare.renew(strays=True).strays == 1
    assert bare.status("stray").state == "waiting"


@pytest.mark.parametrize(("stream", "same_entry"), [("ready", False), ("again", True)])
def test_a_copied_entry_is_no_stray_of_anothers_job(rig: Rig, stream: str, *, same_entry: bool) -> None:
    """This consumer has a copy pending, and another runs the job: it keeps it."""
    rig.enqueue("a")
    (running,) = rig.take(consumer="w2")
    entry = rig.record("a")["at"].split()[1]
    rig.command("XADD", getattr(rig.keys, stream), entry if same_entry else "*", "id", "a")
    rig.command("XREADGROUP", "GROUP", GROUP, "w1", "STREAMS", getattr(rig.keys, stream), ">")
    rig.stamp_pending(stream)
    rig.clock.advance(8)
    assert rig.renew(running, consumer="w2").states == ["ok"]
    assert rig.renew(consumer="w1", strays=True).strays == 0
    assert rig.end_leases(running, consumer="w2").jobs == []
    assert rig.settle(running, "complete", b"1")


def test_a_flagged_stray_without_a_record_makes_none(bare: Rig) -> None:
    """Nothing of it comes back, not even as cancelled."""
    bare.configure()
    (ticket,) = bare.enqueue("a")
    bare.take()
    assert bare.cancel(ticket) == "requested"
    bare.command("DEL", bare.keys.job + "a")
    bare.clock.advance(8)
    assert bare.renew(strays=True).strays == 1
    assert bare.command("EXISTS", bare.keys.job + "a", bare.keys.cancelled) == 0
