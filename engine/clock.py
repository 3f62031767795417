"""Time as an argument: what code may ask, and the clock of the machine."""

from __future__ import annotations

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
