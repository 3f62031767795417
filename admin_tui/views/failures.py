"""Failures: jobs that failed for one reason are one row, whatever varies in its text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from admin_tui.draw.columns import Column
from admin_tui.draw.line import Line, Span, Style
from admin_tui.draw.sparkline import sparkline
from admin_tui.text import age, count, exact, safe, safe_lines, shorten
from admin_tui.views.lines import fact, spread
from engine import ErrorGroup

_STYLES: dict[str, Style] = {"!": "bad", "x": "failed", ".": "dim"}

RISING_MINUTES = 5


class FailureRow(NamedTuple):
    """A group of one queue; `mark` is ! still failing, x failed jobs are there, . none is failed now."""

    group: ErrorGroup
    mark: str

    @property
    def key(self) -> str:
        """Names the group among those of all queues."""
        return f"{self.group.queue} {self.group.fingerprint}"


def failure_rows(groups: Iterable[ErrorGroup]) -> list[FailureRow]:
    """Groups of all queues: those with most failed jobs first, then the newest."""
    rows = [FailureRow(group, _mark(group)) for group in groups]
    return sorted(rows, key=lambda row: (-row.group.jobs, -row.group.last, row.key))


def _mark(group: ErrorGroup) -> str:
    if not group.jobs:
        return "."
    return "!" if any(group.minutes[-RISING_MINUTES:]) else "x"


def failure_columns(now_ms: int) -> Sequence[Column[FailureRow]]:
    """What a list of failures shows."""
    return (
        Column("", lambda row, _: Span(safe(row.mark), _STYLES[row.mark]), 1),
        Column("ERROR", lambda row, cells: Span(safe(row.group.title, cells)), 20, flex=3),
        Column("JOBS", lambda row, _: Span(count(row.group.jobs), _STYLES[row.mark]), 5, align="right"),
        Column("TOTAL", lambda row, _: Span(count(row.group.total)), 5, align="right", since=66),
        Column("FIRST", _ago(now_ms, lambda group: group.first), 5, align="right", since=50),
        Column("LAST", _ago(now_ms, lambda group: group.last), 5, align="right"),
        Column("QUEUE", lambda row, cells: Span(shorten(row.group.queue, cells)), 14, flex=1),
        Column("30 MIN", lambda row, cells: Span(sparkline(row.group.minutes, cells), "failed"), 12, flex=1, since=100),
    )


def failure_summary(rows: Sequence[FailureRow], now_ms: int, width: int) -> Line:
    """How many jobs are failed, of how many causes, and since when the oldest of them comes."""
    jobs = sum(row.group.jobs for row in rows)
    rising = sum(row.mark == "!" for row in rows)
    parts = [
        Span(safe(f"{jobs:,} failed in {len(rows)} {'group' if len(rows) == 1 else 'groups'}")),
        Span(safe(f"{rising} still failing"), "bad" if rising else "dim"),
    ]
    if rows:
        parts.append(Span(safe(f"oldest {age(now_ms - min(row.group.first for row in rows))}"), "dim"))
    return spread(parts, width)


def failure_detail(row: FailureRow, now_ms: int, width: int, height: int) -> list[Line]:
    """When it came and how often, the newest reason, and the innermost frames of its stack."""
    group = row.group
    times = f"first {age(now_ms - group.first)} ago, last {age(now_ms - group.last)} ago"
    lines: list[Line] = [
        spread([Span(safe(group.title, width), "title"), Span(safe(group.fingerprint), "dim")], width),
        spread([Span(safe(f"{exact(group.jobs)} failed now, {exact(group.total)} ever")), Span(safe(times))], width),
        (*fact("per min", "", width), Span(sparkline(group.minutes, min(30, max(0, width - 10))), "failed")),
        fact("newest", group.job_id, width),
    ]
    sample = [(Span(text, "failed"),) for text in safe_lines(group.sample, width, wrap=True)]
    stack = [(Span(safe(f"  {text}", width), "dim"),) for text in safe_lines(group.stack, width)] if group.stack else []
    room = max(0, height - len(lines))
    reason = sample[: max(1, room - min(len(stack), 3))]
    return [*lines, *reason, *stack[-max(0, room - len(reason)) :]][:height]


def _ago(now_ms: int, at: Callable[[ErrorGroup], int]) -> Callable[[FailureRow, int], Span]:
    return lambda row, _: Span(age(now_ms - at(row.group)))
