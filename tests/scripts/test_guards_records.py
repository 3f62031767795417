"""Every way in which a record can be unreadable, one at a time."""

from __future__ import annotations

import pytest

from engine.errors import StoreError, StoreMisused
from tests.support.queue import Rig
from tests.support.whole import check_whole

LONG = "1" * 17
"""More digits than a fence has: Lua would lose some."""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", b"\xff"),
        ("payload", None),
        ("run", None),
        ("run", b"x"),
        ("run", LONG),
        ("attempts", b"-1"),
        ("attempts", LONG),
        ("crashes", b"1.5"),
        ("snoozed", b""),
    ],
)
def test_a_record_that_no_worker_can_read_is_set_aside(bare: Rig, field: str, value: bytes | str | None) -> None:
    """A field that is missing, no number, too long or no text costs its own job only."""
    bare.configure()
    bare.enqueue("bad", "good")
    if value is None:
        bare.command("HDEL", bare.keys.job + "bad", field)
    else:
        bare.command("HSET", bare.keys.job + "bad", field, value)
    assert [delivery.id for delivery in bare.take()] == ["good"]
    assert bare.command("XLEN", bare.keys.bad) == 1
    assert bare.waiting_in("ready") == ["good"]
    bare.command("DEL", bare.keys.job + "bad")
    check_whole(bare)


def test_an_id_that_is_no_text_is_set_aside(bare: Rig) -> None:
    """Workers hold ids as text: one that another producer made of other bytes runs nowhere, and stops nobody."""
    bare.configure()
    bare.enqueue("good")
    entry = bare.command("XADD", bare.keys.ready, "*", "id", b"\xff").decode()
    key = bare.keys.job.encode() + b"\xff"
    bare.command("HSET", key, "name", "work", "payload", "{}", "run", 1, "state", "waiting", "at", f"ready {entry}")
    assert [delivery.id for delivery in bare.take()] == ["good"]
    assert bare.command("XLEN", bare.keys.bad) == 1
    bare.command("DEL", key)


def test_what_cannot_be_kept_is_not_dropped(bare: Rig) -> None:
    """While its bytes cannot be written to `bad`, a record that cannot be read keeps its entry (trial 3)."""
    bare.configure()
    bare.enqueue("bad")
    bare.command("HDEL", bare.keys.job + "bad", "payload")
    bare.command("SET", bare.keys.bad, "hostile")
    with pytest.raises(StoreMisused, match="WRONGTYPE"):
        bare.take()
    assert bare.waiting_in("ready") == ["bad"]


def test_a_record_whose_fields_may_not_be_read_is_not_bad(full: Rig) -> None:
    """Its bytes could be kept and its entry dropped, and that would be a good job's: it stays (trial 3)."""
    full.enqueue("good", "denied")
    base = full.keys.base
    readable = (f"~{base}[^j]*", f"~{base}job:", f"~{base}job:good", f"~{full.keys.bucket}")
    full.command("ACL", "SETUSER", "limited", "on", ">pw", "+@all", *readable, f"(~{base}job:denied +dump)")
    full.command("AUTH", "limited", "pw")
    with pytest.raises(StoreError):
        full.take()
    full.command("AUTH", "default", "any")
    assert full.command("XLEN", full.keys.bad) == 0
    assert full.waiting_in("ready") == ["good", "denied"]
    full.stamp_pending("ready")
    assert full.end_leases().uncharged == 2
