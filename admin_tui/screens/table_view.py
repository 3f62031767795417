"""A view with a table: how the cursor moves, what is marked, copied and exported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar, cast

from admin_tui.screens.view import View
from admin_tui.widgets.window_table import WindowTable
from engine import EngineError

Row = TypeVar("Row")


class TableView(View, Generic[Row]):
    """A view in which one `WindowTable` has the keys."""

    DEFAULT_CSS = """
    TableView #table { height: 1fr; }
    TableView #detail { height: auto; }
    TableView .rule { height: 1; }
    """

    @property
    def table(self) -> WindowTable[Row]:
        """The rows."""
        return cast("WindowTable[Row]", self.query_one("#table", WindowTable))

    def commands(self) -> Mapping[str, Any]:
        """What the keys of tables do."""
        table = self.table
        page = max(1, table.size.height - 2)
        return {
            "row_down": lambda: self._move(1),
            "row_up": lambda: self._move(-1),
            "first_row": lambda: table.go(0),
            "last_row": lambda: table.go(max(0, table.total - 1)),
            "page_down": lambda: self._move(page),
            "page_up": lambda: self._move(-page),
            "mark": table.mark,
            "unmark": table.unmark,
        }

    def _move(self, rows: int) -> None:
        self.table.go(max(0, self.table.position[0] + rows))

    def on_window_table_failed(self, event: WindowTable.Failed) -> None:
        """The rows shown are the old ones; what went wrong is above the footer."""
        error: EngineError = event.error
        self.failed(error)

    def on_window_table_gone(self, event: WindowTable.Gone) -> None:
        """No row is under the cursor until it is moved."""
        self.host.tell("the row is no longer in this list; move to choose another", "warn")
