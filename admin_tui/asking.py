"""Questions to the engine: none is ever cancelled, and late answers are dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from engine import EngineError

Answer = TypeVar("Answer")
Start = Callable[[Coroutine[Any, Any, None]], object]
"""Runs a coroutine to its end, beside everything else; what it raises ends the program."""


class Calls:
    """All engine calls under way, so that nothing is closed beneath them."""

    def __init__(self) -> None:
        self._under_way, self._none = 0, asyncio.Event()
        self._none.set()

    async def settled(self) -> None:
        """None is under way."""
        await self._none.wait()

    def __enter__(self) -> None:
        self._under_way += 1
        self._none.clear()

    def __exit__(self, *_: object) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._none.set()


class Asking:
    """The questions of one part of a screen: one at a time, and of those that wait the newest alone."""

    def __init__(self, start: Start, calls: Calls, failed: Callable[[EngineError], None]) -> None:
        self._start, self._calls, self._failed = start, calls, failed
        self._generation = 0
        self._next: Coroutine[Any, Any, None] | None = None
        self.busy = False

    def drop(self) -> None:
        """What was asked so far is not answered any more."""
        self._generation += 1
        self._forget()

    def ask(self, question: Callable[[], Awaitable[Answer]], then: Callable[[Answer], None]) -> None:
        """`then` gets the answer, unless something else was asked meanwhile; an engine's error goes to `failed`."""
        self._generation += 1
        self._forget()
        asked = self._ask(question, then, self._generation)
        if self.busy:
            self._next = asked
        else:
            self._run(asked)

    def poll(self, question: Callable[[], Awaitable[Answer]], then: Callable[[Answer], None]) -> None:
        """As `ask`, if nothing is under way: a slow answer skips ticks."""
        if not self.busy:
            self.ask(question, then)

    def _run(self, asked: Coroutine[Any, Any, None]) -> None:
        self.busy = True
        self._start(asked)

    def _forget(self) -> None:
        if self._next is not None:
            self._next.close()
            self._next = None

    async def _ask(
        self, question: Callable[[], Awaitable[Answer]], then: Callable[[Answer], None], generation: int
    ) -> None:
        try:
            with self._calls:
                answer = await question()
        except EngineError as error:
            self._settle()
            if generation == self._generation:
                self._failed(error)
        else:
            self._settle()
            if generation == self._generation:
                then(answer)

    def _settle(self) -> None:
        self.busy = False
        asked, self._next = self._next, None
        if asked is not None:
            self._run(asked)
