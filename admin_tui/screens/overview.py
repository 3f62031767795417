"""The overview: all queues, worst first, with the verdict above and what fails most below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from admin_tui.actions.targets import OneQueue, Target
from admin_tui.draw.columns import Column
from admin_tui.draw.line import Line
from admin_tui.known import Known
from admin_tui.screens.bindings import bindings
from admin_tui.screens.rows_view import Order, RowsView
from admin_tui.views.commands import engine_command
from admin_tui.views.health import QueueRow, queue_rows
from admin_tui.views.lines import rule
from admin_tui.views.overview import (
    failure_lines,
    health_line,
    health_lines,
    overview_columns,
    server_line,
    total_line,
)
from engine import ErrorGroup

ASKED = 5
"""The groups of so many queues, those with most failed jobs, are asked for."""
EVERY_S = 10.0
TALL = 30
"""From so many lines on there is room for more reasons and failures."""


class Overview(RowsView[QueueRow]):
    """All queues at a glance."""

    name_ = "overview"
    BINDINGS = bindings("tables", "overview")
    empty = "this app has no queues"
    detail_lines: ClassVar[int] = 12
    orders = (
        Order[QueueRow]("worst first"),
        Order[QueueRow]("by name", lambda row: row.name),
        Order[QueueRow]("most waiting first", lambda row: -row.view.counts.waiting),
        Order[QueueRow]("most failed first", lambda row: -row.view.counts.failed),
        Order[QueueRow]("oldest first", lambda row: -row.oldest_ms),
    )

    def __init__(self) -> None:
        super().__init__()
        self._groups: dict[str, Sequence[ErrorGroup]] = {}
        self._asked_s: dict[str, float] = {}

    def key(self, row: QueueRow) -> str:
        return row.name

    def rows(self, known: Known) -> Sequence[QueueRow]:
        return queue_rows(known.snapshot)

    def columns(self, known: Known) -> Sequence[Column[QueueRow]]:
        return overview_columns()

    def top(self, width: int) -> Sequence[Line]:
        if self.size.height < 14:
            return [health_line(self.all_rows, width, self.known.snapshot.spoilt)]
        most = 3 if self.size.height < TALL else 5
        return health_lines(self.all_rows, width, most, self.known.snapshot.spoilt)

    def detail(self, row: QueueRow | None, width: int, height: int) -> Sequence[Line]:
        snapshot, rows = self.known.snapshot, self.all_rows
        totals = [total_line(snapshot, rows, width), server_line(snapshot, width)]
        groups = [group for name in self._groups for group in self._groups[name]]
        failures = failure_lines(groups, self.known.now_ms, width, min(4 if self.size.height < TALL else 8, height - 3))
        return [*failures, rule(width), *totals] if failures else totals[-height:]

    def read(self) -> None:
        """The failures of one queue at a time, those asked for longest ago first."""
        failing = sorted(self.all_rows, key=lambda row: -row.view.counts.failed)[:ASKED]
        names = [row.name for row in failing if row.view.counts.failed]
        self._groups = {name: self._groups[name] for name in names if name in self._groups}
        due = [name for name in names if self.known.now_s - self._asked_s.get(name, -EVERY_S) >= EVERY_S]
        if due:
            queue = min(due, key=lambda name: self._asked_s.get(name, 0.0))
            self.poll(lambda: self.host.eyes.groups(queue), lambda groups: self._got(queue, groups))

    def _got(self, queue: str, groups: Sequence[ErrorGroup]) -> None:
        self._asked_s[queue] = self.known.now_s
        self._groups[queue] = groups
        self._draw()
        self.read()

    def commands(self) -> Mapping[str, Any]:
        return {**super().commands(), "open": self._open, "why": self._why}

    def copies(self) -> Mapping[str, str]:
        """A queue's command too."""
        row = self.table.row
        if row is None:
            return {}
        return {**super().copies(), "copy_command": engine_command(self.known.who.app, "status", row.name)}

    def exported_row(self, row: QueueRow) -> object:
        return row.view

    def target(self, key_name: str) -> Target | None:
        row = self.table.row
        return None if row is None else OneQueue(row.name, row.view.limits, row.view.counts)

    def on_window_table_opened(self) -> None:
        """Enter, or a click on the chosen row."""
        self._open()

    def _open(self) -> None:
        if (row := self.table.row) is not None:
            self.host.open_queue(row.name)

    def _why(self) -> None:
        if (row := self.table.row) is not None:
            self.host.open_why(row.name)
