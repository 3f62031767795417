"""Limits: what each queue may start, what its buckets hold now, and how long what waits will take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from admin_tui.draw.bar import bar
from admin_tui.draw.columns import Column
from admin_tui.draw.line import Line, Span, Style
from admin_tui.text import NOTHING, Safe, age, count, fit, lasted, rate, safe, shorten
from admin_tui.views.lines import fact, spread
from engine import Limit, LimitsView, QueueView, Snapshot, Waiters

_STYLES: dict[str, Style] = {"!": "held", "~": "warn", "P": "paused", ".": "good"}


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


def limit_columns() -> Sequence[Column[LimitRow]]:
    """What a list of limits shows."""
    return (
        Column("", lambda row, _: Span(safe(row.mark), _STYLES[row.mark]), 1),
        Column("LIMIT", lambda row, cells: Span(shorten(_name(row), cells)), 14, flex=2),
        Column("RATE", lambda row, _: Span(_rate(row.rate), _set(row.rate)), 7, align="right"),
        Column("BURST", lambda row, _: Span(_burst(row), _set(row.burst)), 5, align="right", since=60),
        Column("TOKENS", lambda row, cells: Span(_level(row, cells), _level_style(row)), 12, flex=1),
        Column("ACTIVE", lambda row, _: Span(_active(row), _set(row.limits.max_active)), 7, align="right"),
        Column("EACH", lambda row, _: Span(_each(row), _set(row.limits.concurrency)), 4, align="right", since=66),
        Column("WAIT", lambda row, _: Span(count(row.waiting)), 5, align="right"),
        Column("NEXT", lambda row, _: Span(lasted(row.next_ms), "held" if row.next_ms else "plain"), 6, align="right"),
    )


def limit_summary(rows: Sequence[LimitRow], width: int) -> Line:
    """How many limits there are, how many hold back, and that none of it is guessed."""
    held = sum(row.mark == "!" for row in rows)
    parts = [
        Span(safe(f"{len(rows)} limits")),
        Span(safe(f"{held} held"), "held" if held else "dim"),
        Span(safe("read from what the engine enforces; * set at run time"), "dim"),
    ]
    return spread(parts, width)


def limit_detail(row: LimitRow, waiters: Waiters | None, now_ms: int, width: int, height: int) -> list[Line]:
    """Each limit as set over what is configured, how long what waits takes, and who waits."""
    lines: list[Line] = [spread([Span(safe(_name(row)), "title"), Span(safe(_whose(row)), "dim")], width)]
    lines += [fact(name, _both(limit), width, _set(limit), 13) for name, limit in _limits(row)]
    lines.append(fact("drain", _drain(row), width, label_cells=13))
    if waiters is not None and height - len(lines) >= 2:
        lines += _who_waits(waiters, now_ms, width)
    return lines[:height]


def _who_waits(waiters: Waiters, now_ms: int, width: int) -> list[Line]:
    looked = "" if waiters.looked >= waiters.total else f" of the first {waiters.looked:,}"
    head = (Span(safe(f"WHO WAITS{looked}", width), "dim"),)
    if not waiters.tenants:
        return [head, (Span(safe("  nobody", width), "dim"),)]
    cells = min(30, max(8, width - 16))
    return [
        head,
        *(
            (
                Span(fit(f"  {waiter.tenant if waiter.tenant is not None else 'no tenant'}", cells)),
                Span(fit(count(waiter.jobs), 7, "right"), "waiting"),
                Span(fit(age(now_ms - waiter.oldest_ms), 8, "right")),
            )
            for waiter in waiters.tenants
        ),
    ]


def _limits(row: LimitRow) -> list[tuple[str, Limit]]:
    if row.kind == "shared":
        return [("rate", row.rate), ("burst", row.burst)]
    limits = row.limits
    return [
        ("concurrency", limits.concurrency), ("rate", limits.rate), ("burst", limits.burst),
        ("max_active", limits.max_active),
    ]  # fmt: skip


def _both(limit: Limit) -> str:
    if limit.set is None:
        return "none" if limit.configured is None else f"{limit.configured:g} configured"
    return f"{limit.set:g} set, {'none' if limit.configured is None else f'{limit.configured:g}'} configured"


def _drain(row: LimitRow) -> str:
    once, twice = row.drain_s(), row.drain_s(2)
    if once is None or twice is None or row.rate.now is None:
        return "no rate bounds it"
    if not row.waiting:
        return "nothing waits"
    soon, sooner = lasted(round(once * 1000)), lasted(round(twice * 1000))
    return f"at {row.rate.now:g}/s in {soon}, at {row.rate.now * 2:g}/s in {sooner}"


def _name(row: LimitRow) -> str:
    return f"shared by {len(row.queues)}" if row.kind == "shared" else row.queue


def _whose(row: LimitRow) -> str:
    if row.kind == "shared":
        return ", ".join(row.queues)
    return "paused" if row.mark == "P" else f"{row.places} places in all workers"


def _rate(limit: Limit) -> Safe:
    return safe(f"{rate(limit.now)}{'*' if limit.set is not None else ''}")


def _whole(limit: Limit) -> Safe:
    return NOTHING if limit.now is None else safe(f"{limit.now:g}{'*' if limit.set is not None else ''}")


def _burst(row: LimitRow) -> Safe:
    return NOTHING if row.rate.now is None else _whole(row.burst)


def _active(row: LimitRow) -> Safe:
    most = row.limits.max_active
    if row.kind == "shared" or most.now is None:
        return safe(f"{row.active}")
    return safe(f"{row.active}/{most.now:g}{'*' if most.set is not None else ''}")


def _each(row: LimitRow) -> Safe:
    return NOTHING if row.kind == "shared" else _whole(row.limits.concurrency)


def _level(row: LimitRow, cells: int) -> Safe:
    if row.tokens is None or not row.burst.now:
        return NOTHING
    number = f"{row.tokens:.0f}" if row.tokens >= 1 else "0"
    return safe(f"{bar(row.tokens / row.burst.now, max(0, cells - 5))} {number:>4}")


def _level_style(row: LimitRow) -> Style:
    return "held" if _empty(row.tokens) else "good"


def _set(limit: Limit) -> Style:
    return "warn" if limit.set is not None else "plain"
