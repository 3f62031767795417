"""Questions to the engine: one at a time, the newest of those that wait, no answer that is no longer wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from admin_tui.asking import Asking, Calls
from engine import EngineError

pytestmark = pytest.mark.anyio


class House:
    """A part of a screen with what it got, and questions that are answered when the test says."""

    def __init__(self) -> None:
        self.calls, self.got, self.failed = Calls(), list[str](), list[str]()
        self.asked = list[str]()
        self.tasks = set[asyncio.Task[None]]()
        self._answers: dict[str, asyncio.Future[str]] = {}
        self.asking = Asking(self._start, self.calls, lambda error: self.failed.append(str(error)))

    def _start(self, coroutine: object) -> object:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(coroutine)  # type: ignore[arg-type]
        self.tasks.add(task)
        return task

    def question(self, name: str) -> Callable[[], Awaitable[str]]:
        """One that is answered later."""
        self._answers[name] = asyncio.get_running_loop().create_future()

        async def ask() -> str:
            self.asked.append(name)
            return await self._answers[name]

        return ask

    async def answer(self, name: str, error: str = "") -> None:
        """The question of this name is answered, or by an error."""
        if error:
            self._answers[name].set_exception(EngineError(error))
        else:
            self._answers[name].set_result(name)
        await self.rest()

    async def rest(self) -> None:
        """Whatever can go on has."""
        for _ in range(5):
            await asyncio.sleep(0)


async def test_an_answer_comes_to_who_asked() -> None:
    """And the part asks anew afterwards."""
    house = House()
    house.asking.ask(house.question("a"), house.got.append)
    await house.rest()
    assert house.asking.busy
    await house.answer("a")
    assert house.got == ["a"]
    assert not house.asking.busy


async def test_a_later_question_takes_the_place_of_those_that_wait() -> None:
    """The one under way comes to its end, its answer is dropped; of those behind it the newest alone is asked."""
    house = House()
    for name in ("a", "b", "c"):
        house.asking.ask(house.question(name), house.got.append)
        await house.rest()
    assert house.asked == ["a"]
    await house.answer("a")
    assert house.asked == ["a", "c"]
    await house.answer("c")
    assert house.got == ["c"]


async def test_a_tick_asks_nothing_while_a_question_is_under_way() -> None:
    """A slow answer skips ticks and piles up nothing; its answer still counts."""
    house = House()
    house.asking.poll(house.question("a"), house.got.append)
    await house.rest()
    house.asking.poll(house.question("b"), house.got.append)
    await house.answer("a")
    assert (house.asked, house.got) == (["a"], ["a"])


async def test_who_has_left_gets_no_answer_but_the_call_ends() -> None:
    """Nothing is cancelled; `settled` waits for it."""
    house = House()
    house.asking.ask(house.question("a"), house.got.append)
    await house.rest()
    house.asking.drop()
    settled = asyncio.ensure_future(house.calls.settled())
    await house.rest()
    assert not settled.done()
    await house.answer("a")
    assert settled.done()
    assert house.got == []
    assert all(task.done() and not task.cancelled() for task in house.tasks)


async def test_an_error_of_the_engine_is_told_and_the_next_question_asked() -> None:
    """Unless it was asked for something that nobody wants any more."""
    house = House()
    house.asking.ask(house.question("a"), house.got.append)
    await house.rest()
    await house.answer("a", "Redis does not answer")
    assert house.failed == ["Redis does not answer"]
    house.asking.ask(house.question("b"), house.got.append)
    await house.rest()
    house.asking.ask(house.question("c"), house.got.append)
    await house.answer("b", "not told")
    await house.answer("c")
    assert (house.failed, house.got) == (["Redis does not answer"], ["c"])
