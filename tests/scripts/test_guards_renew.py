"""What a renew leaves alone."""

from __future__ import annotations

from tests.support.queue import Rig


def test_what_is_known_and_renewed_no_more_is_no_stray(rig: Rig) -> None:
    """A job that hangs past its time is named and not renewed: its lease runs out, and a crash is charged (trial 8)."""
    rig.enqueue("hangs")
    (delivery,) = rig.take()
    for _ in range(4):
        rig.clock.advance(2.5)
        assert rig.renew(delivery, renew=False, strays=True).strays == 0
    assert rig.end_leases().jobs == [("reclaim", "hangs")]
