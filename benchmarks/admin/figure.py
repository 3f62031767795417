"""A figure beside its gate, and how figures are printed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """What was measured, and what it was to be; `why` explains a gate that is not met."""

    number: str
    what: str
    measured: str
    gate: str
    met: bool
    on: str = ""
    """What it was measured on."""
    why: str = ""


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def spread(values: Sequence[float], unit: str = "ms") -> str:
    """The middle, the 99th percentile and the greatest of the values."""
    middle, high, most = quantile(values, 0.5), quantile(values, 0.99), max(values)
    return f"p50 {middle:.3g} {unit}, p99 {high:.3g} {unit}, most {most:.3g} {unit} of {len(values)}"


def lines(figure: Figure) -> list[str]:
    """The figure as it is printed."""
    verdict = "met" if figure.met else "NOT MET"
    found = [f"{figure.number:<4} {verdict:<8} {figure.what}"]
    found += [f"     measured  {figure.measured}", f"     gate      {figure.gate}"]
    if figure.on:
        found.append(f"     on        {figure.on}")
    if figure.why and not figure.met:
        found.append(f"     why       {figure.why}")
    return found
