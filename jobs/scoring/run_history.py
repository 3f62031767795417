"""A tenant's score runs as an operator looks for them: the one that counts now, one of a period, one by its id."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

import asyncpg
from msgspec import Struct

from engine import EngineError, SettingError
from jobs.database import Connection
from jobs.scoring.rules import DEFAULT_ID

MOST_NAMED = 10
"""Tenants that a message names; their number is not bounded."""

_TENANTS = "SELECT id FROM tenants ORDER BY id LIMIT $1"
_TENANT = "SELECT id, name FROM tenants WHERE id = $1 OR slug = $1 ORDER BY id = $1 DESC LIMIT 1"
_COLUMNS = """
    SELECT r.id, r.tenant_id, t.name AS tenant_name, r.status, r.run_type, r.period_start, r.period_end, r.timezone,
           r.parameter_version_id, r.rule_set_version_id, r.parameters, r.text_model, r.reviews_processed,
           r.themes_processed, r.fix_scores_computed, r.superseded_by, r.error_message, r.started_at, r.completed_at
    FROM score_runs r JOIN tenants t ON t.id = r.tenant_id
"""
_CURRENT = "r.tenant_id = $1 AND r.status = 'COMPLETED' AND r.superseded_by IS NULL"
_NEWEST = f"{_COLUMNS} WHERE {_CURRENT} ORDER BY r.period_end DESC, r.period_start DESC LIMIT 1"
_OF_PERIOD = f"{_COLUMNS} WHERE {_CURRENT} AND r.period_start = $2 AND r.period_end = $3"
_BY_ID = f"{_COLUMNS} WHERE r.id = $1"
_ALL = f"{_COLUMNS} WHERE r.tenant_id = $1 ORDER BY r.started_at DESC, r.id LIMIT $2"


class TenantName(Struct, frozen=True):
    """A tenant as people know it."""

    id: str
    name: str


class RunHead(Struct, frozen=True, kw_only=True, rename="camel"):
    """A score run as its row tells of it; `applied_overrides` are the ids of what changed its parameter version."""

    id: str
    tenant_id: str
    tenant_name: str
    status: str
    run_type: str
    period_start: date
    period_end: date
    timezone: str
    parameter_version_id: str
    rule_set_version_id: str
    applied_overrides: tuple[str, ...]
    text_model: str
    reviews: int
    themes: int
    fix_scores: int
    superseded_by: str | None
    error_message: str | None
    started_at: datetime
    completed_at: datetime | None


class Wanted(Struct, frozen=True):
    """Which run is asked for: by its id, by its period, or else the one of the newest period."""

    run_id: str | None = None
    period: tuple[date, date] | None = None


async def find_tenant_name(connection: Connection, wanted: str) -> TenantName:
    """The tenant of this id, else of this slug. Raises SettingError, which names some that there are."""
    row = await connection.fetchrow(_TENANT, wanted)
    if row is not None:
        return TenantName(row["id"], row["name"])
    known = [row["id"] for row in await connection.fetch(_TENANTS, MOST_NAMED + 1)]
    if not known:
        raise SettingError(f"no tenant {wanted!r}: this database has no tenants yet")
    more = " and more" if len(known) > MOST_NAMED else ""
    raise SettingError(f"no tenant {wanted!r}; the tenants: {', '.join(known[:MOST_NAMED])}{more}")


async def find_run(connection: Connection, tenant: TenantName, wanted: Wanted) -> RunHead:
    """The tenant's finished run that is asked for. Raises EngineError where there is none."""
    if wanted.run_id is not None:
        return await _by_id(connection, tenant, wanted.run_id)
    if wanted.period is None:
        row = await connection.fetchrow(_NEWEST, tenant.id)
        missing = f"tenant {tenant.id!r} has no finished score run"
    else:
        row = await connection.fetchrow(_OF_PERIOD, tenant.id, *wanted.period)
        missing = f"tenant {tenant.id!r} has no finished score run of {wanted.period[0]} to {wanted.period[1]}"
    if row is None:
        raise EngineError(f"{missing}: `python -m jobs scores {tenant.id} --runs` lists its runs")
    return read_head(row)


async def list_runs(connection: Connection, tenant: TenantName, limit: int | None) -> list[RunHead]:
    """The tenant's runs, whatever became of them, last started first."""
    return [read_head(row) for row in await connection.fetch(_ALL, tenant.id, limit)]


async def run_of_any_tenant(connection: Connection, run_id: str) -> RunHead:
    """The finished run of this id. Raises EngineError where there is none."""
    row = await connection.fetchrow(_BY_ID, run_id)
    if row is None:
        raise EngineError(f"no score run {run_id!r}: `python -m jobs scores TENANT --runs` lists a tenant's runs")
    head = read_head(row)
    if head.status != "COMPLETED":
        reason = f": {head.error_message}" if head.error_message else ""
        raise EngineError(f"score run {run_id!r} is {head.status} and has no scores{reason}")
    return head


async def _by_id(connection: Connection, tenant: TenantName, run_id: str) -> RunHead:
    head = await run_of_any_tenant(connection, run_id)
    if head.tenant_id != tenant.id:
        raise SettingError(f"score run {run_id!r} is one of tenant {head.tenant_id!r}, not of {tenant.id!r}")
    return head


def read_head(row: asyncpg.Record) -> RunHead:
    """The run that a row with these columns tells of."""
    return RunHead(
        id=row["id"],
        tenant_id=row["tenant_id"],
        tenant_name=row["tenant_name"],
        status=row["status"],
        run_type=row["run_type"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        timezone=row["timezone"],
        parameter_version_id=row["parameter_version_id"] or DEFAULT_ID,
        rule_set_version_id=row["rule_set_version_id"] or DEFAULT_ID,
        applied_overrides=_overrides(row["parameters"]),
        text_model=row["text_model"],
        reviews=row["reviews_processed"],
        themes=row["themes_processed"],
        fix_scores=row["fix_scores_computed"],
        superseded_by=row["superseded_by"],
        error_message=row["error_message"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
    )


def _overrides(parameters: dict[str, Any]) -> tuple[str, ...]:
    return tuple(cast("list[str]", parameters["appliedOverrideIds"]))
