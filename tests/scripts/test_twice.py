"""Every script, in every state of its job, sent twice: the second call changes nothing and answers the same.

Where the promise is weaker, the tables below say so, and what holds instead.
"""

from __future__ import annotations

from typing import Any

import pytest

from engine.streams import commands as c
from tests.support.calls import CALLS
from tests.support.queue import Rig
from tests.support.sent import READS, SENT, ask
from tests.support.states import ID, STATES
from tests.support.whole import everything

TELL_WHAT_THEY_DID = {
    "renew with strays": "how many strays it gave back",
    "reclaim": "which jobs it took back",
    "prune": "how many jobs it deleted",
    "configure": "whether it changed something",
    "set_limits": "whether it changed something",
    "pause": "whether it changed something",
    "resume": "whether it changed something",
    "repair": "what it mended",
    "drop_consumers": "which consumers it deleted",
    "next_batch of a silent one": "which operation it handed out, that is silent no more",
}
"""Calls whose second answer is that there was nothing left to do; the store is as after the first."""
WEAKER = {"note log", "acquire", "book"}
"""Calls with a test of their own."""
COSTS = {"snapshot": 1}
"""Where a read says what it has cost, which is never the same."""


def stored(rig: Rig) -> Any:
    """Everything that the queue and its slot keep."""
    return everything(rig), rig.shared_bucket()


@pytest.mark.parametrize("name", [name for name in SENT if name not in WEAKER])
def test_a_call_sent_twice_is_as_if_sent_once(bare: Rig, name: str) -> None:
    """The store is the same to the byte after the second call, and so is the answer, but where it tells of changes."""
    for state in STATES:
        bare.begin_again()
        bare.configure()
        STATES[state](bare)
        call = SENT[name](bare)
        first, after = ask(bare, call), stored(bare)
        second = ask(bare, call)
        assert stored(bare) == after, state
        if name not in TELL_WHAT_THEY_DID:
            assert second == first, state


@pytest.mark.parametrize("state", STATES)
def test_a_read_changes_nothing(bare: Rig, state: str) -> None:
    """Not the first time and not the second, and it answers the same, but for what it has cost."""
    bare.configure()
    STATES[state](bare)
    before = stored(bare)
    for name, read in READS.items():
        call = read(bare)
        first, second = ask(bare, call), ask(bare, call)
        if name in COSTS:
            first[COSTS[name]] = second[COSTS[name]]
        assert first == second, name
        assert stored(bare) == before, name


@pytest.mark.parametrize("state", STATES)
def test_a_log_line_sent_twice_is_there_twice_and_nothing_else_changes(bare: Rig, state: str) -> None:
    """Lines are no promise: a resend may write one again, and costs nothing but that."""
    bare.configure()
    STATES[state](bare)
    call = SENT["note log"](bare)
    first, after = ask(bare, call), everything(bare)
    assert ask(bare, call) == first
    twice = everything(bare)
    trail = bare.keys.trail + ID
    lines = [bare.command("XLEN", trail), len(after.pop(trail)[1][0]) if trail in after else 0]
    twice.pop(trail, None)
    assert twice == after
    assert lines[0] - lines[1] == (first == [b"ok"])


def test_an_entry_of_the_book_sent_twice_is_there_twice(rig: Rig) -> None:
    """And nothing else changes: a change that may have happened is rather told twice than not at all."""
    call = SENT["book"](rig)
    ask(rig, call)
    once = everything(rig)
    ask(rig, call)
    twice = everything(rig)
    assert rig.command("XLEN", rig.keys.audit) == 2
    assert {key: value for key, value in twice.items() if key != rig.keys.audit} == {
        key: value for key, value in once.items() if key != rig.keys.audit
    }


@pytest.mark.parametrize("state", [state for state in STATES if state != "without a group"])
def test_an_acquire_sent_again_hands_over_only_what_is_left(bare: Rig, state: str) -> None:
    """What the lost reply held is handed to nobody else: its consumer's renewer gives it back, uncharged."""
    bare.configure()
    STATES[state](bare)
    call = c.acquire(bare.keys, bare.clock.now_us(), "w3", 1, alone=True)
    taken = [*bare.store.run(call).deliveries, *bare.store.run(call).deliveries]
    assert len({d.id for d in taken}) == len(taken)
    fences = [d.fence for d in taken]
    assert fences == sorted(set(fences))
    bare.clock.advance(bare.limits.lease_ms / 1000)
    assert bare.renew(consumer="w3", strays=True).strays == len(taken)
    for delivery in taken:
        record = bare.record(delivery.id)
        assert (record["state"], int(record.get("crashes", 0))) == ("waiting", delivery.crashes)


@pytest.mark.parametrize(
    ("state", "done"),
    [("expired", "reclaim"), ("expired and flagged", "cancel"), ("last crash", "fail"), ("hostile", None)],
)
def test_the_states_are_what_they_are_called(bare: Rig, state: str, done: str | None) -> None:
    """A sweep finds the leases that have run out."""
    bare.configure()
    STATES[state](bare)
    assert bare.reclaim().jobs == ([(done, ID)] if done else [])


def test_every_function_is_sent_twice() -> None:
    """No function that makes a call is missing from the tables."""
    sent = {name.split()[0] for name in [*SENT, *READS]} - {"resume", "list"}
    assert sent | {"list_jobs"} == set(CALLS)
