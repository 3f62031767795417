"""What is known of a tenant's scores: a run with its themes, and what its tasks have changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from jobs.database import Connection
from jobs.scoring.report import ThemeRow, theme_table
from jobs.scoring.run_history import RunHead

_FIX_SCORES = """
    SELECT f.task_id, k.title, f.theme_id, t.name, f.fix_score, f.delta_s, f.baseline_score, f.current_score,
           f.review_count_pre, f.review_count_post, f.confidence_level, f.confidence, f.measurement_start,
           f.measurement_end, f.score_run_id, f.computed_at
    FROM fix_scores f
    JOIN tasks k ON k.id = f.task_id
    JOIN themes t ON t.id = f.theme_id
    WHERE f.tenant_id = $1
    ORDER BY f.fix_score DESC, k.title COLLATE "C", f.task_id
"""


class FixRow(Struct, frozen=True, rename="camel"):
    """What a task changed: S of its theme before and after, and what that is worth at the confidence in it."""

    task_id: str
    title: str
    theme_id: str
    theme: str
    fix_score: float
    change: float | None
    before: float | None
    after: float | None
    reviews_before: int
    reviews_after: int
    level: str
    confidence: float
    start: date
    end: date
    score_run_id: str
    computed_at: datetime


class Scores(Struct, frozen=True, rename="camel"):
    """A run's themes, worst first, and the newest FixScore of each of the tenant's tasks, best first."""

    run: RunHead
    themes: Sequence[ThemeRow]
    fix_scores: Sequence[FixRow]

    def first(self, limit: int | None) -> Scores:
        """At most `limit` themes and as many FixScores."""
        return Scores(self.run, self.themes[:limit], self.fix_scores[:limit])


async def read_scores(connection: Connection, run: RunHead) -> Scores:
    """All scores of a run, and the FixScores of its tenant."""
    themes = await theme_table(connection, run.id)
    fixes = [FixRow(*row) for row in await connection.fetch(_FIX_SCORES, run.tenant_id)]
    return Scores(run, themes, fixes)
