"""What a person names, found: a review, a theme or a task, and the run that scored it."""

from __future__ import annotations

from msgspec import Struct

from engine import EngineError, SettingError
from jobs.database import Connection
from jobs.scoring.run_history import RunHead, TenantName, Wanted, find_run, run_of_any_tenant

_BY_ID = "SELECT id, tenant_id, review_date::date AS day, duplicate_of, removed_at FROM reviews WHERE id = $1"
_BY_EXTERNAL_ID = """
    SELECT id, tenant_id, review_date::date AS day, duplicate_of, removed_at FROM reviews
    WHERE external_review_id = $1 AND ($2::text IS NULL OR tenant_id = $2)
    ORDER BY id LIMIT 6
"""
_SCORED_BY = """
    SELECT r.id FROM review_scores s JOIN score_runs r ON r.id = s.score_run_id
    WHERE s.review_id = $1 AND r.status = 'COMPLETED' AND r.superseded_by IS NULL
    ORDER BY r.period_end DESC, r.period_start DESC LIMIT 1
"""
_COVERED_BY = """
    SELECT r.id FROM score_runs r JOIN reviews v ON v.id = $1
    WHERE r.tenant_id = v.tenant_id AND r.status = 'COMPLETED' AND ($2::text IS NULL OR r.id = $2)
      AND (v.review_date AT TIME ZONE r.timezone)::date BETWEEN r.period_start AND r.period_end
    ORDER BY r.superseded_by IS NULL DESC, r.period_end DESC, r.period_start DESC LIMIT 1
"""
_TENANT_NAME = "SELECT name FROM tenants WHERE id = $1"
_THEMES = """
    SELECT t.id, t.name FROM theme_scores s JOIN themes t ON t.id = s.theme_id
    WHERE s.score_run_id = $1 ORDER BY t.name COLLATE "C", t.id
"""
_TASK = """
    SELECT k.status, k.theme_id, k.tenant_id, f.score_run_id FROM tasks k LEFT JOIN fix_scores f ON f.task_id = k.id
    WHERE k.id = $1
"""


class FoundReview(Struct, frozen=True):
    """A review as far as finding its score needs it; `left_out` says why runs leave it out, if they do."""

    id: str
    tenant: TenantName
    day: str
    left_out: str | None


async def find_review(connection: Connection, wanted: str, tenant: TenantName | None) -> FoundReview:
    """The review of this id, else of this id at its source. Raises SettingError unless there is exactly one."""
    row = await connection.fetchrow(_BY_ID, wanted)
    if row is None:
        rows = await connection.fetch(_BY_EXTERNAL_ID, wanted, tenant and tenant.id)
        if len(rows) > 1:
            ids = ", ".join(one["id"] for one in rows[:5])
            raise SettingError(f"several reviews have the id {wanted!r} at their source: give one of {ids}")
        row = rows[0] if rows else None
    if row is None:
        raise SettingError(f"no review {wanted!r}: give its id, or its id at its source")
    if tenant is not None and row["tenant_id"] != tenant.id:
        raise SettingError(f"review {wanted!r} is one of tenant {row['tenant_id']!r}, not of {tenant.id!r}")
    owner = tenant or TenantName(row["tenant_id"], await connection.fetchval(_TENANT_NAME, row["tenant_id"]))
    left_out = None
    if row["duplicate_of"]:
        left_out = f"it is a copy of review {row['duplicate_of']!r}"
    elif row["removed_at"]:
        left_out = f"its source has removed it (noticed on {row['removed_at']:%Y-%m-%d})"
    return FoundReview(row["id"], owner, f"{row['day']}", left_out)


async def find_run_of_review(connection: Connection, review: FoundReview, run_id: str | None) -> RunHead:
    """The run asked for, else the one of the newest period that scored the review. Raises EngineError."""
    found = run_id or await connection.fetchval(_SCORED_BY, review.id)
    if found is None:
        raise await no_score(connection, review, None)
    return await find_run(connection, review.tenant, Wanted(run_id=found))


async def no_score(connection: Connection, review: FoundReview, run: RunHead | None) -> EngineError:
    """Why the run, or any at all, has no score of the review."""
    covered_by = await connection.fetchval(_COVERED_BY, review.id, run and run.id)
    if run is not None and run.superseded_by:
        why = f"the run is superseded, and its review scores went; run {run.superseded_by} followed it"
    elif review.left_out:
        why = review.left_out
    elif covered_by:
        why = f"it was stored after run {covered_by} read its period: score the period again"
    else:
        why = f"{'no finished run covers' if run is None else 'the run does not cover'} its day, {review.day}"
    where = "" if run is None else f" in run {run.id}"
    return EngineError(f"review {review.id!r} has no score{where}: {why}")


async def find_theme(connection: Connection, run: RunHead, wanted: str) -> str:
    """The id of the run's theme that has this id, else this name in whatever case. Raises SettingError."""
    rows = await connection.fetch(_THEMES, run.id)
    named = [row["id"] for row in rows if row["name"].casefold() == wanted.casefold()]
    found = [row["id"] for row in rows if row["id"] == wanted] or named
    if len(found) > 1:
        raise SettingError(f"several themes of run {run.id} are called {wanted!r}: give one of {', '.join(found)}")
    if not found:
        known = ", ".join(row["name"] for row in rows) or "none: it found no mention"
        raise SettingError(f"run {run.id} has no score of theme {wanted!r}; its themes: {known}")
    return str(found[0])


async def find_run_of_task(connection: Connection, task_id: str) -> RunHead:
    """The run that measured the task's FixScore. Raises EngineError where none did, and says why."""
    row = await connection.fetchrow(_TASK, task_id)
    if row is None:
        raise SettingError(f"no task {task_id!r}: give a task's id")
    if row["score_run_id"] is not None:
        return await run_of_any_tenant(connection, row["score_run_id"])
    if row["status"] != "COMPLETED":
        why = f"it is {row['status']}, and only what is COMPLETED is measured"
    elif row["theme_id"] is None:
        why = "it has no theme whose reviews could be compared"
    else:
        why = f"no score run of tenant {row['tenant_id']!r} with computeFixScores has measured it"
    raise EngineError(f"task {task_id!r} has no FixScore: {why}")
