"""How every row is run: in a loop of its own, timed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from tests.faults.figures import Figures, Limits, RowReport
from tests.faults.plan import Plan

Play = Callable[[Plan], Coroutine[Any, Any, tuple[Figures, bool]]]
"""Runs a row: its figures, and whether everything was drained."""


def play_row(plan: Plan, title: str, limits: Limits, play: Play) -> RowReport:
    """The report of a row that was played in a loop of its own."""
    started = time.monotonic()
    figures, drained = asyncio.run(play(plan))
    return RowReport(
        row=plan.row,
        title=title,
        scale=plan.scale,
        seed=plan.seed,
        figures=figures,
        limits=limits,
        drained=drained,
        duration_s=time.monotonic() - started,
    )
