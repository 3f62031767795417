"""What the operator's side is shown: pages, limits, statistics. No behaviour beyond reading them."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from engine.types import Event, JobLine


class JobPage(Struct, frozen=True, rename="camel"):
    """Some jobs of one state, and what to give as `after` for those that follow; None: there are none."""

    jobs: list[JobLine]
    after: str | None = None


class EventPage(Struct, frozen=True, rename="camel"):
    """Some events in order, and what to give as `after` for those that follow.

    `gap`: events behind the `after` that was asked for have been trimmed.
    """

    events: list[Event]
    after: str
    gap: bool = False


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
