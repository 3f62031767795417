"""FixScores in their table: one row a task, replaced each time that it is measured."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from jobs.database import Connection
from jobs.scoring.extractions import store_extractions
from jobs.scoring.fix_measure import NOT_THE_TASKS_FAULT, Fixes, Skipped, skip
from jobs.scoring.fix_scores import FixScore, fix_components
from jobs.scoring.fix_windows import FixError
from jobs.scoring.rules import DEFAULT_ID
from jobs.scoring.runs import FinishedRun, OpenRun, drop_run, hold_run, read_finished

_FIX = """
    INSERT INTO fix_scores (tenant_id, task_id, theme_id, score_run_id, baseline_score, current_score, delta_s,
                            review_count_pre, review_count_post, confidence, confidence_level, fix_score,
                            measurement_start, measurement_end, components, fence)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    ON CONFLICT (task_id) DO UPDATE
    SET theme_id = excluded.theme_id, score_run_id = excluded.score_run_id, baseline_score = excluded.baseline_score,
        current_score = excluded.current_score, delta_s = excluded.delta_s,
        review_count_pre = excluded.review_count_pre, review_count_post = excluded.review_count_post,
        confidence = excluded.confidence, confidence_level = excluded.confidence_level,
        fix_score = excluded.fix_score, measurement_start = excluded.measurement_start,
        measurement_end = excluded.measurement_end, components = excluded.components, fence = excluded.fence,
        computed_at = now()
    WHERE fix_scores.fence <= excluded.fence
    RETURNING task_id
"""
_COUNT = """
    UPDATE score_runs SET fix_scores_computed = $3, updated_at = now() WHERE tenant_id = $1 AND id = $2 RETURNING *
"""


class StoredFixes(Struct, frozen=True):
    """Which FixScores stand in the table now, and which tasks have none from this run."""

    scores: tuple[FixScore, ...] = ()
    skipped: tuple[Skipped, ...] = ()


async def store_fixes(connection: Connection, run: OpenRun, fixes: Fixes, score_run_id: str) -> StoredFixes:
    """Each task's row is replaced, inside the caller's transaction; one that cannot be is left out and told."""
    stored: list[FixScore] = []
    skipped = list(fixes.skipped)
    for fix in fixes.scores:
        try:
            async with connection.transaction():
                await _store(connection, fix, run, score_run_id)
        except NOT_THE_TASKS_FAULT:
            raise
        except Exception as error:  # noqa: BLE001 - told, and the other tasks are not to suffer for it
            skipped.append(skip(fix.task.id, error))
        else:
            stored.append(fix)
    return StoredFixes(tuple(stored), tuple(skipped))


async def store_fixes_of_finished(
    connection: Connection, run: OpenRun, finished: FinishedRun, fixes: Fixes
) -> tuple[FinishedRun, StoredFixes]:
    """The finished run has these FixScores, and this delivery's own run, for which it answers, has no row.

    Raises LeaseLost, and writes nothing, if a newer delivery has the run.
    """
    tenant_id = run.delivery.tenant_id
    async with connection.transaction():
        await hold_run(connection, run)
        await store_extractions(connection, tenant_id, fixes.extraction, fixes.fresh)
        stored = await store_fixes(connection, run, fixes, finished.id)
        row = await connection.fetchrow(_COUNT, tenant_id, finished.id, len(stored.scores))
        assert row is not None
        await drop_run(connection, run)
    return read_finished(row), stored


async def _store(connection: Connection, fix: FixScore, run: OpenRun, score_run_id: str) -> None:
    if await connection.fetchval(_FIX, run.delivery.tenant_id, *_columns(fix, run, score_run_id)) is None:
        raise FixError("a run that began later has measured it already")


def _columns(fix: FixScore, run: OpenRun, score_run_id: str) -> tuple[object, ...]:
    components = fix_components(fix, run.parameter_version_id or DEFAULT_ID, run.rule_set_version_id or DEFAULT_ID)
    return (
        fix.task.id,
        fix.task.theme_id,
        score_run_id,
        fix.before.sentiment,
        fix.after.sentiment,
        fix.delta,
        fix.before.reviews,
        fix.after.reviews,
        fix.verdict.confidence,
        fix.verdict.level,
        fix.score,
        fix.before.period.start,
        fix.after.period.end,
        msgspec.to_builtins(components),
        run.delivery.fence,
    )
