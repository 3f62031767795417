"""What a table tells of: handlers are named `on_window_table_moved` and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.message import Message

from engine import EngineError

if TYPE_CHECKING:
    from admin_tui.widgets.window_table import WindowTable


class Told(Message, namespace="window_table"):
    """Something that a table tells of."""

    def __init__(self, table: WindowTable[Any]) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> WindowTable[Any]:
        return self.table


class Moved(Told, namespace="window_table"):
    """The cursor is on another row, or the row that it is on has changed; `row` is None where there is none."""


class Opened(Told, namespace="window_table"):
    """Enter, or a click on the row that the cursor was on."""


class Updated(Told, namespace="window_table"):
    """An answer came; `total`, `changed` and the rows are of now."""


class Gone(Told, namespace="window_table"):
    """The row under the cursor is no longer in the list; `key` was its."""

    def __init__(self, table: WindowTable[Any], key: str) -> None:
        super().__init__(table)
        self.key = key


class Failed(Told, namespace="window_table"):
    """A read failed; the rows shown are the old ones."""

    def __init__(self, table: WindowTable[Any], error: EngineError) -> None:
        super().__init__(table)
        self.error = error
