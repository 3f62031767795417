"""Scores and runs as `python -m jobs scores` prints them: tables for people, CSV for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine import escape
from jobs.scoring.explaining.layout import cut, minute, run_lines
from jobs.scoring.report import ThemeRow, format_themes
from jobs.scoring.run_history import RunHead
from jobs.scoring.scores import FixRow, Scores
from jobs.scoring.spreadsheet import as_csv

_FIX_HEADINGS = ("Task", "Theme", "FixScore", "Change", "Before", "After", "Reviews", "Confidence", "Task id")
_RUN_HEADINGS = ("Period", "Run", "Reviews", "Themes", "Started (UTC)", "State")


def scores_text(scores: Scores, limit: int | None) -> str:
    """The run, its themes, and the FixScores if there are any."""
    shown_scores, themes, fixes = scores.first(limit), len(scores.themes), len(scores.fix_scores)
    parts = [*run_lines(scores.run), "", format_themes(shown_scores.themes), *_more(themes, limit, "themes")]
    if scores.fix_scores:
        rows = map(_fix_cells, shown_scores.fix_scores)
        parts += ["", *_table(_FIX_HEADINGS, rows), *_more(fixes, limit, "FixScores")]
    return "\n".join(parts)


def runs_text(runs: Sequence[RunHead]) -> str:
    """One line for each run."""
    return "\n".join(_table(_RUN_HEADINGS, map(_run_cells, runs)))


def themes_csv(run: RunHead, themes: Sequence[ThemeRow]) -> str:
    """One row for each theme, with the run that it is of."""
    period = {"periodStart": f"{run.period_start}", "periodEnd": f"{run.period_end}"}
    return as_csv(ThemeRow, themes, {"tenantId": run.tenant_id, "scoreRunId": run.id, **period})


def _fix_cells(row: FixRow) -> tuple[str, ...]:
    sides = (_figure(row.change), _figure(row.before), _figure(row.after))
    reviews = f"{row.reviews_before} + {row.reviews_after}"
    return (
        cut(row.title, 24),
        cut(row.theme, 16),
        _figure(row.fix_score),
        *sides,
        reviews,
        row.level,
        escape(row.task_id),
    )


def _run_cells(run: RunHead) -> tuple[str, ...]:
    period = f"{run.period_start} to {run.period_end}"
    state = run.status if run.status != "COMPLETED" else "superseded" if run.superseded_by else "counts now"
    why = f": {cut(run.error_message, 60)}" if run.error_message else ""
    return (period, run.id, str(run.reviews), str(run.themes), minute(run.started_at), f"{state}{why}")


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The rows under their headings; the first two columns and the last are flush left, the others right."""
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    last = len(headings) - 1
    return [
        "  ".join(
            cell.ljust(widths[column]) if column in (0, 1, last) else cell.rjust(widths[column])
            for column, cell in enumerate(line)
        ).rstrip()
        for line in lines
    ]


def _more(count: int, limit: int | None, what: str) -> list[str]:
    return [f"and {count - limit} more {what}"] if limit is not None and count > limit else []


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{round(value, 2) + 0:.2f}"
