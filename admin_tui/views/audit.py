"""The book: who changed what, on what, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine import AuditEntry, Operation


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
