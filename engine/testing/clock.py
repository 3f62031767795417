"""A clock for tests."""

from __future__ import annotations

import time


class FakeClock:
    """A clock that moves only by `advance`; it starts an hour in the past, which the scripts need."""

    def __init__(self, now_us: int | None = None) -> None:
        self._now_us = now_us if now_us is not None else time.time_ns() // 1000 - 3_600_000_000
        self._start_us = self._now_us

    def now_us(self) -> int:
        return self._now_us

    def monotonic_s(self) -> float:
        return (self._now_us - self._start_us) / 1_000_000

    def advance(self, seconds: float) -> None:
        """The clock is `seconds` later; a negative number is a step back of the wall clock."""
        self._now_us += round(seconds * 1_000_000)
