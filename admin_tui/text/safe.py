"""The only way by which text reaches the terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, NewType

from rich.cells import get_character_cell_size

Safe = NewType("Safe", str)
"""Text without control, format and bidi characters, of known width; only `safe` makes one from what a job wrote."""

ELLIPSIS = "…"
NEWLINE = "↵"
MARKS = 4
"""So many accents one character may carry; the next ones are shown as numbers, lest they pile up over other rows."""
BREAKS = re.compile("\r\n|[\n\u2028\u2029]")
"""What ends a line of text."""
_GLYPH_CHOICES = frozenset("\ufe0e\ufe0f")  # emoji or text: terminals disagree on the width, so neither is sent
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PER_CELL = 2 + MARKS + 2
"""So many characters of input are looked at for each cell: what is longer is cut before any work is done on it."""


class Piece(NamedTuple):
    """What one character becomes, and its cells; 0: it joins the character before it."""

    text: str
    cells: int


def safe(text: str, cells: int = 256) -> Safe:
    """The text on one line, at most so many cells wide, with what could steer a terminal shown as its number."""
    if cells <= 0:
        return Safe("")
    if len(text) <= cells and text.isascii() and text.isprintable():
        return Safe(text)
    head = text[: _PER_CELL * cells]
    shown, width, room = list[str](), 0, 0
    for piece in pieces(head):
        width += piece.cells
        if width > cells:
            return Safe("".join(shown[:room]) + ELLIPSIS)
        shown.append(piece.text)
        if width < cells:
            room = len(shown)
    if len(head) < len(text):
        return Safe("".join(shown[:room]) + ELLIPSIS)
    return Safe("".join(shown))


def pieces(text: str) -> Iterator[Piece]:
    """What each character of the text becomes, in order; the first one never joins what stands before the text."""
    marks = MARKS
    for character in BREAKS.sub(NEWLINE, text).replace("\t", " "):
        if character in _GLYPH_CHOICES:
            continue
        piece = _shown(character)
        if piece.cells:
            marks = 0
        elif marks < MARKS:
            marks += 1
        else:
            piece = _numbered(character)
        yield piece


@lru_cache(maxsize=8192)
def _shown(character: str) -> Piece:
    if unicodedata.category(character) in _UNSAFE or character in _INVISIBLE:
        return _numbered(character)
    return Piece(character, get_character_cell_size(character))


def _numbered(character: str) -> Piece:
    number = f"<{ord(character):02X}>"
    return Piece(number, len(number))
