"""What a note leaves alone."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.support.queue import Rig


@pytest.mark.parametrize("kind", ["log", "progress", "checkpoint"])
def test_a_note_makes_no_record_of_its_own(bare: Rig, kind: Literal["log", "progress", "checkpoint"]) -> None:
    """A job whose record is gone while it runs is lost: nothing of it comes back."""
    bare.configure()
    bare.enqueue("a")
    (delivery,) = bare.take()
    bare.command("DEL", bare.keys.job + "a")
    assert not bare.note(delivery, kind, b"{}")
    assert bare.command("EXISTS", bare.keys.job + "a", bare.keys.trail + "a") == 0
