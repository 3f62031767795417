"""The sweeper: one sweep goes on until Redis has nothing more for it, within a bound."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from engine.journal import Journal
from engine.line import Line
from engine.streams import Call, Keys, Registry
from engine.sweeper import Sweeper
from engine.testing import FakeClock
from tests.support.runs import FakeStore, make_app

pytestmark = pytest.mark.anyio


class Broom:
    """A sweeper whose reclaims and prunes are answered as often as the test says that there is more."""

    def __init__(self, *, reclaims: int, prunes: int) -> None:
        self.left = {"reclaim": reclaims, "prune": prunes}
        self.store = FakeStore(self._answer)
        line = Line(make_app("q").queues["q"], Keys("p", "s", "q"))
        self.sweeper = Sweeper(line, Registry("p"), self.store, FakeClock(), Random(0), Journal("w", {}))

    def _answer(self, call: Call[Any]) -> list[bytes]:
        self.left[call.script.name] -= 1
        more = self.left[call.script.name] > 0
        if call.script.name == "reclaim":
            return [b"1" if more else b"0", b"0", b"reclaim", b"a"]
        if not more:
            return [b"249"] * 4
        of_states, of_trash = [b"250", b"0", b"0", b"0"], [b"0", b"0", b"0", b"250"]
        return of_states if self.left[call.script.name] % 2 else of_trash

    def sent(self, name: str) -> int:
        """How many calls of this script there were."""
        return sum(call.script.name == name for call in self.store.sent)


async def test_a_sweep_goes_on_until_a_page_is_short() -> None:
    """A dead worker's jobs come back in one sweep, however many there are (trial 17)."""
    broom = Broom(reclaims=3, prunes=1)
    await broom.sweeper.once()
    assert (broom.sent("reclaim"), broom.sent("prune")) == (3, 1)


async def test_pruning_goes_on_until_a_call_is_short() -> None:
    """A queue that ends more jobs in a sweep than one call deletes does not grow."""
    broom = Broom(reclaims=1, prunes=4)
    await broom.sweeper.once()
    assert (broom.sent("reclaim"), broom.sent("prune")) == (1, 4)


async def test_a_sweep_ends_also_where_there_is_always_more() -> None:
    """One queue never starves the others."""
    broom = Broom(reclaims=1_000, prunes=1_000)
    await broom.sweeper.once()
    assert (broom.sent("reclaim"), broom.sent("prune")) == (100, 100)
