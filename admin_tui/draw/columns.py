"""Columns of a list, and which of them a line of some width has room for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from admin_tui.draw.line import Line, Span
from admin_tui.text import Align, Safe, fit

Row = TypeVar("Row")
GAP = 1
_BLANK = Span(Safe(" " * GAP))


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: its title, what it shows of a row in so many cells, and how it gives way where lines are narrow.

    It has at least `cells`, and its share by `flex` of what is left. `since`: no line narrower than this has it; where
    there is no room for all, those of the greatest `since` go first, from the right.
    """

    title: str
    show: Callable[[Row, int], Span]
    cells: int
    flex: int = 0
    align: Align = "left"
    since: int = 0


class Placed(NamedTuple, Generic[Row]):
    """A column that is shown, and its cells."""

    column: Column[Row]
    cells: int


def place(columns: Sequence[Column[Row]], width: int) -> Sequence[Placed[Row]]:
    """The columns that fit into a line of this width, in their order, with the cells of each."""
    kept = [column for column in columns if width >= column.since]
    while kept and _needed(kept) > width:
        last = max(range(len(kept)), key=lambda number: (kept[number].since, number))
        del kept[last]
    left = max(width - _needed(kept), 0)
    shares = sum(column.flex for column in kept)
    placed = list[Placed[Row]]()
    for column in kept:
        more = left * column.flex // shares if column.flex else 0
        left, shares = left - more, shares - column.flex
        placed.append(Placed(column, column.cells + more))
    return placed


def _needed(columns: Sequence[Column[Row]]) -> int:
    return sum(column.cells for column in columns) + GAP * (len(columns) - 1)


def titles(placed: Sequence[Placed[Row]]) -> Line:
    """The line above the rows."""
    return _spaced([Span(fit(column.title, cells, column.align), "dim") for column, cells in placed])


def cells_of(placed: Sequence[Placed[Row]], row: Row) -> Line:
    """A row's line: what each column shows, in exactly its cells."""
    shown = [(column.show(row, cells), column, cells) for column, cells in placed]
    return _spaced([Span(fit(span.text, cells, column.align), span.style) for span, column, cells in shown])


def _spaced(spans: Sequence[Span]) -> Line:
    """The spans with a gap between."""
    spaced = list[Span]()
    for span in spans:
        spaced += [_BLANK, span] if spaced else [span]
    return spaced
