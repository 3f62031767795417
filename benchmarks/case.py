"""A case: one workload, measured for each side in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

from benchmarks.ground import Ground
from benchmarks.sides.side import Program

Figures = Mapping[str, float]
"""What one measurement gave, by the figure's name with its unit."""
Measure = Callable[[Ground, Program, "Size"], Figures]


class Size(Struct, frozen=True):
    """How much is measured: jobs of a drain, jobs of a latency run, and rounds."""

    jobs: int = 20_000
    pickups: int = 1_000
    rounds: int = 5


class Case(Struct, frozen=True):
    """A workload; `main` names the figure that ratios are made of, and `better` says which way is good.

    `only` names the sides that can do it; empty: all.
    """

    name: str
    title: str
    main: str
    better: Literal["higher", "lower"]
    measure: Measure
    says_not: str
    """What the figure does not show."""
    only: tuple[str, ...] = ()
    aof: bool = True
