"""A score run's themes as people read them: worst first, in a plain-text table."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine import escape
from jobs.database import Connection
from jobs.scoring.formulas import Direction, shown

_THEMES = """
    SELECT s.theme_id, t.name, s.mention_count, s.positive_count, s.neutral_count, s.negative_count, s.score_0_10,
           s.severity, s.trend_direction, s.trend_magnitude, s.s_theme
    FROM theme_scores s JOIN themes t ON t.id = s.theme_id
    WHERE s.score_run_id = $1
    ORDER BY s.score_0_10, s.mention_count DESC, t.name COLLATE "C"
"""
_HEADINGS = ("Theme", "Score", "Trend", "Mentions", "+", "=", "-", "Severity")


class ThemeRow(Struct, frozen=True, rename="camel"):
    """A theme's score in a run; `trend` is its change since the preceding period, None where that cannot be told."""

    theme_id: str
    name: str
    mentions: int
    positive: int
    neutral: int
    negative: int
    score: float
    severity: float
    direction: Direction | None
    trend: float | None
    sentiment: float


async def theme_table(connection: Connection, score_run_id: str) -> list[ThemeRow]:
    """The run's themes: lowest score first, then most mentions, then by name."""
    return [ThemeRow(*row) for row in await connection.fetch(_THEMES, score_run_id)]


def format_themes(rows: Sequence[ThemeRow]) -> str:
    """The themes as a table; scores to one decimal, half up."""
    if not rows:
        return "no theme was mentioned"
    lines = [_HEADINGS, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    return "\n".join(_line(cells, widths) for cells in lines)


def _cells(row: ThemeRow) -> tuple[str, ...]:
    counts = (row.mentions, row.positive, row.neutral, row.negative)
    name = escape(" ".join(row.name.split()))
    return (name, shown(row.score), _trend(row), *map(str, counts), shown(row.severity))


def _trend(row: ThemeRow) -> str:
    if row.trend is None or row.direction is None:
        return "-"
    change = shown(row.trend)
    return f"{'' if change.startswith('-') else '+'}{change} {row.direction.lower()}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *figures = cells
    right = (cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True))
    return "  ".join((name.ljust(widths[0]), *right))
