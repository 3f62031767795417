"""Text on its way to the terminal: made safe, cut to width, numbers and times in few cells."""

from admin_tui.text.fit import Align, fit, shorten, width
from admin_tui.text.formats import (
    NOTHING,
    Times,
    age,
    clock,
    count,
    due,
    exact,
    lasted,
    moment,
    percent,
    rate,
    size,
    stamp,
)
from admin_tui.text.lines import safe_lines, wrapped
from admin_tui.text.safe import ELLIPSIS, Safe, safe

__all__ = [
    "ELLIPSIS",
    "NOTHING",
    "Align",
    "Safe",
    "Times",
    "age",
    "clock",
    "count",
    "due",
    "exact",
    "fit",
    "lasted",
    "moment",
    "percent",
    "rate",
    "safe",
    "safe_lines",
    "shorten",
    "size",
    "stamp",
    "width",
    "wrapped",
]
