"""What the two jobs are asked and what they answer; JSON uses the camelCase names.

The texts of dates are kept as they were given; `since`, `start` and `end` are what they mean.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from jobs.dates import day, moment

LONGEST_PERIOD_DAYS = 365
MOST_REVIEWS = 10_000

Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
"""PostgreSQL takes any text but U+0000."""
Moment = Annotated[datetime, Meta(tz=True)]


class IngestReviews(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Fetch the reviews of one connector."""

    tenant_id: Id
    connector_id: Id
    since_date: str | None = None
    """Only reviews changed at or after this; a bare date is 00:00 UTC."""
    force_full_sync: bool | None = None
    max_reviews: Annotated[int, Meta(ge=1, le=MOST_REVIEWS)] | None = None
    triggered_by_id: str | None = None
    correlation_id: str | None = None
    created_at: Moment | None = None

    def __post_init__(self) -> None:
        _ = self.since

    @property
    def since(self) -> datetime | None:
        """`since_date` as an instant in UTC."""
        return None if self.since_date is None else moment(self.since_date, "sinceDate")


class ScoreRun(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Score the reviews of one tenant's period; both of its days count."""

    tenant_id: Id
    period_start: str
    period_end: str
    parameter_version_id: Id | None = None
    rule_set_version_id: Id | None = None
    branch_id: str | None = None
    """Recorded with the run; a tenant is one branch already."""
    compute_fix_scores: bool | None = None
    fix_scores_since: str | None = None
    triggered_by_id: str | None = None
    correlation_id: str | None = None
    created_at: Moment | None = None

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"periodEnd {self.end} is before periodStart {self.start}")
        if (self.end - self.start).days > LONGEST_PERIOD_DAYS:
            raise ValueError(f"periodEnd is more than {LONGEST_PERIOD_DAYS} days after periodStart")
        _ = self.fixes_since

    @property
    def start(self) -> date:
        """The first day of the period."""
        return day(self.period_start, "periodStart")

    @property
    def end(self) -> date:
        """The last day of the period."""
        return day(self.period_end, "periodEnd")

    @property
    def fixes_since(self) -> datetime | None:
        """`fix_scores_since` as an instant in UTC."""
        return None if self.fix_scores_since is None else moment(self.fix_scores_since, "fixScoresSince")


class IngestResult(Struct, frozen=True, kw_only=True, rename="camel"):
    """What an ingest came to; fetched = created + updated + skipped + errors."""

    success: bool
    completed_at: datetime
    duration_ms: int
    ingestion_run_id: str
    connector_id: str
    source_type: str
    reviews_fetched: int
    reviews_created: int
    reviews_updated: int
    reviews_skipped: int
    duplicates_found: int
    reviews_removed: int
    error_count: int
    error: str | None = None


class ScoreResult(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a score run came to; `reused`: nothing had changed since an earlier run, which this names."""

    success: bool
    completed_at: datetime
    duration_ms: int
    score_run_id: str
    reviews_processed: int
    themes_processed: int
    parameter_version_id: str | None
    rule_set_version_id: str | None
    sentiment_model_version: str
    reused: bool = False
    fix_scores_computed: int | None = None
