"""A view with a table: how the cursor moves, what is marked, copied and exported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from admin_tui.screens.view import View
from admin_tui.widgets.table_told import Failed, Gone
from admin_tui.widgets.window_table import WindowTable

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
        """What keys of tables do; those that move are the table's own."""
        table = self.table
        return {
            "mark": table.action_mark,
            "mark_range": table.action_mark_range,
            "unmark": table.action_unmark,
            "mark_all": self.mark_all,
            "copy": self.copy_menu,
            "export": self.export,
        }

    def mark_all(self) -> None:
        """The list as a whole is marked, or is not."""
        self.table.all_marked = not self.table.all_marked

    def export(self) -> None:
        """What is listed is written to a file; a line says to which."""
        raise NotImplementedError

    def exported(self, path: Path, number: int) -> None:
        """The file is written."""
        self.host.tell(f"{number:,} rows in {path}", "good")

    def on_window_table_failed(self, event: Failed) -> None:
        """The rows shown are the old ones; what went wrong is above the footer."""
        self.failed(event.error)

    def on_window_table_gone(self, event: Gone) -> None:
        """No row is under the cursor until it is moved."""
        self.host.tell("the row is no longer in this list; move to choose another", "warn")
