"""Limits: what each queue may start, what its buckets hold now, and how long what waits will take."""

from __future__ import annotations

from typing import Literal, NamedTuple

from engine import Limit, LimitsView, QueueView, Snapshot


class LimitRow(NamedTuple):
    """One queue's limits, or a bucket that queues share (`queues` then has all of them, `queue` the first).

    `mark` is P paused, ! held by the bucket, ~ all that may be active are, . free. `tokens` is None without a rate.
    """

    kind: Literal["queue", "shared"]
    queue: str
    queues: tuple[str, ...]
    limits: LimitsView
    rate: Limit
    burst: Limit
    tokens: float | None
    waiting: int
    active: int
    oldest_ms: int | None
    places: int
    mark: str

    @property
    def next_ms(self) -> int | None:
        """In how long the bucket holds a whole token; None if it does, or there is none."""
        if self.rate.now is None or not self.rate.now or self.tokens is None or self.tokens >= 1:
            return None
        return round((1 - self.tokens) / self.rate.now * 1000)

    def drain_s(self, times: float = 1.0) -> float | None:
        """How long what waits takes at `times` the rate, if nothing else holds it back; None without a rate."""
        return self.waiting / (self.rate.now * times) if self.rate.now else None


def limit_rows(snapshot: Snapshot) -> list[LimitRow]:
    """A row for each queue and each shared bucket: the ones that hold back first, then by how many jobs wait."""
    rows = [_queue_row(snapshot, queue) for queue in snapshot.queues] + _shared_rows(snapshot)
    return sorted(rows, key=lambda row: ("!~P.".index(row.mark), -row.waiting, row.kind, row.queue))


def _queue_row(snapshot: Snapshot, view: QueueView) -> LimitRow:
    limits, counts = view.limits, view.counts
    if limits.paused:
        mark = "P"
    elif counts.waiting and (_empty(limits.tokens) or _empty(limits.shared_tokens)):
        mark = "!"
    elif limits.max_active.now is not None and limits.active >= limits.max_active.now:
        mark = "~"
    else:
        mark = "."
    return LimitRow(
        kind="queue",
        queue=view.name,
        queues=(view.name,),
        limits=limits,
        rate=limits.rate,
        burst=limits.burst,
        tokens=limits.tokens,
        waiting=counts.waiting,
        active=limits.active,
        oldest_ms=counts.oldest_waiting_ms,
        places=sum(worker.concurrency.get(view.name, 0) for worker in snapshot.workers),
        mark=mark,
    )


def _shared_rows(snapshot: Snapshot) -> list[LimitRow]:
    """Queues share a bucket if its rate, its burst and its level are the same."""
    sharing: dict[tuple[float | None, float | None, float | None], list[QueueView]] = {}
    for view in snapshot.queues:
        limits = view.limits
        if limits.shared_rate.now is not None:
            bucket = (limits.shared_rate.now, limits.shared_burst.now, limits.shared_tokens)
            sharing.setdefault(bucket, []).append(view)
    return [_shared_row(views) for views in sharing.values()]


def _shared_row(views: list[QueueView]) -> LimitRow:
    first = views[0].limits
    waiting = sum(view.counts.waiting for view in views)
    ages = [view.counts.oldest_waiting_ms for view in views if view.counts.oldest_waiting_ms is not None]
    return LimitRow(
        kind="shared",
        queue=views[0].name,
        queues=tuple(view.name for view in views),
        limits=first,
        rate=first.shared_rate,
        burst=first.shared_burst,
        tokens=first.shared_tokens,
        waiting=waiting,
        active=sum(view.limits.active for view in views),
        oldest_ms=max(ages, default=None),
        places=0,
        mark="!" if waiting and _empty(first.shared_tokens) else ".",
    )


def _empty(tokens: float | None) -> bool:
    return tokens is not None and tokens < 1
