"""The note script: what a running handler leaves, and that a lost one leaves nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import StoreFull
from engine.streams import commands as c
from tests.support.queue import Rig
from tests.support.whole import everything


def test_logs_and_progress_are_shown(rig: Rig) -> None:
    """Lines come back in order, and the newest progress."""
    rig.enqueue("a")
    (delivery,) = rig.take()
    notes = [
        c.Note("a", delivery.fence, "log", b"one"),
        c.Note("a", delivery.fence, "progress", b'{"step":"x","percent":10}'),
        c.Note("a", delivery.fence, "log", "zwei ü".encode()),
        c.Note("a", delivery.fence, "progress", b'{"step":"y","percent":20}'),
    ]
    assert rig.store.run(c.note(rig.keys, rig.clock.now_us(), notes)) == [True] * 4
    status = rig.status("a")
    assert (status.logs, status.progress) == (["one", "zwei ü"], {"step": "y", "percent": 20})


def test_a_checkpoint_clears_crashes_and_snoozed_time(rig: Rig) -> None:
    """Both count from 0 again; sent twice it is the same."""
    rig.enqueue("a")
    rig.take()
    rig.end_leases()
    rig.settle(rig.take()[0], "snooze", delay_s=1)
    rig.clock.advance(2)
    (delivery,) = rig.take()
    assert (delivery.crashes, delivery.snoozed_ms) == (1, 1000)
    assert rig.note(delivery, "checkpoint")
    before = everything(rig)
    assert rig.note(delivery, "checkpoint")
    assert everything(rig) == before
    rig.settle(delivery, "release")
    (delivery,) = rig.take()
    assert (delivery.crashes, delivery.snoozed_ms) == (0, 0)


@pytest.mark.parametrize("kind", ["log", "progress", "checkpoint"])
def test_a_lost_delivery_leaves_no_note(rig: Rig, kind: str) -> None:
    """Refused, and nothing of the job is changed; also for a job that is not there."""
    rig.enqueue("a")
    (old,) = rig.take()
    rig.end_leases()
    rig.take(consumer="w2")
    before = everything(rig)
    notes = [c.Note("a", old.fence, kind, b"1"), c.Note("ghost", 1, kind, b"1")]  # type: ignore[arg-type]
    assert rig.store.run(c.note(rig.keys, rig.clock.now_us(), notes)) == [False, False]
    assert everything(rig) == before


def test_a_trail_of_another_type_costs_the_line_only(rig: Rig) -> None:
    """A hostile trail key never fails a batch of notes."""
    rig.enqueue("a")
    rig.command("SET", rig.keys.trail + "a", "hostile")
    (delivery,) = rig.take()
    assert rig.note(delivery, "log", b"x")
    assert rig.note(delivery, "progress", b"1")
    assert rig.status("a").progress == 1


def test_a_record_of_another_type_is_lost(rig: Rig) -> None:
    """The delivery whose record was replaced owns nothing; the key is left as it is."""
    rig.enqueue("a")
    (delivery,) = rig.take()
    rig.command("DEL", rig.keys.job + "a")
    rig.command("SET", rig.keys.job + "a", "hostile")
    assert not rig.note(delivery, "progress", b"1")
    rig.settle(delivery, "complete", b"1")
    rig.command("DEL", rig.keys.job + "a")


def test_a_full_server_refuses_lines_and_takes_checkpoints(full: Rig, set_full: Callable[[], None]) -> None:
    """Under full memory a log line is dropped whole; a checkpoint, which frees memory, is kept."""
    full.enqueue("a")
    (delivery,) = full.take()
    set_full()
    before = everything(full)
    with pytest.raises(StoreFull):
        full.note(delivery, "log", b"x")
    with pytest.raises(StoreFull):
        full.note(delivery, "progress", b"1")
    assert everything(full) == before
    assert full.note(delivery, "checkpoint")
