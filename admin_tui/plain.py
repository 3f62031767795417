"""Views as plain text, made by the functions that screens are made by: no colour, no escape byte, known width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from admin_tui.draw.columns import Column, cells_of, place, titles
from admin_tui.draw.line import Line, Span
from admin_tui.draw.waterfall import waterfall
from admin_tui.text import exact, safe
from admin_tui.views.audit import audit_columns, audit_rows
from admin_tui.views.failures import failure_columns, failure_rows, failure_summary
from admin_tui.views.health import queue_rows
from admin_tui.views.job import job_facts, job_heading, tab_lines
from admin_tui.views.jobs import job_columns
from admin_tui.views.limits import limit_columns, limit_rows, limit_summary
from admin_tui.views.lines import facts
from admin_tui.views.log import LogText, Shown
from admin_tui.views.overview import failure_lines, health_lines, overview_columns, server_line, total_line
from admin_tui.views.why import why_lines
from admin_tui.views.workers import worker_columns, worker_rows, worker_summary
from engine import AuditPage, ErrorGroup, Explanation, JobDetail, JobLine, Listed, LogPage, Snapshot

R = TypeVar("R")
_MOST_REASONS = 100
_ALL = 1_000
"""So deep is nothing folded."""
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
        *health_lines(rows, width, _MOST_REASONS, snapshot.spoilt),
        _EMPTY,
        *table(overview_columns(ascii_only=True), rows, width),
        _EMPTY,
        *failure_lines(groups, snapshot.at_ms, width, 6),
        _EMPTY,
        total_line(snapshot, rows, width),
        server_line(snapshot, width),
    ]


def jobs(rows: Sequence[JobLine], listed: Listed, said: str, now_ms: int, width: int) -> list[Line]:
    """A list's rows, and what is to be said of them."""
    return [_line(said, width), *table(job_columns(listed, now_ms, "relative"), rows, width)]


def job(detail: JobDetail, now_ms: int, width: int) -> list[Line]:
    """Everything that is known of a job, part by part as its screen has it; nothing is folded."""
    status = detail.status
    parts = (
        ("TIMELINE", waterfall(status, now_ms, width)),
        ("DATA", tab_lines(detail, "data", now_ms, "utc", width, _ALL)),
        ("ATTEMPTS", tab_lines(detail, "attempts", now_ms, "utc", width) if status.attempts else ()),
        ("OPTIONS", tab_lines(detail, "options", now_ms, "utc", width)),
        ("HISTORY", tab_lines(detail, "history", now_ms, "utc", width)),
    )
    lines = [job_heading(status.queue, status.id, detail, now_ms, width), job_facts(detail, now_ms, "utc", width)]
    lines += facts("why", detail.why, width) if detail.why else []
    lines += facts("redacted", f"{detail.redacted} secrets are not shown", width) if detail.redacted else []
    return [*lines, *(line for title, part in parts if part for line in (_EMPTY, _line(title, width), *part))]


def log(page: LogPage, width: int) -> list[Line]:
    """The lines, each with its time; those of a run under its title."""
    text = LogText()
    text.show(Shown(width, wrap=True))
    text.add(page.entries)
    return text.lines


def why(found: Explanation, width: int) -> list[Line]:
    """Each check, the verdict and what to do."""
    return [_line(f"WHY {found.target}", width), *why_lines(found, width)]


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


def _line(text: str, width: int) -> Line:
    return [Span(safe(text, width))]


def rows_said(shown: int, total: int, what: str) -> str:
    """How many of how many rows are shown."""
    return f"{exact(total)} {what}" if shown >= total else f"{exact(total)} {what}, the first {exact(shown)}:"
