"""Failures: what fails for one reason is one row, and one key away from being run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from admin_tui.actions.targets import All, Target
from admin_tui.draw.columns import Column
from admin_tui.draw.line import Line
from admin_tui.known import Known
from admin_tui.screens.bindings import bindings
from admin_tui.screens.rows_view import Order, RowsView
from admin_tui.views.failures import FailureRow, failure_columns, failure_detail, failure_rows, failure_summary
from engine import ErrorGroup, Matching

EVERY_S = 3.0
"""Each queue's groups are asked for so often, one queue after the other."""
MOST = 50
"""So many queues are asked at once when the view is first shown."""


class FailuresView(RowsView[FailureRow]):
    """The groups of all queues, those with most failed jobs first."""

    name_ = "failures"
    BINDINGS = bindings("tables", "failures")
    empty = "no job has failed, as far as is kept"
    detail_lines: ClassVar[int] = 9
    orders = (
        Order[FailureRow]("most jobs first"),
        Order[FailureRow]("newest first", lambda row: -row.group.last),
        Order[FailureRow]("by queue", lambda row: row.key),
    )

    def __init__(self) -> None:
        super().__init__()
        self._groups: dict[str, Sequence[ErrorGroup]] = {}
        self._asked_s: dict[str, float] = {}

    def key(self, row: FailureRow) -> str:
        return row.key

    def words(self, row: FailureRow) -> str:
        return f"{row.key} {row.group.title} {row.group.sample}"

    def rows(self, known: Known) -> Sequence[FailureRow]:
        names = {queue.name for queue in known.snapshot.queues}
        return failure_rows(group for name, groups in self._groups.items() if name in names for group in groups)

    def columns(self, known: Known) -> Sequence[Column[FailureRow]]:
        return failure_columns(known.now_ms)

    def top(self, width: int) -> Sequence[Line]:
        return (failure_summary(self.all_rows, self.known.now_ms, width),)

    def detail(self, row: FailureRow | None, width: int, height: int) -> Sequence[Line]:
        return () if row is None else failure_detail(row, self.known.now_ms, width, height)

    def read(self) -> None:
        """At first the groups of all queues that have some, then those of the queue asked for longest ago, if due."""
        known = self.known
        if not self._asked_s:
            names = [queue.name for queue in known.snapshot.queues if queue.counts.failed][:MOST]
            self.poll(lambda: self._read_groups(names), self._got)
            return
        asked = {queue.name: self._asked_s.get(queue.name, -EVERY_S) for queue in known.snapshot.queues}
        oldest = min(asked, key=lambda name: asked[name], default=None)
        if oldest is not None and known.now_s - asked[oldest] >= EVERY_S:
            self.poll(lambda: self._read_groups([oldest]), self._got)

    async def _read_groups(self, names: Sequence[str]) -> Mapping[str, Sequence[ErrorGroup]]:
        return {name: await self.host.eyes.groups(name) for name in names}

    def _got(self, groups: Mapping[str, Sequence[ErrorGroup]]) -> None:
        self._asked_s |= dict.fromkeys(groups or self._names, self.known.now_s)
        self._groups |= groups
        self.update_(self.known)

    @property
    def _names(self) -> Sequence[str]:
        return [queue.name for queue in self.known.snapshot.queues]

    def target(self, key_name: str) -> Target | None:
        row = self.table.row
        if key_name == "undo" or row is None:
            return None
        group = row.group
        return All(group.queue, Matching("failed", f"group:{group.fingerprint}"), group.jobs)

    def commands(self) -> Mapping[str, Any]:
        several = len(self.table.marked) > 1 or self.table.all_marked
        one_by_one = {"retry": self._one_group, "trash": self._one_group} if several else {}
        return {**super().commands(), "open": self._open, **one_by_one}

    def on_window_table_opened(self) -> None:
        """Enter, or a click on the chosen row."""
        self._open()

    def _one_group(self) -> None:
        self.host.tell("one group at a time, each with a plan of its own: u unmarks", "warn")

    def _open(self) -> None:
        if (row := self.table.row) is not None:
            self.host.open_queue(row.group.queue, "failed", f"group:{row.group.fingerprint}")
