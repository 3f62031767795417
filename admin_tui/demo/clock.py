"""The clock of a demo: this machine's."""

from __future__ import annotations

import time


class WallClock:
    """The wall clock of this machine, for a fake that has no server to ask."""

    def now_us(self) -> int:
        """Microseconds since 1970."""
        return time.time_ns() // 1_000

    def monotonic_s(self) -> float:
        """Seconds that only rise."""
        return time.monotonic()
