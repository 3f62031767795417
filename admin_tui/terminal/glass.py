"""What is on a terminal's screen and what is to be on it, cell by cell, and the bytes between the two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from rich.cells import get_character_cell_size

from admin_tui.terminal.pen import PLAIN, Pen, after, of_blank, turned

_PAINT = re.compile(r"\x1b\[(?:(\d+);(\d+)H|([\d;]*)m)|(\n)|([^\x00-\x1f\x7f]+)")
_ALL_PAINT = re.compile(r"(?:\x1b\[(?:\d+;\d+H|[\d;]*m)|\n|[^\x00-\x1f\x7f]+)+")
_NEAR = 4
"""So many cells that are right already are written again, if they need no other pen: to step over takes as much."""

Cell: TypeAlias = tuple[str, Pen]
Row: TypeAlias = list[Cell]
_NOTHING: Cell = (" ", of_blank(PLAIN))


class Run(NamedTuple):
    """Cells side by side that are to be written."""

    row: int
    column: int
    cells: Row


class Glass:
    """What was painted last, and what of it the terminal has; `difference` is what it lacks.

    Characters that are not one cell wide are measured otherwise by one terminal or another: a row that has any, or had,
    is written from its beginning.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self._columns = columns
        self._wanted: list[Row] = [[_NOTHING] * columns for _ in range(rows)]
        self._shown: list[Row | None] = [None] * rows
        self._painted = set[int]()
        self._cursor = (0, 0)
        self._at: tuple[int, int] | None = None
        self._pen: Pen | None = None

    def resize(self, columns: int, rows: int) -> None:
        """It has this size, and shows nobody knows what: what was painted and still has room is to be written again."""
        before = [(row + [_NOTHING] * columns)[:columns] for row in self._wanted[:rows]]
        self._columns = columns
        self._wanted = before + [[_NOTHING] * columns for _ in range(rows - len(before))]
        self.forget()

    def forget(self) -> None:
        """Nothing is known of what the terminal shows; all of it is to be written again."""
        self._shown = [None] * len(self._wanted)
        self._painted = set(range(len(self._wanted)))
        self._at = self._pen = None

    def paint(self, data: str) -> bool:
        """What the data paints is wanted now; False: it is something else than cells, looks and places."""
        if _ALL_PAINT.fullmatch(data) is None:
            return False
        (row, column), pen = self._cursor, PLAIN
        for found in _PAINT.finditer(data):
            to_row, to_column, look, line, text = found.groups()
            if text is not None:
                column = self._put(row, column, list(_cells(text, pen)))
            elif look is not None:
                pen = after(pen, look)
            elif line is not None:
                row, column = row + 1, 0
            else:
                row, column = int(to_row) - 1, int(to_column) - 1
        self._cursor = row, column
        return True

    def _put(self, number: int, column: int, cells: Row) -> int:
        end = min(column + len(cells), self._columns)
        if number >= len(self._wanted) or column >= end:
            return end
        row = self._wanted[number]
        if not row[column][0]:  # the right half of a wide one: its left half goes too
            row[column - 1] = _NOTHING
        row[column:end] = cells[: end - column]
        if end < self._columns and not row[end][0]:
            row[end] = _NOTHING
        self._painted.add(number)
        return end

    def difference(self) -> str:
        """The bytes after which the terminal shows what is wanted; it is taken to have them."""
        parts = list[str]()
        for number in sorted(self._painted):
            wanted, shown = self._wanted[number], self._shown[number]
            if wanted != shown:
                parts += [self._written(run) for run in _runs(number, wanted, shown)]
                self._shown[number] = list(wanted)
        self._painted.clear()
        parts.append(self._moved(*self._cursor))
        return "".join(parts)

    def _written(self, run: Run) -> str:
        parts, pen = [self._moved(run.row, run.column)], self._pen
        if pen is None:
            parts.append("\x1b[m")
            pen = PLAIN
        for text, wanted in run.cells:
            if wanted is not pen:
                pen, turn = turned(pen, wanted)
                parts.append(turn)
            parts.append(text)
        self._pen, end = pen, run.column + len(run.cells)
        # At the right edge, and behind characters of a doubtful width, nobody knows where the next one would go.
        self._at = None if end >= self._columns or _frail(run.cells) else (run.row, end)
        return "".join(parts)

    def _moved(self, row: int, column: int) -> str:
        at, self._at = self._at, (row, column)
        if at == (row, column):
            return ""
        if at is not None and at[0] == row and at[1] < column:
            return f"\x1b[{column - at[1]}C"
        return f"\x1b[{row + 1};{column + 1}H"


def _cells(text: str, pen: Pen) -> Iterator[Cell]:
    blank = (" ", of_blank(pen))
    if text.isascii():
        yield from (blank if character == " " else (character, pen) for character in text)
        return
    last = ""
    for character in text:
        size = get_character_cell_size(character)
        if size == 0:  # it is drawn over the one before, if there is one
            last += character if last else ""
            continue
        if last:
            yield from _cell(last, pen)
        last = character
    if last:
        yield from _cell(last, pen)


def _cell(text: str, pen: Pen) -> Iterator[Cell]:
    yield (text, of_blank(pen) if text == " " else pen)
    yield from [("", pen)] * (get_character_cell_size(text[0]) - 1)


def _runs(number: int, wanted: Row, shown: Row | None) -> Iterator[Run]:
    """The cells that differ; those between two near ones too."""
    if shown is None or _frail(wanted) or _frail(shown):
        yield Run(number, 0, wanted)
        return
    others = [column for column, (new, old) in enumerate(zip(wanted, shown, strict=True)) if new != old]
    first = last = others[0]
    for column in others[1:]:
        if column - last > _NEAR or any(turned(wanted[last][1], pen)[1] for _, pen in wanted[last + 1 : column]):
            yield Run(number, first, wanted[first : last + 1])
            first = column
        last = column
    yield Run(number, first, wanted[first : last + 1])


def _frail(row: Row) -> bool:
    return any(len(text) != 1 for text, _ in row)
