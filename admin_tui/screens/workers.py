"""Workers: who works, how much of it is taken, and what each of them holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from admin_tui.draw.columns import Column
from admin_tui.draw.line import Line
from admin_tui.known import Known
from admin_tui.screens.bindings import bindings
from admin_tui.screens.rows_view import Order, RowsView
from admin_tui.views.workers import WorkerRow, worker_columns, worker_detail, worker_rows, worker_summary
from engine import JobLine

EVERY_S = 2.0
MOST = 250
"""So many running jobs of a queue are asked for."""
QUEUES = 20
"""Of so many queues, those with most running jobs."""


class WorkersView(RowsView[WorkerRow]):
    """All workers, the lost ones first."""

    name_ = "workers"
    BINDINGS = bindings("tables", "workers")
    empty = "no worker has told of itself"
    detail_lines: ClassVar[int] = 8
    orders = (
        Order[WorkerRow]("worst first"),
        Order[WorkerRow]("by name", lambda row: row.worker.label),
        Order[WorkerRow]("longest job first", lambda row: row.longest or float("inf")),
        Order[WorkerRow]("newest first", lambda row: -row.worker.started),
    )

    def __init__(self) -> None:
        super().__init__()
        self._active: Mapping[str, Sequence[JobLine]] = {}
        self._asked_s = -EVERY_S

    def key(self, row: WorkerRow) -> str:
        return row.worker.consumer

    def words(self, row: WorkerRow) -> str:
        return " ".join([row.worker.label, row.worker.version, *row.worker.queues])

    def rows(self, known: Known) -> Sequence[WorkerRow]:
        return worker_rows(known.snapshot, self._active)

    def columns(self, known: Known) -> Sequence[Column[WorkerRow]]:
        return worker_columns(known.now_ms)

    def top(self, width: int) -> Sequence[Line]:
        return (worker_summary(self.all_rows, width),)

    def detail(self, row: WorkerRow | None, width: int, height: int) -> Sequence[Line]:
        return () if row is None else worker_detail(row, self.known.now_ms, width, height)

    def read(self) -> None:
        """What runs is asked for, every two seconds."""
        if self.known.now_s - self._asked_s < EVERY_S:
            return
        self._asked_s = self.known.now_s
        busy = sorted(self.known.snapshot.queues, key=lambda queue: -queue.counts.active)
        names = [queue.name for queue in busy[:QUEUES] if queue.counts.active]
        self.poll(lambda: self._read_active(names), self._got)

    async def _read_active(self, names: Sequence[str]) -> Mapping[str, Sequence[JobLine]]:
        return {name: (await self.host.eyes.window(name, "active", MOST)).rows for name in names}

    def _got(self, active: Mapping[str, Sequence[JobLine]]) -> None:
        self._active = active
        self.update_(self.known)

    def commands(self) -> Mapping[str, Any]:
        return {**super().commands(), "open": self._open, "why": self._why}

    def on_window_table_opened(self) -> None:
        """Enter, or a click on the chosen row."""
        self._open()

    def _open(self) -> None:
        if (row := self.table.row) is not None and row.worker.queues:
            queue = row.jobs[0].queue if row.jobs else row.worker.queues[0]
            self.host.open_queue(queue, "active", f"worker:{row.worker.label}")

    def _why(self) -> None:
        if (row := self.table.row) is not None and row.worker.queues:
            self.host.open_why(row.worker.queues[0])
