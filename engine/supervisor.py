"""Keeps a service going: its errors are told, spaced out, and never end its loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from random import Random

from engine.backoff import Exponential, full
from engine.clock import Clock, wait_for
from engine.errors import EngineError

_log = logging.getLogger("engine")
_WAITS = Exponential(base_s=0.2, cap_s=5)


class Outage:
    """What all services of a process know of Redis being away: told at most once a second, and once when over."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told_s = float("-inf")
        self._since_s: float | None = None

    def report(self, service: str, error: Exception) -> None:
        """The failure is logged, unless the last line is younger than a second."""
        now = self._clock.monotonic_s()
        self._since_s = now if self._since_s is None else self._since_s
        if now - self._told_s >= 1:
            self._told_s = now
            _log.warning("%s waits: %s; running jobs go on and their outcomes are kept", service, error)

    def over(self) -> None:
        """Redis answers: if it did not before, that is logged."""
        if self._since_s is not None:
            _log.warning("Redis answers again after %.1f s", self._clock.monotonic_s() - self._since_s)
            self._since_s = None


class Supervisor:
    """Runs services as tasks that end only when told to."""

    def __init__(self, outage: Outage, random: Random) -> None:
        self._outage, self._random = outage, random
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = asyncio.Event()

    def keep(self, name: str, once: Callable[[], Awaitable[None]], interval: Callable[[], float]) -> None:
        """`once` runs again and again, `interval()` seconds apart, until `close`."""
        self._tasks.append(asyncio.create_task(self._loop(name, once, interval), name=name))

    async def close(self) -> None:
        """Every service has finished its last turn."""
        self._closing.set()
        if self._tasks:
            await asyncio.gather(*self._tasks)
        self._tasks.clear()

    async def _loop(self, name: str, once: Callable[[], Awaitable[None]], interval: Callable[[], float]) -> None:
        failures = 0
        while not self._closing.is_set():
            try:
                await once()
            except EngineError as error:
                failures += 1
                self._outage.report(name, error)
            except Exception:  # noqa: BLE001 - told with its traceback; one loop's fault must not end the others
                failures += 1
                _log.exception("%s failed and goes on", name)
            else:
                if failures and not self._closing.is_set():
                    self._outage.over()
                failures = 0
            # Jitter keeps the workers from coming back together.
            wait_s = full(_WAITS.delay_s(failures), self._random) + 0.05 if failures else interval()
            if wait_s > 0:
                await wait_for(self._closing, wait_s)
