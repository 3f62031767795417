"""Starts against a limit: by how many the worst window passes it, and how much of it was used. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

SECOND_US = 1_000_000


def most_over(starts_us: Sequence[int], rate: float, burst: int) -> float:
    """By how many starts the worst window of any length passes burst + rate * window; at most 0: none does.

    A window need only be looked at from one start to another. What the starts up to the first one leave of the limit is
    kept as a running minimum, so that each start is looked at once for all windows that end with it; in whole numbers,
    since a sum of many rounded ones would hide a start, or invent one.
    """
    exact = Fraction(rate) / SECOND_US
    worst: Fraction | None = None
    least: Fraction | None = None
    for n, at_us in enumerate(sorted(starts_us)):
        used = n - exact * at_us
        least = used if least is None else min(least, used)
        over = used - least + 1 - burst
        worst = over if worst is None else max(worst, over)
    return float(worst) if worst is not None else float(-burst)


def share_used(starts_us: Sequence[int], rate: float, burst: int, end_us: int) -> float:
    """Which part of the rate was used from the moment at which the burst was spent to the end."""
    ordered = sorted(starts_us)
    if len(ordered) <= burst:
        return 0.0
    spent_us = ordered[burst - 1]
    started = sum(at_us <= end_us for at_us in ordered) - burst
    return started / (rate * (end_us - spent_us) / SECOND_US)
