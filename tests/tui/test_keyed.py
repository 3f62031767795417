"""Which deed each key that changes something means."""

from __future__ import annotations

import pytest

from admin_tui.actions.keyed import deed_of
from admin_tui.actions.targets import All, Jobs, OneQueue
from admin_tui.keys import KEYS
from engine import Matching
from tests.support.operator import limits, line, queue


def test_every_key_that_changes_something_means_a_deed() -> None:
    """No such key of the table is without a deed."""
    assert {key.name for key in KEYS if key.changes} == {
        "retry", "cancel", "trash", "promote", "pause", "limit", "clean", "undo", "stop", "reveal",
    }  # fmt: skip
    for key in KEYS:
        if key.changes:
            assert deed_of(key.name, None).verb


@pytest.mark.parametrize(
    ("key", "in_trash", "elsewhere"),
    [("retry", "restore", "retry"), ("trash", "delete", "trash"), ("cancel", "cancel", "cancel")],
)
def test_keys_in_the_trash(key: str, in_trash: str, elsewhere: str) -> None:
    """In the trash `R` restores and `D` deletes, one job or all that match."""
    assert deed_of(key, Jobs("q", (line("a"),), "trash")).name == in_trash
    assert deed_of(key, All("q", Matching("trash"))).name == in_trash
    assert deed_of(key, Jobs("q", (line("a"),), "failed")).name == elsewhere


def test_a_paused_queue_is_resumed() -> None:
    """`P` does the opposite of what is shown."""
    assert deed_of("pause", OneQueue("q", limits("q", paused=True), queue("q").counts)).name == "resume"
    assert deed_of("pause", OneQueue("q", limits("q"), queue("q").counts)).name == "pause"
