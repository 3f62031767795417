"""Text of many lines, as details and logs show it."""

from __future__ import annotations

from collections.abc import Sequence

from admin_tui.text.formats import size
from admin_tui.text.safe import BREAKS, ELLIPSIS, Safe, pieces, safe

MOST = 64 * 1024
"""So many characters of one text are shown."""


def safe_lines(text: str, cells: int, *, wrap: bool = False, most: int = MOST) -> Sequence[Safe]:
    """The text's lines, each at most so many cells wide: cut there, or gone on with in the next one.

    Of a text longer than `most` characters the last line tells how much is not shown.
    """
    head, rest = text[:most], text[most:]
    lines = list[Safe]()
    for line in BREAKS.split(head):
        spread = line.expandtabs(4)
        lines += wrapped(spread, cells) if wrap else [safe(spread, cells)]
    if rest:
        left = size(len(rest.encode(errors="surrogatepass")))
        lines.append(safe(f"{ELLIPSIS} {left} more", cells))
    return lines


def wrapped(text: str, cells: int) -> Sequence[Safe]:
    """The text on as many lines as it needs, none wider than so many cells; an empty text is one empty line."""
    if cells <= 0:
        return []
    lines, line, width = list[Safe](), list[str](), 0
    for piece in pieces(text):
        # A number or a wide character that no line can hold is cut as a text of its own.
        shown, size_ = (piece.text, piece.cells) if piece.cells <= cells else (safe(piece.text, cells), cells)
        if width + size_ > cells:
            lines.append(Safe("".join(line)))
            line, width = [], 0
        line.append(shown)
        width += size_
    return [*lines, Safe("".join(line))]
