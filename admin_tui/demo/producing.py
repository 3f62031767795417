"""Who enqueues the invented system's jobs, and the moment at which it does."""

from __future__ import annotations

import random
from collections import Counter

from admin_tui.demo import work
from admin_tui.demo.queue import FakeQueue
from admin_tui.demo.record import Record
from admin_tui.demo.system import Kind
from admin_tui.demo.words import TENANTS, payload


class Moment:
    """The invented system's time, which its maker moves; `us` are microseconds since 1970."""

    def __init__(self, us: int) -> None:
        self.us = us

    @property
    def ms(self) -> int:
        return self.us // 1000

    def now_us(self) -> int:
        """As a clock tells it."""
        return self.us


class Producer:
    """Makes jobs of each kind for one tenant or another; their ids tell when they came."""

    def __init__(self, now: Moment, rng: random.Random) -> None:
        self._now, self._rng = now, rng
        self._numbers: Counter[str] = Counter()

    def enqueue(self, queue: FakeQueue, kind: Kind, delay_ms: int = 0) -> Record:
        """One more job waits, or is delayed."""
        self._numbers[kind.name] += 1
        tenant = self._rng.choice(TENANTS)
        job_id = f"{kind.name[:3]}-{self._now.ms:x}-{self._numbers[kind.name]}"
        body = payload(self._rng, kind.name, tenant)
        wish = work.Wish(id=job_id, name=kind.name, payload=body, delay_ms=delay_ms, tenant=tenant)
        return work.enqueue(queue, wish)
