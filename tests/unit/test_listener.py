"""The listener passes wake-ups on, and puts back those that its process cannot use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from engine.fetcher import Fetcher
from engine.listener import Listener
from engine.streams import Keys, Store
from engine.streams.blocking import BlockingLink
from engine.streams.call import Arg

pytestmark = pytest.mark.anyio
KEYS = Keys("p", "s", "q")


class RingingLink:
    """A connection on which the queue's bell rings at once."""

    async def ask(self, *words: Arg, within_s: float) -> list[bytes]:
        """The answer of a BLPOP that popped."""
        return [str(words[1]).encode(), b"1"]

    async def close(self) -> None:
        """Nothing is open."""


class Desk:
    """A fetcher that has a place as often as the test says, and a store that keeps what it is sent."""

    def __init__(self, *places: bool) -> None:
        self._places: Iterator[bool] = iter(places)
        self.waited = 0
        self.woken: list[str | None] = []
        self.sent: list[tuple[Arg, ...]] = []

    @property
    def wants(self) -> bool:
        return next(self._places)

    async def wait_for_place(self, within_s: float) -> None:
        """There may be one now."""
        self.waited += 1

    def wake(self, queue: str | None = None) -> None:
        """The queue is asked."""
        self.woken.append(queue)

    async def command(self, *words: Arg) -> Any:
        """Redis takes it."""
        self.sent.append(words)


async def hear(*places: bool) -> Desk:
    """What became of one wake-up."""
    desk = Desk(*places)
    link = cast("BlockingLink", RingingLink())
    await Listener(link, [KEYS], cast("Store", desk), cast("Fetcher", desk)).once()
    return desk


async def test_a_wake_up_reaches_the_fetcher() -> None:
    """The queue that it rang for is asked at the next turn."""
    desk = await hear(True, True)
    assert (desk.woken, desk.sent) == (["q"], [])


async def test_a_wake_up_that_came_too_late_is_put_back() -> None:
    """The last place was taken while it was on its way: another worker hears it (trial 11)."""
    desk = await hear(True, False)
    assert (desk.woken, desk.sent) == ([], [("LPUSH", KEYS.wake, "1")])


async def test_a_full_process_listens_only_once_it_has_a_place() -> None:
    """Until then wake-ups are others' to take."""
    desk = await hear(False, False, True, True)
    assert (desk.woken, desk.waited) == (["q"], 2)
