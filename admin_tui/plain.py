"""Views as plain text, made by the functions that screens are made by: no colour, no escape byte, known width."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from admin_tui.draw import waterfall
from admin_tui.draw.columns import Column, cells_of, place, titles
from admin_tui.draw.line import Line, Span
from admin_tui.text import age, clock, count, due, exact, safe, safe_lines, shorten, stamp
from admin_tui.views.audit import audit_columns, audit_rows
from admin_tui.views.failures import failure_columns, failure_rows, failure_summary
from admin_tui.views.health import queue_rows
from admin_tui.views.limits import limit_columns, limit_rows, limit_summary
from admin_tui.views.lines import facts
from admin_tui.views.overview import (
    failure_lines,
    health_lines,
    overview_columns,
    server_line,
    total_line,
)
from admin_tui.views.workers import worker_columns, worker_rows, worker_summary
from engine import AuditPage, ErrorGroup, Explanation, JobDetail, JobLine, LogPage, Snapshot

R = TypeVar("R")
_MOST_REASONS = 100
_EMPTY: Line = ()


def text_of(lines: Sequence[Line]) -> str:
    """The lines as text, without blanks at their ends."""
    return "".join("".join(span.text for span in line).rstrip() + "\n" for line in lines)


def table(columns: Sequence[Column[R]], rows: Sequence[R], width: int) -> list[Line]:
    """The titles and the rows."""
    placed = place(columns, width)
    return [titles(placed), *(cells_of(placed, row) for row in rows)]


def overview(snapshot: Snapshot, groups: Sequence[ErrorGroup], width: int) -> list[Line]:
    """The verdict with all its reasons, every queue, what fails most, and the totals."""
    rows = queue_rows(snapshot)
    return [
        *health_lines(rows, width, _MOST_REASONS),
        _EMPTY,
        *table(overview_columns(ascii_only=True), rows, width),
        _EMPTY,
        *failure_lines(groups, snapshot.at_ms, width, 6),
        _EMPTY,
        total_line(snapshot, rows, width),
        server_line(snapshot, width),
    ]


def jobs(rows: Sequence[JobLine], said: str, now_ms: int, width: int) -> list[Line]:
    """A list's rows, and what is to be said of them."""
    return [_line(said, width), *table(_job_columns(now_ms), rows, width)]


def job(detail: JobDetail, now_ms: int, width: int) -> list[Line]:
    """Everything that is known of a job."""
    status = detail.status
    attempts = f"{status.attempts_made} of {detail.max_attempts}" if detail.max_attempts else f"{status.attempts_made}"
    said: Mapping[str, str | None] = {
        "job": status.id,
        "queue": f"{status.queue}, {status.name}",
        "state": status.state.value + (", in the trash" if detail.trashed_on is not None else ""),
        "why": detail.why,
        "tenant": status.tenant,
        "worker": status.worker_id,
        "attempts": attempts,
        "enqueued": stamp(status.timestamp),
        "started": _stamp(status.processed_on),
        "ended": _stamp(status.finished_on),
        "due": _stamp(status.due),
        "reason": status.failed_reason,
        "payload": detail.payload,
        "result": detail.result,
        "redacted": f"{detail.redacted} secrets are not shown" if detail.redacted else None,
    }
    lines = [line for label, text in said.items() if text for line in facts(label, text, width)]
    return [*lines, _EMPTY, *waterfall.waterfall(status, now_ms, width)]


def log(page: LogPage, width: int) -> list[Line]:
    """The lines, each with its time."""
    room = max(1, width - 13)
    return [
        [Span(clock(entry.at_ms)), Span(safe(" ")), Span(part)]
        for entry in page.entries
        for part in safe_lines(entry.text, room, wrap=True)
    ]


def why(found: Explanation, width: int) -> list[Line]:
    """Each check, the verdict and what to do."""
    marks = {"yes": "[ok]", "no": "[NO]", "-": "[--]"}
    checks = [
        line for check in found.checks for line in facts(marks[check.holds], _said(check.name, check.text), width)
    ]
    verdict = [*facts("verdict", found.verdict, width), *(facts("try", found.advice, width) if found.advice else [])]
    return [_line(f"WHY {found.target}", width), *checks, *verdict]


def workers(snapshot: Snapshot, active: Mapping[str, Sequence[JobLine]], width: int) -> list[Line]:
    """All workers, those that are lost first."""
    rows = worker_rows(snapshot, active)
    return [worker_summary(rows, width), *table(worker_columns(snapshot.at_ms), rows, width)]


def limits(snapshot: Snapshot, width: int) -> list[Line]:
    """What holds each queue back."""
    rows = limit_rows(snapshot)
    return [limit_summary(rows, width), *table(limit_columns(), rows, width)]


def failures(groups: Sequence[ErrorGroup], now_ms: int, width: int) -> list[Line]:
    """Failures by cause, those with most jobs first."""
    rows = failure_rows(groups)
    return [failure_summary(rows, now_ms, width), *table(failure_columns(now_ms), rows, width)]


def audit(page: AuditPage, now_ms: int, width: int) -> list[Line]:
    """Changes, newest first."""
    return table(audit_columns(now_ms, "utc"), audit_rows(page.entries, {}), width)


def _job_columns(now_ms: int) -> Sequence[Column[JobLine]]:
    def of(show: Callable[[JobLine], str]) -> Callable[[JobLine, int], Span]:
        return lambda row, cells: Span(safe(show(row), cells))

    return (
        Column("ID", lambda row, cells: Span(shorten(row.id, cells)), 16, flex=3),
        Column("NAME", of(lambda row: row.name), 12, flex=1, since=60),
        Column("TENANT", of(lambda row: row.tenant or "-"), 10, flex=1, since=80),
        Column("STATE", of(lambda row: row.state.value), 9),
        Column("ATT", lambda row, _: Span(count(row.attempts_made)), 3, align="right"),
        Column("AGE", lambda row, _: Span(age(now_ms - row.timestamp)), 4, align="right"),
        Column("NEXT", lambda row, _: Span(due(None if row.due is None else row.due - now_ms)), 7, since=80),
        Column("WORKER", of(lambda row: row.worker or "-"), 10, since=120),
        Column("ERROR", of(lambda row: row.failed_reason or ""), 16, flex=3, since=70),
    )


def _stamp(ms: int | None) -> str | None:
    return None if ms is None else stamp(ms)


def _said(name: str, text: str) -> str:
    return f"{name}: {text}" if text else name


def _line(text: str, width: int) -> Line:
    return [Span(safe(text, width))]


def rows_said(shown: int, total: int, what: str) -> str:
    """How many of how many rows are shown."""
    return f"{exact(total)} {what}" if shown >= total else f"{exact(total)} {what}, the first {exact(shown)}:"
