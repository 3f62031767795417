"""How the web application's side puts the two jobs into Redis, and asks what became of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import uuid4

from engine import Client, Enqueued, JobStatus, PayloadError
from jobs.app import ingest_reviews, score_run
from jobs.dates import When, day, moment, wire
from jobs.payloads import IngestReviews, ScoreRun

Now = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def ingest_id(tenant_id: str, connector_id: str, day_key: str) -> str:
    """The id of a connector's ingest of one day."""
    return f"ingest:{tenant_id}:{connector_id}:{day_key}"


def score_id(tenant_id: str, start: date, end: date, parameter_version_id: str | None) -> str:
    """The id of a score run of one period with one version of the parameters."""
    return f"score:{tenant_id}:{start}:{end}:{parameter_version_id or 'active'}"


async def enqueue_ingest_reviews(
    client: Client,
    tenant_id: str,
    connector_id: str,
    *,
    since_date: When | None = None,
    force_full_sync: bool | None = None,
    max_reviews: int | None = None,
    triggered_by_id: str | None = None,
    date_key: str | None = None,
    correlation_id: str | None = None,
    now: Now = _utc_now,
) -> Enqueued:
    """An ingest of the connector is stored; while one of its id is live, that one answers instead.

    The id is of the UTC day, or of `date_key`. Raises PayloadError naming the field that is wrong.
    """
    created_at = now()
    payload = IngestReviews(
        tenant_id=tenant_id,
        connector_id=connector_id,
        since_date=None if since_date is None else _moment_text(since_date, "sinceDate"),
        force_full_sync=force_full_sync,
        max_reviews=max_reviews,
        triggered_by_id=triggered_by_id,
        correlation_id=correlation_id or str(uuid4()),
        created_at=created_at,
    )
    job_id = ingest_id(tenant_id, connector_id, date_key or f"{day(created_at, 'createdAt')}")
    return await client.enqueue(ingest_reviews, payload, job_id=job_id)


async def enqueue_score_run(
    client: Client,
    tenant_id: str,
    period_start: When,
    period_end: When,
    *,
    parameter_version_id: str | None = None,
    rule_set_version_id: str | None = None,
    branch_id: str | None = None,
    compute_fix_scores: bool | None = None,
    fix_scores_since: When | None = None,
    triggered_by_id: str | None = None,
    correlation_id: str | None = None,
    now: Now = _utc_now,
) -> Enqueued:
    """A score run of the period, both days included, is stored; while one of its id is live, that one answers.

    Raises PayloadError naming the field that is wrong.
    """
    try:
        start, end = day(period_start, "periodStart"), day(period_end, "periodEnd")
        payload = ScoreRun(
            tenant_id=tenant_id,
            period_start=f"{start}",
            period_end=f"{end}",
            parameter_version_id=parameter_version_id,
            rule_set_version_id=rule_set_version_id,
            branch_id=branch_id,
            compute_fix_scores=compute_fix_scores,
            fix_scores_since=None if fix_scores_since is None else _moment_text(fix_scores_since, "fixScoresSince"),
            triggered_by_id=triggered_by_id,
            correlation_id=correlation_id or str(uuid4()),
            created_at=now(),
        )
    except ValueError as error:
        raise PayloadError(f"payload of score_run: {error}") from None
    return await client.enqueue(score_run, payload, job_id=score_id(tenant_id, start, end, parameter_version_id))


async def get_job_status(client: Client, queue: str, job_id: str) -> JobStatus | None:
    """Everything known of the job's current run; None if the id is unknown. Raises UnknownQueue."""
    return await client.status(queue, job_id)


def _moment_text(value: When, field: str) -> str:
    try:
        return wire(moment(value, field))
    except ValueError as error:
        raise PayloadError(f"payload: {error}") from None
