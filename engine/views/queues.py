"""What holds a queue back, and what happened in it by the minute."""

from __future__ import annotations

import msgspec
from msgspec import Struct


class Limit(Struct, frozen=True, rename="camel"):
    """A limit as configured and as set at run time, which wins; None: none."""

    configured: float | None = None
    set: float | None = None

    @property
    def now(self) -> float | None:
        return self.set if self.set is not None else self.configured


class LimitsView(Struct, frozen=True, rename="camel", kw_only=True):
    """What decides whether a queue's jobs may start; times are epoch milliseconds of the server.

    `concurrency` is for each process, the others are for all. `tokens` and `shared_tokens` are what the two buckets
    hold now, None without a rate. `configured` is false before the first worker of the queue has started.
    """

    queue: str
    at_ms: int
    configured: bool
    paused: bool
    active: int
    suspects: int
    rate: Limit
    burst: Limit
    shared_rate: Limit
    shared_burst: Limit
    max_active: Limit
    concurrency: Limit
    tokens: float | None = None
    shared_tokens: float | None = None

    def with_tokens(self, tokens: float | None, shared_tokens: float | None) -> LimitsView:
        """The same, with the levels of the buckets."""
        return msgspec.structs.replace(self, tokens=tokens, shared_tokens=shared_tokens)


class Histogram(Struct, frozen=True):
    """Durations counted in powers of two: bucket n holds those of 2^(n-1) ms or more and below 2^n ms, 0 the rest."""

    buckets: dict[int, int] = {}

    @property
    def count(self) -> int:
        return sum(self.buckets.values())

    def merged(self, other: Histogram) -> Histogram:
        """Both counted together."""
        numbers = self.buckets.keys() | other.buckets.keys()
        return Histogram({n: self.buckets.get(n, 0) + other.buckets.get(n, 0) for n in numbers})

    def percentile_ms(self, share: float) -> int | None:
        """What this share of all durations was below, from the buckets' bounds: at most twice as much as it could be.

        None if nothing was counted.
        """
        left = share * self.count
        for n in sorted(self.buckets):
            left -= self.buckets[n]
            if left <= 1e-9 and self.buckets[n] > 0:
                return 1 << n
        return None


class MinuteStats(Struct, frozen=True, rename="camel"):
    """What happened in a queue in one minute: how often each verb, how long jobs waited and ran."""

    minute_ms: int
    counts: dict[str, int]
    wait: Histogram
    run: Histogram
