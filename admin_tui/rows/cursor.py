"""The cursor: on a row by its key, and on a line of the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from admin_tui.rows.held import Held

Row = TypeVar("Row")


class Cursor(NamedTuple):
    """The row `number` has the cursor, `top` is the first row on the screen.

    `key` is the row's, empty where the row is not here yet. `gone` is the key of the row that left the list under the
    cursor: until it moves, it is on no row.
    """

    number: int = 0
    top: int = 0
    key: str = ""
    gone: str = ""


def moved(cursor: Cursor, to: int, held: Held[Row], height: int, key_of: Callable[[Row], str]) -> Cursor:
    """The cursor on that row, or the nearest there is, and on the screen."""
    number = _within(to, held.total)
    top = min(max(cursor.top, number - height + 1), number)
    return Cursor(number, _top(top, held.total, height), _key_at(held, number, key_of))


def scrolled(cursor: Cursor, top: int, held: Held[Row], height: int, key_of: Callable[[Row], str]) -> Cursor:
    """The screen at that row, and the cursor on it: where its row is left behind, it is on the nearest one."""
    top = _top(top, held.total, height)
    number = _within(min(max(cursor.number, top), top + height - 1), held.total)
    if number == cursor.number:
        return cursor._replace(top=top)
    return Cursor(number, top, _key_at(held, number, key_of))


def settled(cursor: Cursor, before: Held[Row], now: Held[Row], height: int, key_of: Callable[[Row], str]) -> Cursor:
    """The cursor after rows came, went or moved: on its row and on its line of the screen; else its row is gone.

    Where it is gone, the rows next to it keep their lines.
    """
    numbers = now.numbers(key_of)
    there = numbers.get(cursor.key) if cursor.key else None
    wanted = there if there is not None else _beside(cursor, before, numbers, key_of)
    number = _within(wanted, now.total)
    top = _top(number - (cursor.number - cursor.top), now.total, height)
    top = min(max(top, number - height + 1), number)
    if there is not None:
        return Cursor(number, top, cursor.key)
    if cursor.key or cursor.gone:
        return Cursor(number, top, gone=cursor.key or cursor.gone)
    return Cursor(number, top, _key_at(now, number, key_of))


def _beside(cursor: Cursor, before: Held[Row], numbers: Mapping[str, int], key_of: Callable[[Row], str]) -> int:
    """The number of the row that is next to where the cursor was: the first one below that is still there, or above."""
    if not before.first <= cursor.number < before.end:
        return cursor.number
    keys = [key_of(row) for row in before.rows]
    line = cursor.number - before.first
    start = line + 1 if cursor.key else line
    for number in range(start, len(keys)):
        if keys[number] in numbers:
            return numbers[keys[number]] - (number - start)
    for number in range(line - 1, -1, -1):
        if keys[number] in numbers:
            return numbers[keys[number]] + line - number
    return cursor.number


def _key_at(held: Held[Row], number: int, key_of: Callable[[Row], str]) -> str:
    row = held.at(number)
    return key_of(row) if row is not None else ""


def _within(number: int, total: int) -> int:
    return max(min(number, total - 1), 0)


def _top(top: int, total: int, height: int) -> int:
    return max(min(top, total - height), 0)
