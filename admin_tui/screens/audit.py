"""The book: every change, who made it and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from admin_tui.actions.targets import Done, Target
from admin_tui.draw.columns import Column
from admin_tui.draw.line import Line
from admin_tui.known import Known
from admin_tui.screens.bindings import bindings
from admin_tui.screens.rows_view import RowsView
from admin_tui.views.audit import AuditRow, audit_columns, audit_detail, audit_rows
from admin_tui.views.lines import note
from engine import AuditEntry, AuditPage

EVERY_S = 2.0
PAGE = 50
MOST = 2_000
"""So many changes are held at once."""


class AuditView(RowsView[AuditRow]):
    """Changes of all queues, newest first; older ones are read as the cursor comes to them."""

    name_ = "audit"
    BINDINGS = bindings("tables", "audit")
    empty = "nothing has been changed yet"
    detail_lines: ClassVar[int] = 8

    def __init__(self) -> None:
        super().__init__()
        self._entries: dict[str, AuditEntry] = {}
        self._before: str | None = None
        self._asked_s, self._read_older = -EVERY_S, False

    def key(self, row: AuditRow) -> str:
        return f"{row.entry.queue} {row.entry.id}"

    def words(self, row: AuditRow) -> str:
        entry = row.entry
        return f"{entry.actor.name} {entry.verb} {entry.queue} {entry.target} {entry.reason} {entry.detail}"

    def rows(self, known: Known) -> Sequence[AuditRow]:
        newest_first = sorted(self._entries.values(), key=lambda entry: (-entry.at_ms, entry.queue, entry.id))
        return audit_rows(newest_first, {})

    def columns(self, known: Known) -> Sequence[Column[AuditRow]]:
        return audit_columns(known.now_ms, known.times)

    def top(self, width: int) -> Sequence[Line]:
        return (note("every change that was made through the engine, by any client", width),)

    def detail(self, row: AuditRow | None, width: int, height: int) -> Sequence[Line]:
        return () if row is None else audit_detail(row, self.known.now_ms, self.known.times, width, height)

    def read(self) -> None:
        """The newest changes are asked for every two seconds, older ones when the cursor is near the end."""
        if self._near_the_end and self._before is not None and not self._read_older:
            before, self._read_older = self._before, True
            self.ask(lambda: self.host.eyes.audit(before, PAGE), self._got_older)
        elif self.known.now_s - self._asked_s >= EVERY_S:
            self._asked_s = self.known.now_s
            self.poll(lambda: self.host.eyes.audit(None, PAGE), self._got)

    @property
    def _near_the_end(self) -> bool:
        return len(self._entries) < MOST and self.table.position[0] >= self.table.total - PAGE // 2

    def _got(self, page: AuditPage) -> None:
        if not self._entries:
            self._before = page.before
        self._keep(page)

    def _got_older(self, page: AuditPage) -> None:
        self._read_older, self._before = False, page.before
        self._keep(page)

    def _keep(self, page: AuditPage) -> None:
        self._entries |= {f"{entry.queue} {entry.id}": entry for entry in page.entries}
        self.update_(self.known)

    def failed(self, error: Any) -> None:
        """Older changes may be asked for again."""
        self._read_older = False
        super().failed(error)

    def target(self, key_name: str) -> Target | None:
        row = self.table.row
        return Done(row.operation) if row is not None and row.operation is not None else None

    def commands(self) -> Mapping[str, Any]:
        return {**super().commands(), "open": self._open}

    def on_window_table_opened(self) -> None:
        """Enter, or a click on the chosen row."""
        self._open()

    def _open(self) -> None:
        if (row := self.table.row) is not None:
            self.host.open_queue(row.entry.queue)
