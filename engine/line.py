"""A queue as its worker sees it."""

from __future__ import annotations

from engine.registry import Queue
from engine.streams import Keys


class Line:
    """One queue: when to ask for it next, and what the last answer said of it."""

    __slots__ = ("ask_s", "asked", "asked_s", "keys", "lease_ms", "paused", "queue", "sweep_ms", "woken")

    def __init__(self, queue: Queue, keys: Keys) -> None:
        self.queue, self.keys = queue, keys
        self.asked = 0
        """For how many places acquires are under way."""
        self.ask_s, self.asked_s, self.woken, self.paused = 0.0, 0.0, False, False
        limits = queue.limits()
        self.lease_ms, self.sweep_ms = limits.lease_ms, limits.sweep_ms
