"""The control script: groups and settings as configured, pause and resume."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import StoreMisused
from tests.support.queue import STREAMS, Rig
from tests.support.whole import everything


def test_configuring_makes_groups_at_zero_and_writes_settings(bare: Rig) -> None:
    """Jobs enqueued before the first worker are seen by it; numbers are stored without loss."""
    bare.enqueue("early")
    assert bare.configure(rate=10 / 3, lease_ms=2000)
    assert [d.id for d in bare.take()] == ["early"]
    control = bare.control()
    assert (float(control["rate"]), control["lease_ms"]) == (10 / 3, "2000")


def test_configuring_again_changes_nothing(rig: Rig) -> None:
    """The same settings answer False and leave every key as it is."""
    rig.enqueue("a")
    rig.take()
    before = everything(rig)
    assert not rig.configure()
    assert everything(rig) == before
    assert rig.configure(max_active=7)


def test_configuring_keeps_what_was_set_at_run_time(rig: Rig) -> None:
    """Pause, fence and `set:` values outlive a worker's start."""
    rig.enqueue("a")
    rig.pause()
    rig.command("HSET", rig.keys.control, "set:rate", "5")
    fence = rig.control()["fence"]
    rig.configure(rate=1.0)
    control = rig.control()
    assert (control["paused"], control["set:rate"], control["fence"], control["rate"]) == ("1", "5", fence, "1")


@pytest.mark.parametrize("stream", STREAMS)
def test_a_lost_group_is_made_at_zero(rig: Rig, stream: str) -> None:
    """Whichever stream lost it: what was in the stream is delivered again."""
    rig.command("XGROUP", "DESTROY", getattr(rig.keys, stream), "workers")
    assert rig.configure()
    ((*_, name, first),) = [
        (fields[0], fields[1], fields[7]) for fields in rig.command("XINFO", "GROUPS", getattr(rig.keys, stream))
    ]
    assert (name, first) == (b"workers", b"0-0")


def test_pause_and_resume_say_whether_they_changed_something(rig: Rig) -> None:
    """Each is True once; a resume always wakes."""
    assert [rig.pause(), rig.pause()] == [True, False]
    assert rig.counts().paused
    rig.take_wake_up()
    assert [rig.pause(paused=False), rig.pause(paused=False)] == [True, False]
    assert not rig.counts().paused
    assert rig.take_wake_up()


def test_a_stream_of_another_type_is_an_error_that_says_so(bare: Rig) -> None:
    """A key that belongs to somebody else is not taken over."""
    bare.command("SET", bare.keys.ready, "mine")
    with pytest.raises(StoreMisused, match="WRONGTYPE"):
        bare.configure()
    assert bare.command("GET", bare.keys.ready) == b"mine"


def test_a_worker_can_start_on_a_full_server(full: Rig, set_full: Callable[[], None]) -> None:
    """Restarting workers is what drains a full server: configuring it again is not refused."""
    full.enqueue("a")
    set_full()
    assert not full.configure()
    assert full.configure(lease_ms=9000)
    assert [d.id for d in full.take()] == ["a"]
    assert full.pause()
