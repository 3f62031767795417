"""How explanations are laid out: lines of at most 80 columns, figures that a sum can be redone with, text escaped."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime

from engine import escape
from jobs.scoring.run_history import RunHead

WIDTH = 80
PLACES = 6
"""Decimals of a figure: enough that a product of the printed terms is right to the fifth."""


def figure(value: float, places: int = PLACES) -> str:
    """The value with this many decimals, and never as -0."""
    return f"{round(value, places) + 0:.{places}f}"


def change_of(value: float, places: int = PLACES) -> str:
    """The same with its sign."""
    return f"{round(value, places) + 0:+.{places}f}"


def fold(text: str, begin: str = "", indent: int | None = None) -> list[str]:
    """The text behind `begin`, on as many lines as it needs; further ones are set off by `indent`, or under it."""
    further = " " * (len(begin) if indent is None else indent)
    return textwrap.wrap(
        escape(" ".join(text.split())), WIDTH, initial_indent=begin, subsequent_indent=further, break_on_hyphens=False
    )


def cut(text: str, width: int) -> str:
    """The text on one line of at most this width, cut visibly."""
    line = escape(" ".join(text.split()))
    return line if len(line) <= width else f"{line[: width - 1]}…"


def term(name: str, value: float, how: str, places: int = PLACES) -> list[str]:
    """One row of a sum: its name, its value, and in words where the value comes from."""
    return [line.rstrip() for line in fold(how, f"{name:<14} {figure(value, places):>12}  ")] or [
        f"{name:<14} {figure(value, places):>12}"
    ]


def minute(moment: datetime) -> str:
    """The moment (UTC) to the minute."""
    return f"{moment:%Y-%m-%d %H:%M}"


def run_lines(run: RunHead) -> list[str]:
    """Which run scored, and with what."""
    ended = f", finished {minute(run.completed_at)} UTC" if run.completed_at else ""
    lines = [
        *fold(f"Run {run.id}, {run.period_start} to {run.period_end} in {run.timezone}", indent=2),
        *fold(f"tenant {run.tenant_id}: {run.tenant_name}; {run.reviews} reviews{ended}", "  "),
        *fold(
            f"parameters {run.parameter_version_id}, rules {run.rule_set_version_id}, text model {run.text_model}", "  "
        ),
    ]
    if run.applied_overrides:
        lines += fold(f"overrides {', '.join(run.applied_overrides)}", "  ")
    if run.superseded_by:
        lines += fold(f"superseded by run {run.superseded_by}", "  ")
    return lines


def verdict(problems: Sequence[str]) -> list[str]:
    """Whether the stored terms make the stored scores."""
    if not problems:
        return ["Check: the stored terms make the stored values."]
    lines = fold(
        "Check FAILED: what is stored does not fit together; rows were changed or deleted since. To replace them set "
        "this run's fingerprint in score_runs to '', so that it is not reused, and score the period again.",
        indent=2,
    )
    return [*lines, *(line for problem in problems for line in fold(problem, "  - "))]


def last_word(sentence: str) -> list[str]:
    """What would change the result most."""
    return fold(f"What would change it most: {sentence}.", indent=2)
