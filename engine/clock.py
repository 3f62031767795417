"""Time as an argument: what code may ask, the clock of the machine, and a wait with a limit."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What the engine asks of a clock; `engine.testing.FakeClock` is the other one."""

    def now_us(self) -> int:
        """Microseconds since 1970 for the scripts, or 0: use the server's own TIME."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that only rise, for timers inside one process."""
        ...


class SystemClock:
    """The server's clock for what is stored, this machine's monotonic one for timers."""

    def now_us(self) -> int:
        return 0

    def monotonic_s(self) -> float:
        return time.monotonic()


async def wait_for(event: asyncio.Event, within_s: float) -> None:
    """Returns when the event is set, or after `within_s`."""
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return
