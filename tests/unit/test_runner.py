"""The runner: when a handler's time counts."""

from __future__ import annotations

from random import Random

import pytest

from engine.journal import Journal
from engine.notes import Notes
from engine.roster import Roster
from engine.runner import Runner
from engine.settler import Settler
from engine.streams import Keys
from engine.testing import FakeClock
from tests.support.runs import FakeStore, delivery, make_app

pytestmark = pytest.mark.anyio


def make_runner(clock: FakeClock) -> tuple[Runner, Roster, Settler]:
    """A runner of one queue."""
    queues = list(make_app("q").queues.values())
    roster, keys = Roster(queues, {}), {"q": Keys("p", "s", "q")}
    store = FakeStore(lambda _: [b"ok"])
    settler = Settler(keys, store, roster, clock, Journal("w", {}))
    return Runner(queues, roster, settler, Notes(keys, store, clock, Random(0)), clock, Random(0)), roster, settler


async def test_what_was_given_back_before_it_started_never_runs() -> None:
    """A worker that is told to give its jobs back at once has one outcome for it: released."""
    runner, roster, settler = make_runner(FakeClock())
    runner.take(delivery(), 0.0)
    [held] = roster.running()
    assert runner.release_all() == []
    runner.start()
    assert held.task is None
    [(_, [sent], _)] = settler.send()
    assert sent.verb == "release"


async def test_no_attempt_is_charged_to_a_handler_that_the_loop_has_not_come_to() -> None:
    """Another handler blocks the loop past this one's time and grace, before it began: it runs, with all its time."""
    clock = FakeClock()
    runner, roster, settler = make_runner(clock)
    runner.take(delivery(), clock.monotonic_s())
    runner.start()
    [held] = roster.running()
    clock.advance(held.grace_ends_s - clock.monotonic_s() + 1)
    await runner.once()
    assert held.task is not None
    await held.task
    [(_, [sent], _)] = settler.send()
    assert (sent.verb, sent.data) == ("complete", b"null")
    assert held.context.time_left_s == 300
