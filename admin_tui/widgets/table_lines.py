"""What a table shows, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from admin_tui.draw.columns import Column, cells_of, place, titles
from admin_tui.draw.line import Line, Span, Style
from admin_tui.rows import Feed
from admin_tui.rows.marks import Marks
from admin_tui.text import Safe, safe

Row = TypeVar("Row")
_GUTTER = 2
_SIGNS: dict[tuple[str, bool], Span] = {
    ("on", False): Span(Safe("> "), "mark"),
    ("on", True): Span(Safe(">*"), "mark"),
    ("gone", False): Span(Safe("! "), "warn"),
    ("gone", True): Span(Safe("!*"), "warn"),
    ("", False): Span(Safe("  ")),
    ("", True): Span(Safe(" *"), "mark"),
}


class Painted(NamedTuple):
    """A line and what lies over it."""

    line: Line
    over: Style | None = None


class TableLines(Generic[Row]):
    """Titles, then rows with a gutter: `>` has the cursor, `*` is marked, at `!` the cursor's row left the list."""

    def __init__(self, columns: Sequence[Column[Row]], empty: str) -> None:
        self.columns = columns
        self.empty = empty

    def draw(self, feed: Feed[Row], marks: Marks[Row], width: int, height: int) -> list[Painted]:
        """All lines of the screen, each no wider than `width`."""
        placed = place(self.columns, width - _GUTTER)
        drawn = [Painted((_SIGNS["", False], *titles(placed)))]
        held, cursor = feed.held, feed.cursor
        for number in range(cursor.top, cursor.top + height - 1):
            row = held.at(number)
            if row is None:
                drawn.append(Painted(()))
                continue
            here = number == cursor.number
            sign = "" if not here else "gone" if cursor.gone else "on"
            marked = marks.everything or feed.key(row) in marks.rows
            line = (_SIGNS[sign, marked], *cells_of(placed, row))
            drawn.append(Painted(line, "cursor" if sign == "on" else None))
        if held.loaded and not held.rows and height > 1:
            drawn[1] = Painted((_SIGNS["", False], Span(safe(self.empty, max(width - _GUTTER, 0)), "dim")))
        return drawn[:height]
