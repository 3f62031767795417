"""The links of one simulated process: the engine's own stores on simulated connections, a thread on a string."""

from __future__ import annotations

import asyncio
from asyncio import tasks
from collections.abc import Callable
from functools import cached_property
from typing import Any, NoReturn

from redis.exceptions import RedisError

from engine.streams import Aside, Links, Store, SyncStore
from engine.streams.blocking import BlockingLink
from engine.streams.call import Arg
from engine.streams.connection import Open
from engine.streams.replies import LINK_ERRORS
from tests.simulation.connection import Asking, opener
from tests.simulation.loop import VirtualLoop
from tests.simulation.network import Network
from tests.simulation.process import Process
from tests.simulation.thread import Ended, Puppet

URL = "redis://simulated"


class SimLinks(Links):
    """All connections of the process go over the simulated network."""

    def __init__(self, loop: VirtualLoop, network: Network, process: Process) -> None:
        super().__init__(URL)
        self._loop, self._network, self._process = loop, network, process

    @cached_property
    def store(self) -> Store:
        return Store(self._url, connect=self._connect)

    def blocking(self) -> BlockingLink:
        return BlockingLink(self._url, connect=self._connect)

    def aside(self, name: str) -> Aside:
        return SimAside(self._loop, self._process, Asking(self._network, self._process, 3.0))

    def _connect(self, _url: str, timeout_s: float) -> Open:
        return opener(self._network, self._process, timeout_s)


class SimStore(SyncStore):
    """Asks the thread's puppeteer for each exchange."""

    def __init__(self, ask: Callable[[Any], Any]) -> None:
        self._ask = ask

    def command(self, *words: Arg) -> Any:
        return self._ask(words)

    def close(self) -> None:
        """Nothing of its own is open."""


class SimAside(Aside):
    """The thread beside the loop: it runs only for moments in which the loop waits for it."""

    def __init__(self, loop: VirtualLoop, process: Process, asking: Asking) -> None:
        super().__init__(SimStore(self._ask), "aside")
        self._loop, self._process, self._asking = loop, process, asking
        self._pulse: Callable[[], None] = lambda: None
        self._interval_s: Callable[[], float] = lambda: 1.0
        self._ending = asyncio.Event()
        self._puppet: Puppet | None = None
        self._driving: asyncio.Task[None] | None = None

    def start(self, beat: Callable[[], None], interval_s: Callable[[], float]) -> None:
        self._pulse, self._interval_s = beat, interval_s
        self._puppet = Puppet(self._main, self._process.context.copy(), f"{self._process.name} aside")
        self._process.threads.append(self._puppet)
        self._driving = self._loop.create_task(self._drive(), context=self._process.thread_context.copy())

    async def close(self) -> None:
        self._ending.set()
        if self._driving is not None:
            await self._driving
        self._asking.close()

    def end_process(self, status: int) -> NoReturn:
        self._process.die(status)
        raise Ended

    def _ask(self, question: Any) -> Any:
        assert self._puppet is not None
        return self._puppet.ask(question)

    def _main(self) -> None:
        while not self._ending.is_set():
            self._ask(self._interval_s())
            if not self._ending.is_set():
                self._pulse()

    async def _drive(self) -> None:
        """The thread gets an answer to all that it asks for, in virtual time."""
        assert self._puppet is not None
        answer: Any = None
        while (question := self._go_on(self._puppet, answer)) is not None:
            answer = await self._answer(question)

    async def _answer(self, question: Any) -> Any:
        if isinstance(question, float | int):
            try:
                async with asyncio.timeout(question):
                    await self._ending.wait()
            except TimeoutError:
                return None
            return None
        try:
            return await self._asking.ask(question)
        except (RedisError, *LINK_ERRORS) as error:
            return error

    def _go_on(self, puppet: Puppet, answer: Any) -> Any:
        """The thread's next question. While it runs, the loop is in whatever blocks it, and not in this task."""
        mine, theirs = asyncio.current_task(), self._process.blocked_in
        assert mine is not None
        tasks._leave_task(self._loop, mine)
        if theirs is not None:
            tasks._enter_task(self._loop, theirs)
        try:
            return puppet.go_on(answer)
        finally:
            if theirs is not None:
                tasks._leave_task(self._loop, theirs)
            tasks._enter_task(self._loop, mine)
