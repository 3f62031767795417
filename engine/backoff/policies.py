"""How long a failed job waits: pure functions of the attempt's number."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Backoff(Protocol):
    """A policy; `attempt` is the number of the attempt that has just failed, from 1."""

    def delay_s(self, attempt: int) -> float:
        """Seconds to wait before the next attempt, before jitter."""
        ...


class Constant(Struct, frozen=True):
    """The same wait after every attempt."""

    wait_s: float

    def delay_s(self, attempt: int) -> float:
        return self.wait_s


class Linear(Struct, frozen=True):
    """base, 2 base, 3 base, … up to the cap."""

    base_s: float
    cap_s: float = 86_400

    def delay_s(self, attempt: int) -> float:
        return min(self.cap_s, self.base_s * attempt)


class Exponential(Struct, frozen=True):
    """base, 2 base, 4 base, … up to the cap: base_s * factor ** (attempt - 1)."""

    base_s: float
    factor: float = 2.0
    cap_s: float = 86_400

    def delay_s(self, attempt: int) -> float:
        try:
            return min(self.cap_s, self.base_s * float(self.factor) ** (attempt - 1))
        except OverflowError:  # more than a float holds, so more than any cap
            return self.cap_s if self.base_s else 0.0
