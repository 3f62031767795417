"""The book: who changed what, on what, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from admin_tui.draw.bar import bar
from admin_tui.draw.columns import Column
from admin_tui.draw.line import Line, Span, Style
from admin_tui.text import NOTHING, Safe, Times, exact, lasted, moment, safe, shorten, stamp
from admin_tui.views.lines import fact, spread
from admin_tui.views.plan import PER_S
from engine import Actor, AuditEntry, Operation

_STYLES: dict[str, Style] = {">": "active", "u": "dim", ".": "good"}


class AuditRow(NamedTuple):
    """One change; `mark` is > under way, u undone, . done."""

    entry: AuditEntry
    operation: Operation | None
    mark: str
    result: str


def audit_rows(entries: Sequence[AuditEntry], newest: Mapping[str, Operation]) -> list[AuditRow]:
    """The changes as given, newest first, with what is `newest` known of their operations."""
    return [_row(entry, newest) for entry in entries]


def share(operation: Operation) -> float:
    """How far the operation is, from 0 to 1."""
    return (operation.done + operation.skipped) / operation.total if operation.total else 1.0


def result(operation: Operation | None) -> str:
    """What came of a change, in a few letters."""
    if operation is None:
        return "ok"
    if operation.state == "running":
        return f"run {share(operation):.0%}"
    if operation.state == "stopped":
        return f"stopped {share(operation):.0%}"
    if operation.state == "undone":
        return "undone"
    return f"ok, {operation.skipped:,} skipped" if operation.skipped else "ok"


def _row(entry: AuditEntry, newest: Mapping[str, Operation]) -> AuditRow:
    operation = entry.operation and newest.get(entry.operation.id, entry.operation)
    state = operation.state if operation is not None else "done"
    mark = {"running": ">", "undone": "u"}.get(state, ".")
    return AuditRow(entry, operation, mark, result(operation))


def audit_columns(now_ms: int, times: Times) -> Sequence[Column[AuditRow]]:
    """What the book shows of a change."""
    return (
        Column("", lambda row, _: Span(safe(row.mark), _STYLES[row.mark]), 1),
        Column("WHEN", lambda row, _: Span(moment(row.entry.at_ms, times, now_ms)), 12),
        Column("WHO", lambda row, cells: Span(shorten(_who(row.entry.actor), cells)), 12, flex=1),
        Column("WHAT", lambda row, _: Span(safe(row.entry.verb)), 9, flex=1),
        Column("ON", lambda row, cells: Span(shorten(_on(row.entry), cells)), 14, flex=2, since=60),
        Column("JOBS", lambda row, _: Span(_jobs(row)), 6, align="right"),
        Column("RESULT", lambda row, _: Span(safe(row.result), _STYLES[row.mark]), 11, flex=1),
    )


def audit_detail(row: AuditRow, now_ms: int, times: Times, width: int, height: int) -> list[Line]:
    """The change in full, how far its operation is, and until when it can be taken back."""
    entry, operation = row.entry, row.operation
    name = operation.id if operation is not None else entry.id
    by = f"by {_who(entry.actor)}" + (f" ({entry.actor.tool})" if entry.actor.tool else "")
    lines: list[Line] = [
        spread([Span(safe(name)), Span(safe(f"{entry.verb} {_on(entry)}"), "title"), Span(safe(by))], width),
        fact("at", stamp(entry.at_ms, "utc" if times == "relative" else times), width),
        fact("reason", entry.reason or "none given", width),
    ]
    if entry.detail:
        lines.append(fact("what", entry.detail, width))
    if operation is not None:
        lines += _progress(operation, now_ms, times, width)
    return lines[:height]


def _progress(operation: Operation, now_ms: int, times: Times, width: int) -> list[Line]:
    number = f"{exact(operation.done)} of {exact(operation.total)}"
    rest = f", about {lasted(round(operation.left / PER_S * 1000))} left" if operation.state == "running" else ""
    lines = [
        spread(
            [
                Span(safe(f"done      {number}")),
                Span(bar(share(operation), min(20, max(0, width - 48))), "active"),
                Span(safe(f"{operation.state}{rest}")),
            ],
            width,
        )
    ]
    if operation.skipped:
        lines.append(fact("skipped", f"{exact(operation.skipped)} had changed meanwhile", width, "warn"))
    if operation.selection:
        lines.append(fact("of", operation.selection, width))
    lines.append(fact("undo", _undo(operation, now_ms, times), width))
    return lines


def _undo(operation: Operation, now_ms: int, times: Times) -> str:
    if operation.state == "undone":
        return "has been undone"
    if not operation.undo_until_ms:
        return "cannot be undone"
    if operation.undo_until_ms <= now_ms:
        return "too late"
    left = lasted(operation.undo_until_ms - now_ms)
    return f"until {moment(operation.undo_until_ms, 'utc' if times == 'relative' else times, now_ms)}, {left} left (U)"


def _who(actor: Actor) -> str:
    return f"{actor.name}@{actor.origin}" if actor.origin else actor.name


def _on(entry: AuditEntry) -> str:
    return f"{entry.queue} {entry.target}" if entry.target else entry.queue


def _jobs(row: AuditRow) -> Safe:
    return NOTHING if row.operation is None else exact(row.operation.total)
