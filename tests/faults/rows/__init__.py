"""Which rows of faults there are, and where each is. A row's module has TITLE, LIMITS and `run`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from tests.faults.figures import RowReport
from tests.faults.plan import Plan

ROWS = {
    "F1": "kills",
    "F2": "cuts",
    "F3": "network",
    "F4": "deploys",
    "F5": "zombies",
    "F6": "poison",
    "F7": "redis_restarts",
    "F8": "memory",
    "F11": "aof_kills",
    "F14": "hostile",
    "F16": "limiter",
    "PG": "postgres",
}
"""Each row's module by the row's name, in the order in which they run."""


ALONE = frozenset({"F16"})
"""Rows beside which no other runs: they tell which part of a rate is used."""


def find_row(name: str) -> Callable[[Plan], RowReport]:
    """The function that runs this row."""
    return cast("Callable[[Plan], RowReport]", import_module(f"tests.faults.rows.{ROWS[name]}").run)


def play(plan: Plan) -> RowReport:
    """The plan's row has run."""
    return find_row(plan.row)(plan)
