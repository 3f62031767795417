"""JSON on lines of its own, from its own text: no number loses a digit, and what lies deep is folded."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from admin_tui.draw.line import Line, Span, Style
from admin_tui.text import ELLIPSIS, Safe, exact, safe, safe_lines, width

DEEP = 2
"""Objects and lists that lie so deep are folded, unless they are toggled."""
LONGEST = 1 << 20
"""So many characters are read as JSON; what is longer is shown as text."""
MOST_LINES = 5_000
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_CLOSING = {"{": "}", "[": "]"}


class Piece(NamedTuple):
    """A lexeme with its style."""

    text: str
    style: Style


class Row(NamedTuple):
    """A line of the whole text laid out; `closed_by` is the index of the line that closes what this one opens."""

    depth: int
    pieces: Sequence[Piece]
    closed_by: int | None = None


class Folded(NamedTuple):
    """A line that is shown, by its number in the whole text; `hidden` lines are folded into it. `opens`: it toggles."""

    number: int
    row: Row
    hidden: int
    opens: bool


def fold(text: str, toggled: Collection[int] = (), deep: int = DEEP) -> Sequence[Folded] | None:
    """The lines of a JSON text that are shown; None if it is no JSON, or too long. Never raises.

    `toggled` are numbers of lines that are folded although they are not deep, or open although they are.
    """
    rows = _laid_out(text)
    return None if rows is None else list(_shown(rows, toggled, deep))


def json_lines(text: str, cells: int, toggled: Collection[int] = (), deep: int = DEEP) -> Sequence[Line]:
    """The text as lines no wider than `cells`: JSON with numbers of lines, folded; anything else as it is."""
    folded = fold(text, toggled, deep)
    if folded is None:
        return [[Span(line)] for line in safe_lines(text, cells)]
    digits = len(str(folded[-1].number))
    lines = [_line(one, digits, cells) for one in folded[:MOST_LINES]]
    left = len(folded) - len(lines)
    return [*lines, [Span(safe(f"{ELLIPSIS} {exact(left)} more lines", cells), "dim")]] if left else lines


def _laid_out(text: str) -> Sequence[Row] | None:
    if len(text) > LONGEST or not _is_json(text):
        return None
    rows, opened, pieces = list[Row](), list[int](), list[Piece]()
    lexemes = _TOKEN.findall(text)
    for lexeme, following in zip(lexemes, [*lexemes[1:], ""], strict=True):
        if lexeme in "}]" and not (pieces and pieces[-1].text in "{["):
            if pieces:
                rows.append(Row(len(opened), pieces))
            rows[opened[-1]] = rows[opened[-1]]._replace(closed_by=len(rows))
            opened.pop()
            pieces = [Piece(lexeme, "dim")]
        elif lexeme == ":":
            pieces.append(Piece(": ", "dim"))
        else:
            pieces.append(Piece(lexeme, _style(lexeme, following)))
        if lexeme == "," or (lexeme in _CLOSING and following != _CLOSING[lexeme]):
            rows.append(Row(len(opened), pieces))
            if lexeme in _CLOSING:
                opened.append(len(rows) - 1)
            pieces = []
    return [*rows, Row(0, pieces)]


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refused)
    except (ValueError, RecursionError):
        return False
    return True


def _refused(constant: str) -> str:
    raise ValueError(f"{constant} is no JSON")


def _style(lexeme: str, following: str) -> Style:
    if lexeme[0] == '"':
        return "key" if following == ":" else "plain"
    return "dim" if lexeme in "{}[]," else "active"


def _shown(rows: Sequence[Row], toggled: Collection[int], deep: int) -> Iterator[Folded]:
    index = 0
    while index < len(rows):
        row, number = rows[index], index + 1
        if row.closed_by is None or (row.depth >= deep) == (number in toggled):
            yield Folded(number, row, 0, row.closed_by is not None)
            index += 1
            continue
        hidden = row.closed_by - index
        pieces = [*row.pieces, Piece(ELLIPSIS, "dim"), *rows[row.closed_by].pieces]
        yield Folded(number, row._replace(pieces=pieces), hidden, opens=True)
        index = row.closed_by + 1


def _line(one: Folded, digits: int, cells: int) -> Line:
    sign = "+" if one.hidden else "-" if one.opens else " "
    spans = [Span(safe(f"{one.number:>{digits}} {sign} ", cells), "dim"), Span(Safe("  " * one.row.depth))]
    room = cells - sum(width(span.text) for span in spans)
    told = [Piece(f"  {exact(one.hidden)} lines", "dim")] if one.hidden else []
    for piece in [*one.row.pieces, *told]:
        if room <= 0:
            break
        shown = safe(piece.text, room)
        spans.append(Span(shown, piece.style))
        room -= width(shown)
    return spans if room >= 0 else [Span(safe("".join(span.text for span in spans), cells))]
