"""Text of an exact width."""

from __future__ import annotations

from typing import Literal

from rich.cells import cell_len

from admin_tui.text.safe import ELLIPSIS, Safe, pieces, safe

Align = Literal["left", "right", "center"]


def width(text: Safe) -> int:
    """How many cells the text takes."""
    return cell_len(text)


def fit(text: str, cells: int, align: Align = "left") -> Safe:
    """The text in exactly so many cells: cut with an ellipsis, or filled up with blanks."""
    short = safe(text, cells)
    blank = cells - cell_len(short)
    if blank <= 0:
        return short
    before = {"left": 0, "right": blank, "center": blank // 2}[align]
    return Safe(" " * before + short + " " * (blank - before))


def shorten(text: str, cells: int) -> Safe:
    """The text in at most so many cells; what is too long loses its middle, so that ids that begin alike differ."""
    whole = safe(text, cells + 1)
    if cell_len(whole) <= cells and not whole.endswith(ELLIPSIS):
        return whole
    if cells < 5:
        return safe(text, cells)
    tail = _tail(text, (cells - 1) // 2)
    head = safe(text, cells - cell_len(tail))
    return Safe(head + tail) if head.endswith(ELLIPSIS) else head


def _tail(text: str, cells: int) -> Safe:
    """The last characters that fit."""
    kept, room = list[str](), cells
    for piece in reversed(list(pieces(text[-8 * cells :]))):
        room -= piece.cells
        if room < 0:
            break
        kept.append(piece.text)
    return safe("".join(reversed(kept)), cells)
