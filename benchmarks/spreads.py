"""What many measurements come to: medians with their spread, quantiles, and ratios made within a round."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

Better = Literal["higher", "lower"]


class Spread(Struct, frozen=True):
    """The median of some values, and the least and the most of them."""

    median: float
    least: float
    most: float
    count: int


def spread(values: Sequence[float]) -> Spread:
    """The median and the ends; there is at least one value."""
    return Spread(statistics.median(values), min(values), max(values), len(values))


def quantile(values: Sequence[float], share: float) -> float:
    """The least value that this share of all values does not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def steady(starts_ns: Sequence[int], at_once: int) -> float:
    """Starts a second from the last of those that were there at once on, until the last one.

    In that window as many jobs were fetched as were settled: what is fetched in its first moment, and what is still
    to settle in its last, would else flatter who takes many at once.
    """
    ordered = sorted(starts_ns)
    first = max(0, min(at_once, len(ordered) // 2) - 1)
    return (len(ordered) - 1 - first) / ((ordered[-1] - ordered[first]) / 1e9)


def paired(mine: Iterable[tuple[int, float]], theirs: Iterable[tuple[int, float]], better: Better) -> list[float]:
    """How many times better mine is in each round that both played: above 1 is better, whichever way is good."""
    other = dict(theirs)
    found: list[float] = []
    for number, value in sorted(mine):
        against = other.get(number)
        over, under = (value, against) if better == "higher" else (against, value)
        if over is not None and under:
            found.append(over / under)
    return found
