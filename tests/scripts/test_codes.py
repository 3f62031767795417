"""Every code that a header documents, and the state and the call that provoke it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.streams.commands import NewJob, enqueue
from engine.streams.reads import rights
from engine.streams.scripts import names
from tests.support.headers import header_of, words
from tests.support.operations import CODES_OF_PLANS
from tests.support.queue import Rig
from tests.support.sent import READS, SENT, ask
from tests.support.states import STATES

CODES: dict[str, dict[str, tuple[str, str]]] = {
    "acquire": {
        "ok": ("waiting", "acquire"),
        "paused": ("paused", "acquire"),
        "hold": ("suspect", "acquire"),
        "reset": ("not configured", "acquire"),
    },
    "audit": {
        "unreadable": ("hostile", "audit"),
        "unrecorded": ("unrecorded", "audit"),
        "unlisted": ("without its index", "audit"),
        "undelivered": ("without its entry", "audit"),
        "unheld": ("without its holding", "audit"),
        "unpending": ("without its lease", "audit"),
        "doubled": ("in two places", "audit"),
        "stale": ("in two streams", "audit"),
    },
    "cancel": {
        "cancelled": ("waiting", "cancel"),
        "requested": ("active", "cancel"),
        "not_cancellable": ("completed", "cancel"),
        "changed": ("delayed", "cancel waiting"),
        "unknown": ("nothing", "cancel"),
    },
    "enqueue": {
        "waiting": ("nothing", "enqueue"),
        "delayed": ("nothing", "enqueue delayed"),
        "active": ("active", "enqueue"),
        "bad": ("hostile", "enqueue"),
        "full": ("waiting", "enqueue into a full queue"),
    },
    "note": {"ok": ("active", "note progress"), "lost": ("released", "note progress")},
    "reclaim": {
        "reclaim": ("expired", "reclaim"),
        "fail": ("last crash", "reclaim"),
        "release": ("nobody's", "reclaim"),
        "cancel": ("expired and flagged", "reclaim"),
    },
    "renew": {"ok": ("active", "renew"), "lost": ("completed", "renew"), "flagged": ("flagged", "renew")},
    "repair": {
        "unrecorded": ("unrecorded", "repair"),
        "unlisted": ("without its index", "repair"),
        "undelivered": ("without its entry", "repair"),
        "unheld": ("without its holding", "repair"),
        "unpending": ("without its lease", "repair"),
        "doubled": ("in two places", "repair"),
        "stale": ("in two streams", "repair"),
        "idle": ("completed", "drop_consumers"),
    },
    "requeue": {"ok": ("failed", "requeue"), "not": ("completed", "requeue"), "unknown": ("nothing", "requeue")},
    **CODES_OF_PLANS,
    "revert": {
        "ok": ("requeued", "revert requeue"),
        "not": ("completed", "revert cancel"),
        "unknown": ("nothing", "revert promote"),
    },
    "trash": {
        "ok": ("completed", "trash trash"),
        "not": ("waiting", "trash trash"),
        "unknown": ("nothing", "trash trash"),
    },
    "settle": {
        "ok": ("active", "settle retry"),
        "cancelled": ("flagged", "settle complete"),
        "lost": ("waiting", "settle complete"),
    },
}
"""By script and code: the state of the job, and what is sent then."""
Flag = Callable[[Any], bytes | int]
FLAGS: dict[tuple[str, str], tuple[Flag, tuple[str, str], tuple[str, str]]] = {
    ("acquire", "suspect"): (lambda reply: reply[8].split()[5], ("suspect", "acquire"), ("waiting", "acquire")),
    ("control", "changed"): (lambda reply: reply, ("waiting", "pause"), ("paused", "pause")),
    ("counts", "paused"): (lambda reply: reply[6], ("paused", "counts"), ("waiting", "counts")),
    ("window", "exact"): (lambda reply: reply[2], ("waiting", "window delayed"), ("waiting", "window waiting")),
    ("enqueue", "created"): (lambda reply: reply[0], ("failed", "enqueue"), ("waiting", "enqueue")),
    ("enqueue", "payload"): (lambda reply: reply[3], ("nothing", "enqueue"), ("waiting", "enqueue")),
}
"""By script and name: where it is in the reply, what sets it, and what does not."""


def answer(rig: Rig, state: str, name: str) -> Any:
    """What the call is answered in this state."""
    rig.configure()
    STATES[state](rig)
    return ask(rig, {**SENT, **READS}[name](rig))


@pytest.mark.parametrize(("script", "code"), [(script, code) for script, codes in CODES.items() for code in codes])
def test_a_code_is_answered(bare: Rig, script: str, code: str) -> None:
    """The job's state and the call that is sent then bring it about."""
    state, name = CODES[script][code]
    assert code in words(answer(bare, state, name))


@pytest.mark.parametrize(("script", "flag"), FLAGS)
def test_a_flag_is_answered_both_ways(bare: Rig, redis_url: str, script: str, flag: str) -> None:
    """1 where it is so, 0 where it is not."""
    read, so, not_so = FLAGS[script, flag]
    other = Rig(redis_url, bare.keys.prefix, "other")
    assert int(read(answer(bare, *so))) == 1
    assert int(read(answer(other, *not_so))) == 0
    other.close()


def test_a_full_page_says_that_there_is_more(rig: Rig) -> None:
    """The sweep that took a whole page of a stream is called again."""
    rig.end_leases()
    rig.enqueue(*(f"j{n}" for n in range(81)))
    rig.take(81)
    rig.sweep_for(rig.limits.lease_ms / 1000 - rig.limits.sweep_ms / 1000)
    rig.clock.advance(rig.limits.sweep_ms / 1000 + 0.01)
    assert [rig.reclaim().more for _ in range(2)] == [True, False]


def test_a_command_may_be_sent_or_not_or_is_unknown(full: Rig) -> None:
    """By the server's own rules for the user of the connection."""
    full.command("ACL", "SETUSER", "default", "-flushall")
    asked = rights(full.keys, [("PING",), ("FLUSHALL",), ("NO-SUCH-COMMAND",)])
    assert ask(full, asked) == [b"1", b"0", b"unknown"]


def test_a_full_queue_says_how_many_wait(rig: Rig) -> None:
    """In place of the run of the job that was not stored."""
    rig.enqueue("a", "b")
    call = enqueue(rig.keys, rig.clock.now_us(), "o", 60, [NewJob("c", "work", b"{}")], 2)
    assert ask(rig, call) == [b"0", b"2", b"full", b"0"]


def test_every_documented_code_has_its_test() -> None:
    """The tables above are those of the headers, no more and no less."""
    documented = {name: header_of(name) for name in names()}
    codes = {name: set(header.codes) for name, header in documented.items() if header.codes}
    assert codes.pop("rights") == {"1", "0", "unknown"}
    assert codes == {name: set(table) for name, table in CODES.items()}
    flags = {(name, flag) for name, header in documented.items() for flag in header.flags}
    assert flags == {*FLAGS, ("reclaim", "more")}
