"""The row of a score run: made at its first attempt, kept over its retries, ended once; and the period's lock."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

import asyncpg
from msgspec import Struct

from engine import LeaseLost, Snooze, UnrecoverableError
from jobs.database import Connection, Pool
from jobs.scoring.default_rules import default_rules
from jobs.scoring.parameters import ParameterError
from jobs.scoring.period import Period
from jobs.scoring.rules import RuleSet
from jobs.scoring.snapshot import Context, Snapshot, read_snapshot, write_snapshot
from jobs.scoring.versions import find_rules, find_snapshot

LOCK_WAIT_S = 5.0
LONGEST_REASON = 2_000

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended($1, 0))"
_FIND = "SELECT * FROM score_runs WHERE tenant_id = $1 AND job_id = $2 AND job_run = $3"
_OPEN = """
    INSERT INTO score_runs (id, tenant_id, job_id, job_run, fence, period_start, period_end, timezone, text_model,
                            extractor, run_type, branch_id, triggered_by_id, correlation_id, parameter_version_id,
                            rule_set_version_id, parameters)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
    ON CONFLICT (tenant_id, job_id, job_run) DO UPDATE
    SET status = 'RUNNING', fence = excluded.fence, timezone = excluded.timezone, text_model = excluded.text_model,
        extractor = excluded.extractor, error_message = NULL, completed_at = NULL, updated_at = now()
    WHERE score_runs.fence <= excluded.fence AND score_runs.status <> 'COMPLETED'
    RETURNING *
"""
_CURRENT = """
    SELECT * FROM score_runs
    WHERE tenant_id = $1 AND period_start = $2 AND period_end = $3 AND status = 'COMPLETED' AND superseded_by IS NULL
      AND fingerprint = $4
"""
_HOLD = """
    SELECT id FROM score_runs WHERE tenant_id = $1 AND id = $2 AND fence = $3 AND status = 'RUNNING' FOR UPDATE
"""
_DROP = "DELETE FROM score_runs WHERE tenant_id = $1 AND id = $2 AND fence = $3 AND status = 'RUNNING'"
_FAIL = """
    UPDATE score_runs SET status = 'FAILED', error_message = $5, completed_at = now(), updated_at = now()
    WHERE tenant_id = $1 AND job_id = $2 AND job_run = $3 AND fence = $4 AND status = 'RUNNING'
"""


class Delivery(Struct, frozen=True):
    """Which delivery of which job writes: a lower fence than the row's writes nothing."""

    tenant_id: str
    job_id: str
    job_run: int
    fence: int


class Request(Struct, frozen=True, kw_only=True):
    """What a run's row is made from. A retry finds the row, and keeps the versions that it names."""

    period: Period
    organisation_id: str
    text_model: str
    extractor: str
    parameter_version_id: str | None = None
    rule_set_version_id: str | None = None
    branch_id: str | None = None
    triggered_by_id: str | None = None
    correlation_id: str | None = None

    @property
    def run_type(self) -> str:
        """MANUAL if somebody asked for it, else SCHEDULED."""
        return "MANUAL" if self.triggered_by_id else "SCHEDULED"


class FinishedRun(Struct, frozen=True, kw_only=True):
    """A completed run as its row tells of it."""

    id: str
    parameter_version_id: str | None
    rule_set_version_id: str | None
    text_model: str
    reviews: int
    themes: int
    fix_scores: int
    completed_at: datetime


class OpenRun(Struct, frozen=True, kw_only=True):
    """A run that this delivery may bring to its end, with the versions pinned to it.

    `warnings`: what had to be changed in overrides to keep the bounds of parameters, told once.
    """

    id: str
    delivery: Delivery
    snapshot: Snapshot
    rule_set_version_id: str | None
    rules: RuleSet
    warnings: tuple[str, ...] = ()

    @property
    def parameter_version_id(self) -> str | None:
        """The version that the parameters are made from; None is the built-in one."""
        return self.snapshot.base_version_id


@asynccontextmanager
async def held_period(connection: Connection, tenant_id: str, period: Period) -> AsyncGenerator[None]:
    """No other run of this tenant and period is under way in the block.

    Raises Snooze where one is. The lock is the connection's, so it goes when the worker does.
    """
    key = f"score_run {tenant_id} {period.start} {period.end}"
    if not await connection.fetchval(_LOCK, key):
        raise Snooze(LOCK_WAIT_S, f"another run scores {period.start} to {period.end} at the moment")
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute(_UNLOCK, key)


