"""What a score run reads: the tenant, and one snapshot of themes and reviews."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg
from msgspec import Struct

from engine import UnrecoverableError
from jobs.database import Connection
from jobs.scoring.fingerprint import Stamp
from jobs.scoring.fix_scores import Task
from jobs.scoring.period import Period
from jobs.scoring.review_scores import KnownMention, Review
from jobs.scoring.text import ThemeRecord, ThemeSet, effective_themes

READ_AT_ONCE = 100
"""Reviews per round trip; scoring so many keeps the event loop for a few milliseconds."""

_TENANT = "SELECT id, organisation_id, timezone FROM tenants WHERE id = $1"
_THEMES = """
    SELECT id, organisation_id, name, keywords, is_active FROM themes
    WHERE organisation_id IS NULL OR organisation_id = $1
"""
_STAMPS = """
    SELECT id, version, removed_at IS NOT NULL AS removed, duplicate_of FROM reviews
    WHERE tenant_id = $1 AND review_date >= $2 AND review_date < $3
    ORDER BY review_date DESC, id
"""
_TASKS = """
    SELECT id, theme_id, completed_at FROM tasks
    WHERE tenant_id = $1 AND status = 'COMPLETED' AND theme_id IS NOT NULL AND completed_at >= $2
    ORDER BY id
"""
_REVIEWS = """
    SELECT r.id, r.version, r.source_type, r.review_date, r.rating::double precision AS rating, r.title, r.content,
           r.author_name, r.detected_language, r.likes_count, r.replies_count, r.helpful_count,
           r.duplicate_similarity,
           (e.review_version, e.extractor, e.theme_set) IS NOT DISTINCT FROM (r.version, $4, $5) AS extracted,
           t.ids AS theme_ids, t.scores AS theme_scores, t.hand_made AS theme_hand_made
    FROM reviews r
    LEFT JOIN review_extractions e ON e.review_id = r.id
    LEFT JOIN LATERAL (
        SELECT array_agg(theme_id ORDER BY theme_id) AS ids,
               array_agg(clause_score ORDER BY theme_id) AS scores,
               array_agg(hand_made ORDER BY theme_id) AS hand_made
        FROM review_themes
        WHERE review_id = r.id
    ) t ON true
    WHERE r.tenant_id = $1 AND r.review_date >= $2 AND r.review_date < $3
      AND r.removed_at IS NULL AND r.duplicate_of IS NULL
      AND ($6::text IS NULL OR $6 = ANY(t.ids)
           OR (e.review_version, e.extractor, e.theme_set) IS DISTINCT FROM (r.version, $4, $5))
    ORDER BY r.review_date DESC, r.id
"""


class Tenant(Struct, frozen=True):
    """A tenant as far as scoring needs it."""

    id: str
    organisation_id: str
    timezone: str


class Extraction(Struct, frozen=True):
    """By which extractor and theme set stored mentions are current."""

    extractor: str
    theme_set: str


async def find_tenant(connection: Connection, tenant_id: str) -> Tenant:
    """The tenant. Raises UnrecoverableError if there is none."""
    row = await connection.fetchrow(_TENANT, tenant_id)
    if row is None:
        raise UnrecoverableError(f"tenant {tenant_id!r} is unknown: check tenantId")
    return Tenant(row["id"], row["organisation_id"], row["timezone"])


@asynccontextmanager
async def one_moment(connection: Connection) -> AsyncGenerator[None]:
    """Everything read in the block is of one moment, whatever is written meanwhile."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        yield


async def read_themes(connection: Connection, tenant: Tenant) -> ThemeSet:
    """The themes that hold for the tenant's organisation."""
    rows = await connection.fetch(_THEMES, tenant.organisation_id)
    return effective_themes(
        ThemeRecord(row["id"], row["organisation_id"], row["name"], tuple(row["keywords"]), row["is_active"])
        for row in rows
    )


async def read_stamps(connection: Connection, tenant: Tenant, period: Period) -> list[Stamp]:
    """The stamp of every review of the period and of the one before, newest first."""
    rows = await connection.fetch(_STAMPS, tenant.id, period.preceding.begins_at, period.ends_before)
    return [Stamp(row["id"], row["version"], row["removed"], row["duplicate_of"]) for row in rows]


async def read_tasks(connection: Connection, tenant: Tenant, since: datetime) -> list[Task]:
    """The tenant's tasks for a theme that were completed at that instant or later, by id."""
    return [
        Task(row["id"], row["theme_id"], row["completed_at"])
        for row in await connection.fetch(_TASKS, tenant.id, since)
    ]


class Span(Struct, frozen=True):
    """Which reviews are asked for: from one instant to before another, of one theme if one is given."""

    begins_at: datetime
    ends_before: datetime
    theme_id: str | None = None


async def read_reviews(
    connection: Connection, tenant: Tenant, span: Span, current: Extraction
) -> AsyncGenerator[Review]:
    """The span's reviews that count, newest first; of a theme: also those not yet searched for themes."""
    arguments = (tenant.id, span.begins_at, span.ends_before, current.extractor, current.theme_set, span.theme_id)
    async for row in connection.cursor(_REVIEWS, *arguments, prefetch=READ_AT_ONCE):
        yield _review(row)


def _review(row: asyncpg.Record) -> Review:
    return Review(
        id=row["id"],
        version=row["version"],
        source_type=row["source_type"],
        reviewed_at=row["review_date"],
        rating=row["rating"],
        title=row["title"],
        content=row["content"],
        author_name=row["author_name"],
        language=row["detected_language"],
        likes=row["likes_count"],
        replies=row["replies_count"],
        helpful=row["helpful_count"],
        similarity=row["duplicate_similarity"],
        extracted=row["extracted"],
        mentions=_mentions(row["theme_ids"], row["theme_scores"], row["theme_hand_made"]),
    )


def _mentions(themes: list[str] | None, scores: list[float | None], hand_made: list[Any]) -> tuple[KnownMention, ...]:
    if themes is None:
        return ()
    return tuple(KnownMention(*one) for one in zip(themes, scores, hand_made, strict=True))
