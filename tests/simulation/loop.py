"""An event loop on virtual time: among what is ready the seed picks, and when nothing is, time jumps to the next timer.

Each step runs in a lane, which it inherits by its context: the lane of a simulated thread can stand still, and end.
"""

from __future__ import annotations

import asyncio
import contextvars
from asyncio import events
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar
from heapq import heappop, heappush
from random import Random
from typing import Any, TypeVar, cast

T = TypeVar("T")
_Loop: Any = asyncio.AbstractEventLoop
"""A schedule needs few of the eighty methods; one that is not here raises NotImplementedError."""
_MOST_WAITS = 50


class Stuck(AssertionError):
    """Nothing is ready and no timer runs: what is waited for never comes."""


class Lane:
    """What one simulated thread runs; `halts` says why it stands still."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.halts: set[str] = set()
        self.gone = False
        self.kept: list[Step] = []


LANE: ContextVar[Lane | None] = ContextVar("lane", default=None)
OUTSIDE = Context()
"""The context of what belongs to no process: the network, the server, the plan."""


class Step(asyncio.TimerHandle):
    """A callback that waits for its turn."""

    def __init__(
        self, when: float, callback: Callable[..., object], args: Any, loop: VirtualLoop, context: Context | None
    ) -> None:
        context = context if context is not None else contextvars.copy_context()
        super().__init__(when, callback, args, loop, context)
        self.callback, self.args, self.context = callback, args, context
        self.lane = context.get(LANE)

    def run(self) -> None:
        """The callback was called, unless it was cancelled."""
        if not self.cancelled():
            self.context.run(self.callback, *self.args)


class VirtualLoop(_Loop):  # type: ignore[misc]  # see _Loop
    """Runs everything of a schedule in one thread; nothing here looks at the machine's clock."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._now = 0.0
        self._ready: list[Step] = []
        self._timers: list[tuple[float, int, Step]] = []
        self._timed = 0
        self._closed = False
        self.tasks: dict[asyncio.Task[Any], Lane | None] = {}
        """Every task that was made, so that none of a dead process is collected, and so cleaned up, in mid-run."""
        self.errors: list[str] = []
        """What nobody handled."""

    # ------------------------------------------------------------------------------------------ what asyncio asks

    def time(self) -> float:
        return self._now

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> Step:
        step = Step(self._now, callback, args, self, context)
        self._ready.append(step)
        return step

    call_soon_threadsafe = call_soon

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Step:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None) -> Step:
        step = Step(when, callback, args, self, context)
        self._timed += 1
        heappush(self._timers, (when, self._timed, step))
        return step

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Coroutine[Any, Any, T] | Generator[Any, None, T],
        *,
        name: str | None = None,
        context: Context | None = None,
    ) -> asyncio.Task[T]:
        if self._closed:
            return cast("asyncio.Task[T]", self._ended(coro))
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        self.tasks[task] = LANE.get() if context is None else context.get(LANE)
        return task

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return events._get_running_loop() is self

    def is_closed(self) -> bool:
        return self._closed

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if not self._closed:
            self.errors.append(f"{context['message']}: {context.get('exception')!r}")

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Asked by asyncio; a cancelled timer is passed over when its time comes."""

    # ------------------------------------------------------------------------------------------ running

    def run(self, main: Coroutine[Any, Any, T], limit_s: float) -> T:
        """What `main` returned; AssertionError if it has not within so many virtual seconds."""
        task = self.create_task(main, name="main", context=OUTSIDE.copy())
        events._set_running_loop(self)
        try:
            while not task.done():
                assert self._now < limit_s, f"not over after {self._now:.0f} virtual seconds"
                self._run_one()
        finally:
            events._set_running_loop(None)
        return task.result()

    def run_first(self, callback: Callable[[], None]) -> None:
        """What the callback makes ready runs now, before everything else."""
        before = len(self._ready)
        callback()
        added = self._ready[before:]
        del self._ready[before:]
        for step in added:
            step.run()

    def resume(self, lane: Lane, halt: str) -> None:
        """One reason less for the lane to stand still; without any it goes on."""
        lane.halts.discard(halt)
        if not lane.halts:
            self._ready += lane.kept
            lane.kept.clear()

    def close(self) -> None:
        """Tasks that were left are closed quietly: what their code does in the end reaches nobody."""
        self._closed = True
        events._set_running_loop(self)
        try:
            for task in self.tasks:
                if not task.done():
                    task._log_destroy_pending = False  # type: ignore[attr-defined]
                    _close(cast("Coroutine[Any, Any, Any]", task.get_coro()))
        finally:
            events._set_running_loop(None)
        self.tasks.clear()
        self._ready.clear()
        self._timers.clear()

    def _ended(self, coro: Coroutine[Any, Any, T] | Generator[Any, None, T]) -> asyncio.Future[Any]:
        """What a task is to code that is closed, and would clean up by it."""
        coro.close()
        future = self.create_future()
        future.set_result(None)
        return future

    def _run_one(self) -> None:
        if not self._ready:
            self._jump()
        ready = self._ready
        chosen = int(self._random.random() * len(ready))
        step = ready[chosen]
        ready[chosen] = ready[-1]
        ready.pop()
        lane = step.lane
        if lane is not None and lane.halts and not lane.gone:
            lane.kept.append(step)
        elif lane is None or not lane.gone:
            step.run()

    def _jump(self) -> None:
        while self._timers and self._timers[0][2].cancelled():
            heappop(self._timers)
        if not self._timers:
            raise Stuck("nothing is ready and no timer runs")
        self._now = max(self._now, self._timers[0][0])
        while self._timers and self._timers[0][0] <= self._now:
            self._ready.append(heappop(self._timers)[2])


def _close(coroutine: Coroutine[Any, Any, Any]) -> None:
    """The coroutine is closed, also one that waits for something more in the end."""
    for _ in range(_MOST_WAITS):
        try:
            coroutine.close()
        except RuntimeError:
            continue
        return
