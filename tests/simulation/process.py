"""A simulated process of the operating system: what it runs on its event loop and on its thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from tests.simulation.loop import LANE, OUTSIDE, Lane, VirtualLoop
from tests.simulation.thread import Puppet

_LOOK_S = 0.05


class Process:
    """Ends only once; `died` are called when it does so without a word."""

    def __init__(self, name: str, loop: VirtualLoop) -> None:
        self.name, self._loop = name, loop
        self.lane, self.thread = Lane(f"{name}/loop"), Lane(f"{name}/thread")
        self.context, self.thread_context = _context_of(self.lane), _context_of(self.thread)
        self.blocked_in: asyncio.Task[Any] | None = None
        """The task that does not give the loop back."""
        self.died: list[Callable[[], None]] = []
        self.threads: list[Puppet] = []
        self.began_s = loop.time()
        self.ended_s: float | None = None
        self.blocked_s: list[tuple[float, float]] = []
        """When its loop was not given back."""
        self.status: int | None = None
        """With which it ended itself."""

    @property
    def alive(self) -> bool:
        """Whether it was not killed; one that came to its end is alive here."""
        return not self.lane.gone

    @property
    def frozen(self) -> bool:
        return "frozen" in self.lane.halts

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """The coroutine runs on the process's loop."""
        return self._loop.create_task(work, name=f"{self.name} {name}", context=self.context.copy())

    def call(self, function: Callable[[], object]) -> None:
        """The function runs on the process's loop, once it gets to it: so signals arrive."""
        self._loop.call_soon(function, context=self.context.copy())

    def freeze(self) -> None:
        """Nothing of the process runs until `thaw`."""
        for lane in (self.lane, self.thread):
            lane.halts.add("frozen")

    def thaw(self) -> None:
        """The process goes on where it was stopped."""
        for lane in (self.lane, self.thread):
            self._loop.resume(lane, "frozen")

    def die(self, status: int | None = None) -> None:
        """No step of the process runs any more; nothing is cleaned up."""
        if self.alive:
            self.status, self.ended_s = status, self._loop.time()
            self.lane.gone = self.thread.gone = True
            for tell in self.died:
                tell()

    async def block(self, seconds: float) -> None:
        """For the task that calls this no time passes, and the process's loop runs nothing else meanwhile."""
        over: asyncio.Future[None] = self._loop.create_future()
        self.blocked_in = asyncio.current_task()
        self.blocked_s.append((self._loop.time(), self._loop.time() + seconds))
        self.lane.halts.add("blocked")
        self._loop.call_later(seconds, self._unblock, over, context=OUTSIDE.copy())
        await over

    def _unblock(self, over: asyncio.Future[None]) -> None:
        if not self.alive:
            return
        if self.frozen:
            self._loop.call_later(_LOOK_S, self._unblock, over, context=OUTSIDE.copy())
            return
        self.blocked_in = None
        self._loop.run_first(lambda: over.set_result(None))
        self._loop.resume(self.lane, "blocked")


def _context_of(lane: Lane) -> Context:
    context = Context()
    context.run(LANE.set, lane)
    return context
