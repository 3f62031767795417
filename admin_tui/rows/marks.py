"""Marked rows of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from admin_tui.rows.cursor import Cursor
from admin_tui.rows.held import Held

Row = TypeVar("Row")


class Marks(Generic[Row]):
    """The marked rows by key, each as it was last shown; or the list as a whole, whatever it holds."""

    def __init__(self) -> None:
        self.rows = dict[str, Row]()
        self.everything = False
        self._last = ""

    def clear(self) -> None:
        """Nothing is marked."""
        self.rows.clear()
        self.everything, self._last = False, ""

    def toggle(self, key: str, row: Row) -> None:
        """The row is marked, or no longer."""
        self.everything = False
        if self.rows.pop(key, None) is None:
            self.rows[key] = row
            self._last = key

    def through(self, held: Held[Row], cursor: Cursor, key_of: Callable[[Row], str]) -> None:
        """All rows from the last mark to the cursor are marked, if both are held; else the cursor's alone."""
        numbers = held.numbers(key_of)
        if not cursor.key or cursor.key not in numbers:
            return
        here = numbers[cursor.key]
        start = numbers.get(self._last, here)
        for number in range(min(start, here), max(start, here) + 1):
            row = held.at(number)
            if row is not None:
                self.rows[key_of(row)] = row
        self.everything, self._last = False, cursor.key

    def seen(self, held: Held[Row], key_of: Callable[[Row], str]) -> None:
        """Marked rows that are held are as they are now."""
        if self.rows:
            self.rows.update({key: row for row in held.rows if (key := key_of(row)) in self.rows})
