"""A view whose rows are all in memory: lines above, the table, and the chosen row in detail below."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from textual.app import ComposeResult

from admin_tui.draw.columns import Column
from admin_tui.draw.line import Line
from admin_tui.export import as_json, path_for, write_rows
from admin_tui.known import Known
from admin_tui.rows import InMemory
from admin_tui.screens.fields import Field
from admin_tui.screens.table_view import TableView
from admin_tui.views.lines import rule
from admin_tui.widgets.lines import Lines
from admin_tui.widgets.window_table import WindowTable
from engine import EngineError

Row = TypeVar("Row")


@dataclass(frozen=True)
class Order(Generic[Row]):
    """An order of rows: its name, and the value by which a row is sorted; None: as they come."""

    name: str
    by: Callable[[Row], Any] | None = None


class Parts(NamedTuple):
    """How many lines each part of the view has."""

    top: int
    detail: int


def parts(height: int, top: int, detail: int, least_rows: int = 5) -> Parts:
    """The lines that the parts beside the table get: the detail goes first where room is short, then the top."""
    left = max(0, height - 1 - least_rows)
    top = min(top, max(1, left)) if top else 0
    left -= top + 1
    return Parts(top, min(detail, left - 1) if left >= 3 else 0)


class RowsView(TableView[Row], Generic[Row]):
    """A view of rows in memory; see `admin_tui.screens` for how one is made."""

    detail_lines: ClassVar[int] = 8
    """So many lines the chosen row in detail has at most."""
    orders: Sequence[Order[Any]] = (Order("worst first"),)
    empty: ClassVar[str] = "nothing"

    def __init__(self) -> None:
        super().__init__()
        self._source: InMemory[Row] = InMemory()
        self._order, self._reversed, self._filter = 0, False, ""
        self._rows: Sequence[Row] = ()

    def compose(self) -> ComposeResult:
        yield Lines(id="top")
        yield Field("/", id="filter")
        yield WindowTable(self.columns(self.known), self.key, id="table", empty=self.empty)
        yield Lines(id="rule", classes="rule")
        yield Lines(id="detail")

    def on_mount(self) -> None:
        """The table reads what is in memory."""
        self.table.show(self._source)

    def key(self, row: Row) -> str:
        """The row's identity."""
        raise NotImplementedError

    def rows(self, known: Known) -> Sequence[Row]:
        """All rows, in their own order."""
        raise NotImplementedError

    def columns(self, known: Known) -> Sequence[Column[Row]]:
        """What is shown of a row."""
        raise NotImplementedError

    def top(self, width: int) -> Sequence[Line]:
        """The lines above the table."""
        return ()

    def detail(self, row: Row | None, width: int, height: int) -> Sequence[Line]:
        """The lines below it."""
        return ()

    def words(self, row: Row) -> str:
        """What the filter looks at."""
        return self.key(row)

    def read(self) -> None:
        """The engine is being asked for what the snapshot lacks."""

    @property
    def all_rows(self) -> Sequence[Row]:
        """The rows as last made, before the filter."""
        return self._rows

    def update_(self, known: Known) -> None:
        """Rows, lines and columns are of now."""
        self._rows = self.rows(known)
        self._source.rows = self._shown(self._rows)
        self.table.columns = self.columns(known)
        self.table.empty = self.empty if not self._filter else f"nothing with {self._filter!r}"
        if self.table.frozen != known.frozen:
            self.table.frozen = known.frozen
        self.table.reload()
        self._draw()
        if known.link.fresh:
            self.read()

    def _draw(self) -> None:
        width = self.size.width
        top = list(self.top(width))
        room = parts(self.size.height, len(top) + 1 if top else 0, self.detail_lines)
        changed = f"{self.table.changed:,} changed since it was frozen (z shows them)" if self.table.frozen else ""
        ruled = [*top, rule(width, changed)] if len(top) < room.top else top[: room.top]
        self.query_one("#top", Lines).lines = ruled
        detail = self.detail(self.table.row, width, room.detail) if room.detail > 0 else ()
        self.query_one("#rule", Lines).display = bool(detail)
        self.query_one("#rule", Lines).lines = [rule(width)] if detail else []
        below = self.query_one("#detail", Lines)
        below.display = bool(detail)
        below.lines = list(detail)[: room.detail]

    def on_window_table_moved(self) -> None:
        """The detail is of the row under the cursor."""
        self._draw()

    def _shown(self, rows: Sequence[Row]) -> Sequence[Row]:
        words = self._filter.lower()
        kept = [row for row in rows if words in self.words(row).lower()] if words else list(rows)
        by = self.orders[self._order].by
        if by is not None:
            kept.sort(key=by)
        return kept[::-1] if self._reversed else kept

    def commands(self) -> Mapping[str, Any]:
        """Those of tables, with filter and order."""
        return {
            **super().commands(),
            "filter": lambda: self.query_one("#filter", Field).edit(),
            "sort": self._sort,
            "reverse": self._reverse,
        }

    def copies(self) -> Mapping[str, str]:
        """The chosen row's identity, and all of it as JSON."""
        row = self.table.row
        if row is None:
            return {}
        return {"copy_id": self.key(row), "copy_key": self.key(row), "copy_json": as_json(self.exported_row(row))}

    def exported_row(self, row: Row) -> object:
        """What a copy or an export has of a row."""
        return row

    def export(self) -> None:
        """The rows shown are written to a file."""
        path = path_for(self.name_, time.time())
        try:
            number = write_rows(path, [self.exported_row(row) for row in self._source.rows])
        except EngineError as error:
            self.failed(error)
        else:
            self.exported(path, number)

    def _sort(self) -> None:
        self._order = (self._order + 1) % len(self.orders)
        self._tell_order()

    def _reverse(self) -> None:
        self._reversed = not self._reversed
        self._tell_order()

    def _tell_order(self) -> None:
        backwards = ", reversed" if self._reversed else ""
        self.host.tell(f"sorted: {self.orders[self._order].name}{backwards}")
        self.update_(self.known)

    def on_field_kept(self, event: Field.Kept) -> None:
        """Rows that hold the text are shown."""
        event.stop()
        self.only(event.text.strip())

    def on_field_left(self, event: Field.Left) -> None:
        """All rows are shown."""
        event.stop()
        self.only("")

    def back(self) -> bool:
        """The filter is taken back first."""
        if not self._filter:
            return super().back()
        self.only("")
        return True

    def only(self, text: str) -> None:
        """Rows with this text are shown, from the top and without marks; all of them without one."""
        self._filter = text
        self.query_one("#filter", Field).show(text)
        self._source.rows = self._shown(self._rows)
        self.table.show(self._source)
        self.table.focus()
        self.update_(self.known)
