"""The outbox: what becomes of an enqueue whose answer is lost."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest

from engine.errors import EnqueueUnknown, Unreachable
from engine.outbox import Outbox
from engine.posting import RESEND_S, find_line
from engine.streams import Call
from engine.streams.commands import NewJob
from engine.testing import FakeClock
from tests.support.runs import FakeStore, make_app

pytestmark = pytest.mark.anyio


async def test_an_enqueue_without_an_answer_is_sent_again_as_the_same_call() -> None:
    """Redis knows the call by its op, and answers what it answered before: another op would store the job twice."""

    def lose_the_first(_: Call[Any]) -> Any:
        return Unreachable("no answer") if len(store.sent) == 1 else [b"1", b"5", b"waiting", b"1"]

    store = FakeStore(lose_the_first)
    outbox = Outbox(store, FakeClock(), Random(0))
    ticket = await outbox.put(find_line(make_app("q").queues, "p", "q"), NewJob("a", "work", b"{}"))
    await outbox.close()
    first, second = store.sent
    assert (first.keys, first.args) == (second.keys, second.args)
    assert (ticket.id, ticket.run) == ("a", 5)


async def test_an_enqueue_is_given_up_when_its_time_is_over() -> None:
    """Whoever waits for it hears that it may be stored, and that the same id can be enqueued again."""
    clock = FakeClock()
    outbox = Outbox(FakeStore(lambda _: Unreachable("no answer")), clock, Random(0))
    ticket = outbox.put(find_line(make_app("q").queues, "p", "q"), NewJob("a", "work", b"{}"))
    clock.advance(RESEND_S)
    async with asyncio.timeout(20):
        with pytest.raises(EnqueueUnknown, match="enqueue the same ids again"):
            await ticket
    await outbox.close()
