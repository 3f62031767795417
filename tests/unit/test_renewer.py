"""How often leases are renewed, and which of them."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from engine import App
from engine.clock import SystemClock
from engine.errors import StoreMisused
from engine.line import Line
from engine.renewer import Renewer
from engine.roster import Roster
from engine.streams import Aside, Call, Keys, Links, SyncStore
from engine.testing import FakeClock
from tests.support.runs import delivery, make_app, running

R = TypeVar("R")


class Willing(SyncStore):
    """Renews whatever it is asked to, but in queues that are `broken`, and keeps what that was."""

    def __init__(self, *broken: Keys) -> None:
        self.renewed: list[str] = []
        self.broken = {keys.active for keys in broken}

    def run(self, call: Call[R]) -> R:
        if not self.broken.isdisjoint(call.keys):
            raise StoreMisused("WRONGTYPE")
        known: list[Any] = [call.args[i : i + 3] for i in range(4, len(call.args), 3)]
        self.renewed += [job_id for job_id, _, renew in known if renew]
        return call.decode([b"0", b"15000", *[b"ok"] * len(known)])


@pytest.mark.parametrize("lease_s", [0.2, 1, 3, 15, 600])
def test_a_silence_that_is_not_missed_ends_no_lease(lease_s: float) -> None:
    """A third, a beat, half a lease in which nobody reaches Redis, and one more beat fit into a lease."""
    queue = App(slot="s").queue("q", lease_s=lease_s, sweep_s=lease_s / 4)
    aside = Links("redis://127.0.0.1:1").aside("renewer")
    renewer = Renewer([Line(queue, Keys("p", "s", "q"))], aside, "w", Roster([queue], {}), SystemClock())
    assert min(lease_s / 3, 5) + lease_s / 2 + 2 * renewer.beat_s() < lease_s


def test_an_outcome_that_waits_for_redis_keeps_its_lease_past_its_time() -> None:
    """In an outage a job may reach its time and be done: what hangs is Redis, not the handler, and no crash is due."""
    clock, store = FakeClock(), Willing()
    queue = make_app("q").queues["q"]
    roster = Roster([queue], {})
    done, hangs = running(delivery("done", 1), clock), running(delivery("hangs", 2), clock)
    for held in (done, hangs):
        roster.add(held)
    roster.end(done)
    clock.advance(done.grace_ends_s - clock.monotonic_s() + 1)
    Renewer([Line(queue, Keys("p", "s", "q"))], Aside(store, "renewer"), "w", roster, clock).once()
    assert store.renewed == ["done"]


def test_one_queues_trouble_costs_no_other_its_leases() -> None:
    """A key of a wrong type breaks the calls of its queue alone."""
    clock = FakeClock()
    keys = {name: Keys("p", "s", name) for name in ("broken", "whole")}
    store = Willing(keys["broken"])
    queues = make_app(*keys).queues
    roster = Roster(list(queues.values()), {})
    for n, name in enumerate(keys, 1):
        roster.add(running(delivery(name, n, queue=name), clock))
    clock.advance(10)
    lines = [Line(queues[name], keys[name]) for name in keys]
    Renewer(lines, Aside(store, "renewer"), "w", roster, clock).once()
    assert store.renewed == ["whole"]
