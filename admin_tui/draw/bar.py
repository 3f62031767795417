"""How full something is, in a row of cells."""

from __future__ import annotations

from admin_tui.text import Safe


def bar(share: float | None, cells: int, full: str = "#", empty: str = ".") -> Safe:
    """So many cells, filled by the share of one; only nothing is empty and only all is full. None: no data, blank."""
    if cells <= 0:
        return Safe("")
    if share is None or share != share:  # noqa: PLR0124 - not a number is unequal to itself
        return Safe(" " * cells)
    filled = int(min(max(share, 0.0), 1.0) * cells + 1e-9)
    if filled == 0 and share > 0:
        filled = 1
    return Safe(full * filled + empty * (cells - filled))
