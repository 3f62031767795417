"""Limits: what holds queues back, how full their buckets are, and who waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from admin_tui.actions.targets import OneQueue, Target
from admin_tui.draw.columns import Column
from admin_tui.draw.line import Line
from admin_tui.known import Known
from admin_tui.screens.bindings import bindings
from admin_tui.screens.rows_view import Order, RowsView
from admin_tui.views.limits import LimitRow, limit_columns, limit_detail, limit_rows, limit_summary
from engine import Waiters

EVERY_S = 2.0


class LimitsView(RowsView[LimitRow]):
    """The limits of all queues, those that hold something back first."""

    name_ = "limits"
    BINDINGS = bindings("tables", "limits")
    empty = "this app has no queues"
    detail_lines: ClassVar[int] = 12
    orders = (
        Order[LimitRow]("held first"),
        Order[LimitRow]("by name", lambda row: row.queue),
        Order[LimitRow]("most waiting first", lambda row: -row.waiting),
    )

    def __init__(self) -> None:
        super().__init__()
        self._waiters: tuple[str, Waiters] | None = None
        self._asked: tuple[str, float] = ("", -EVERY_S)

    def key(self, row: LimitRow) -> str:
        return f"{row.kind} {row.queue}"

    def words(self, row: LimitRow) -> str:
        return f"{row.kind} {' '.join(row.queues)}"

    def rows(self, known: Known) -> Sequence[LimitRow]:
        return limit_rows(known.snapshot)

    def columns(self, known: Known) -> Sequence[Column[LimitRow]]:
        return limit_columns()

    def top(self, width: int) -> Sequence[Line]:
        return (limit_summary(self.all_rows, width),)

    def detail(self, row: LimitRow | None, width: int, height: int) -> Sequence[Line]:
        if row is None:
            return ()
        known = self._waiters[1] if self._waiters is not None and self._waiters[0] == row.queue else None
        return limit_detail(row, known, self.known.now_ms, width, height)

    def read(self) -> None:
        """Who waits in the queue under the cursor is asked for, every two seconds."""
        row, now_s = self.table.row, self.known.now_s
        if row is None or (self._asked[0] == row.queue and now_s - self._asked[1] < EVERY_S):
            return
        self._asked = (row.queue, now_s)
        self.ask(lambda: self.host.eyes.waiters(row.queue), lambda waiters: self._got(row.queue, waiters))

    def on_window_table_moved(self) -> None:
        """Who waits there is asked for."""
        super().on_window_table_moved()
        if self.known.link.fresh:
            self.read()

    def _got(self, queue: str, waiters: Waiters) -> None:
        self._waiters = (queue, waiters)
        self._draw()

    def target(self, key_name: str) -> Target | None:
        row = self.table.row
        view = self.known.snapshot.queue(row.queue) if row is not None else None
        return None if row is None or view is None else OneQueue(row.queue, row.limits, view.counts)

    def commands(self) -> Mapping[str, Any]:
        row = self.table.row
        pause = {"pause": self._not_a_queue} if row is not None and row.kind == "shared" else {}
        return {**super().commands(), "open": self._open, "why": self._why, **pause}

    def on_window_table_opened(self) -> None:
        """Enter, or a click on the chosen row."""
        self._open()

    def _not_a_queue(self) -> None:
        self.host.tell("several queues share this limit: choose the one to pause", "warn")

    def _open(self) -> None:
        if (row := self.table.row) is not None:
            self.host.open_queue(row.queue, "waiting")

    def _why(self) -> None:
        if (row := self.table.row) is not None:
            self.host.open_why(row.queue)
