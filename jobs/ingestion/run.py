"""The row of an ingest's run: made at its first attempt, kept over its retries, ended once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import asyncpg
import msgspec
from msgspec import Struct

from engine import Snooze
from jobs.connectors import ErrorType
from jobs.database import Connection
from jobs.ingestion.connector import Claim

MOST_ERROR_ROWS = 100
LONGEST_MESSAGE = 2_000
BUSY_FOR = timedelta(seconds=60)
"""A run of another job that wrote this recently still lives."""
BUSY_WAIT_S = 15.0

_BUSY = """
    SELECT job_id FROM ingestion_runs
    WHERE connector_id = $1 AND status = 'RUNNING' AND job_id <> $2 AND updated_at > now() - $3::interval
    LIMIT 1
"""
# A run whose last attempt failed may be tried again; one that was closed stays as it is.
_OPEN = """
    INSERT INTO ingestion_runs (id, tenant_id, connector_id, job_id, job_run, run_type, since, max_reviews, fence,
                                triggered_by_id, correlation_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (connector_id, job_id, job_run) DO UPDATE
    SET fence = excluded.fence, updated_at = now(),
        status = CASE WHEN ingestion_runs.pagination_state ? 'closed' THEN ingestion_runs.status ELSE 'RUNNING' END,
        completed_at = CASE WHEN ingestion_runs.pagination_state ? 'closed' THEN ingestion_runs.completed_at END
    RETURNING *
"""
_NOTE_ERROR = """
    INSERT INTO ingestion_errors (tenant_id, ingestion_run_id, error_type, error_message, is_retryable)
    SELECT $1, $2, $3, $4, $5
    WHERE (SELECT count(*) FROM ingestion_errors WHERE ingestion_run_id = $2) < $6
"""
_FAIL_CONNECTOR = """
    UPDATE connectors
    SET status = CASE WHEN status IN ('PAUSED', 'DISCONNECTED') THEN status ELSE 'ERROR' END,
        error_count = error_count + 1, error_message = $3
    WHERE tenant_id = $1 AND id = $2
"""
_FAIL_RUN = """
    UPDATE ingestion_runs
    SET error_message = $2, updated_at = now(),
        status = CASE WHEN $3 THEN 'FAILED' ELSE status END,
        completed_at = CASE WHEN $3 THEN now() END,
        pagination_state = CASE WHEN $3 THEN pagination_state || '{"unsure": true}' ELSE pagination_state END
    WHERE id = $1
"""
# What it had met is forgotten: were it delivered again after all, it is `unsure` and takes nothing for gone.
_FORGET_SEEN = "DELETE FROM ingestion_seen WHERE ingestion_run_id = $1"


class Place(Struct, frozen=True):
    """A review's place in the order of comparing."""

    at: datetime
    id: str


class ReadState(Struct, frozen=True, rename="camel", omit_defaults=True):
    """How far a run is; the next attempt goes on from here."""

    cursor: str | None = None
    pages: int = 0
    ended: bool = False
    """Everything that was asked for has been read."""
    cut: bool = False
    """`maxReviews` ended it before the source did."""
    unsure: bool = False
    """A review that was not seen may still exist: the listing moved, or a row had no readable id."""
    slipped: bool = False
    """A review that stood there all the time may not have been seen: others before it went while it was read."""
    compared: Place | None = None
    """Reviews up to this one have been compared with earlier ones."""
    closed: bool = False
    """The run has come to its end, and what it had seen is forgotten."""


class Counts(Struct, frozen=True, rename="camel"):
    """What became of the reviews; fetched = created + updated + skipped + errors."""

    fetched: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    duplicates: int = 0
    errors: int = 0

    def __add__(self, more: Counts) -> Counts:
        return Counts(
            *(a + b for a, b in zip(msgspec.structs.astuple(self), msgspec.structs.astuple(more), strict=True))
        )


class Failure(Struct, frozen=True):
    """Why an attempt failed, and whether it was the last."""

    type: ErrorType
    text: str
    final: bool


class RunRequest(Struct, frozen=True, kw_only=True):
    """What a run's row is made from; a retry finds the row and keeps what it says."""

    job_id: str
    job_run: int
    since: datetime | None
    max_reviews: int | None
    triggered_by_id: str | None
    correlation_id: str | None

    @property
    def run_type(self) -> str:
        if self.since is None:
            return "BACKFILL"
        return "MANUAL" if self.triggered_by_id else "SCHEDULED"


class Run(Struct, frozen=True, kw_only=True):
    """A run as its row says, with the right to write for its connector."""

    id: str
    claim: Claim
    status: str
    since: datetime | None
    max_reviews: int | None
    started_at: datetime
    completed_at: datetime | None
    state: ReadState
    counts: Counts
    removed: int = 0

    @property
    def room(self) -> int | None:
        """How many more reviews it may fetch; None: any number."""
        return None if self.max_reviews is None else max(0, self.max_reviews - self.counts.fetched)


async def take_over(connection: Connection, claim: Claim, job_id: str) -> None:
    """The connector is this delivery's to write for.

    Raises StaleFence if a newer delivery has it, Snooze while another job is reading it.
    """
    async with connection.transaction():
        busy = await connection.fetchval(_BUSY, claim.connector_id, job_id, BUSY_FOR)
        if busy is not None:
            raise Snooze(BUSY_WAIT_S, f"{busy} is reading the same connector")
        await claim.take(connection)


async def open_run(connection: Connection, claim: Claim, request: RunRequest) -> Run:
    """The run has its row: a new one, or that of its last attempt with all that it says. Raises StaleFence."""
    async with connection.transaction():
        await claim.hold(connection)
        row = await connection.fetchrow(
            _OPEN,
            str(uuid5(NAMESPACE_URL, f"{claim.connector_id} {request.job_id} {request.job_run}")),
            claim.tenant_id,
            claim.connector_id,
            request.job_id,
            request.job_run,
            request.run_type,
            request.since,
            request.max_reviews,
            claim.fence,
            request.triggered_by_id,
            request.correlation_id,
        )
    assert row is not None
    return read_run(row, claim)


async def record_failure(connection: Connection, claim: Claim, run: Run | None, failure: Failure) -> None:
    """The failed attempt shows in the connector and in the run, which is FAILED if no other attempt follows.

    Raises StaleFence, and writes nothing, if this delivery has not the connector.
    """
    text = failure.text[:LONGEST_MESSAGE]
    async with connection.transaction():
        await claim.hold(connection)
        await connection.execute(_FAIL_CONNECTOR, claim.tenant_id, claim.connector_id, text)
        if run is not None:
            await connection.execute(_FAIL_RUN, run.id, text, failure.final)
            if failure.final:
                await connection.execute(_FORGET_SEEN, run.id)
            await connection.execute(
                _NOTE_ERROR, claim.tenant_id, run.id, failure.type, text, not failure.final, MOST_ERROR_ROWS
            )


def read_run(row: asyncpg.Record, claim: Claim) -> Run:
    """The run that a row of `ingestion_runs` tells of."""
    return Run(
        id=row["id"],
        claim=claim,
        status=row["status"],
        since=row["since"],
        max_reviews=row["max_reviews"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        state=msgspec.convert(row["pagination_state"], ReadState),
        counts=Counts(
            fetched=row["reviews_fetched"],
            created=row["reviews_created"],
            updated=row["reviews_updated"],
            skipped=row["reviews_skipped"],
            duplicates=row["duplicates_found"],
            errors=row["error_count"],
        ),
        removed=row["reviews_removed"],
    )
