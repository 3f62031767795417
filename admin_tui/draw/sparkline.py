"""A history in a row of cells: zero at the bottom, one cell a bucket, and no data told apart from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from admin_tui.text import Safe

NO_DATA = "·"
_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII_NO_DATA = " "
_ASCII_BLOCKS = "_.-=#"


def sparkline(
    values: Sequence[float | None], cells: int, *, ascii_only: bool = False, top: float | None = None
) -> Safe:
    """The last `cells` values, from 0 to the greatest one or `top`: `▁` is zero, `·` is no data (ASCII: `_` and blank).

    Where there are fewer values than cells, the older cells have no data.
    """
    blocks, none = (_ASCII_BLOCKS, _ASCII_NO_DATA) if ascii_only else (_BLOCKS, NO_DATA)
    shown = values[-cells:] if cells > 0 else ()
    known = [value for value in shown if value is not None]
    greatest = max([*known, 0.0] if top is None else [top])
    drawn = [none if value is None else blocks[_level(value, greatest, len(blocks) - 1)] for value in shown]
    return Safe(none * (cells - len(drawn)) + "".join(drawn))


def _level(value: float, greatest: float, levels: int) -> int:
    """0 for zero alone: whatever is more than nothing can be seen."""
    if value <= 0 or greatest <= 0:
        return 0
    return min(max(round(value / greatest * levels), 1), levels)


def spread(values: Sequence[float | None], cells: int) -> Sequence[float | None]:
    """The values in so many buckets: neighbours are summed up; a bucket without any data has none."""
    if cells <= 0 or len(values) <= cells:
        return values
    edges = [len(values) * number // cells for number in range(cells + 1)]
    return [_sum(values[low:high]) for low, high in pairwise(edges)]


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