async def open_run(connection: Connection, delivery: Delivery, request: Request) -> OpenRun | FinishedRun:
    """The run has its row, under way; or an earlier delivery finished it.

    Raises LeaseLost, and writes nothing, if a newer delivery has it; UnrecoverableError for a bad version.
    """
    async with connection.transaction():
        pinned = await connection.fetchrow(_FIND, delivery.tenant_id, delivery.job_id, delivery.job_run)
        if pinned is not None and pinned["status"] == "COMPLETED":
            return read_finished(pinned)
        return await _open(connection, delivery, request, pinned)


async def _open(connection: Connection, delivery: Delivery, request: Request, pinned: asyncpg.Record | None) -> OpenRun:
    warnings: list[str] = []
    if pinned is None:
        context = Context(request.organisation_id, delivery.tenant_id)
        parameters, warnings = await find_snapshot(connection, request.parameter_version_id, context)
        rules_id, rules = await find_rules(connection, request.rule_set_version_id)
    else:
        parameters, rules_id = _pinned_snapshot(pinned), pinned["rule_set_version_id"]
        rules = default_rules() if rules_id is None else (await find_rules(connection, rules_id))[1]
    row = await connection.fetchrow(
        _OPEN,
        str(uuid5(NAMESPACE_URL, f"{delivery.tenant_id} {delivery.job_id} {delivery.job_run}")),
        delivery.tenant_id,
        delivery.job_id,
        delivery.job_run,
        delivery.fence,
        request.period.start,
        request.period.end,
        request.period.zone,
        request.text_model,
        request.extractor,
        request.run_type,
        request.branch_id,
        request.triggered_by_id,
        request.correlation_id,
        parameters.base_version_id,
        rules_id,
        write_snapshot(parameters),
    )
    if row is None:
        raise LeaseLost(f"a newer delivery of job {delivery.job_id!r} has its run")
    return OpenRun(
        id=row["id"],
        delivery=delivery,
        snapshot=parameters,
        rule_set_version_id=rules_id,
        rules=rules,
        warnings=tuple(warnings),
    )


def _pinned_snapshot(row: asyncpg.Record) -> Snapshot:
    try:
        return read_snapshot(row["parameters"])
    except ParameterError as error:
        raise UnrecoverableError(
            f"the parameters of run {row['id']!r} cannot be used any more: {error}: enqueue it anew"
        ) from None


async def find_current(connection: Connection, tenant_id: str, period: Period, fingerprint: str) -> FinishedRun | None:
    """The finished run of the period that nothing supersedes, if it has this fingerprint."""
    row = await connection.fetchrow(_CURRENT, tenant_id, period.start, period.end, fingerprint)
    return None if row is None else read_finished(row)


async def hold_run(connection: Connection, run: OpenRun) -> None:
    """Until the transaction ends, no other delivery has the run. Raises LeaseLost if a newer one has it."""
    if await connection.fetchval(_HOLD, run.delivery.tenant_id, run.id, run.delivery.fence) is None:
        raise LeaseLost(f"a newer delivery of job {run.delivery.job_id!r} has its run")


async def drop_run(connection: Connection, run: OpenRun) -> None:
    """The run has no row: another answers for it."""
    await connection.execute(_DROP, run.delivery.tenant_id, run.id, run.delivery.fence)


async def fail_run(pool: Pool, delivery: Delivery, reason: str) -> None:
    """The delivery's run, if it is under way, is FAILED for this reason; a newer delivery's is left alone."""
    async with pool.acquire(timeout=LOCK_WAIT_S) as connection:
        await connection.execute(
            _FAIL, delivery.tenant_id, delivery.job_id, delivery.job_run, delivery.fence, reason[:LONGEST_REASON]
        )


def read_finished(row: asyncpg.Record) -> FinishedRun:
    """The finished run that a row of `score_runs` tells of."""
    return FinishedRun(
        id=row["id"],
        parameter_version_id=row["parameter_version_id"],
        rule_set_version_id=row["rule_set_version_id"],
        text_model=row["text_model"],
        reviews=row["reviews_processed"],
        themes=row["themes_processed"],
        fix_scores=row["fix_scores_computed"],
        completed_at=row["completed_at"],
    )
