"""What a score run reads: the tenant, the versions to score with, and one snapshot of themes and reviews."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import asyncpg
from msgspec import Struct

from engine import UnrecoverableError
from jobs.database import Connection
from jobs.scoring.default_rules import default_rules
from jobs.scoring.fingerprint import Stamp
from jobs.scoring.parameters import ParameterError, Parameters, read_parameters
from jobs.scoring.period import Period
from jobs.scoring.review_scores import KnownMention, Review
from jobs.scoring.rules import RuleError, RuleSet, read_rules
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
    ORDER BY r.review_date DESC, r.id
"""

_VERSIONS: dict[str, str] = {
    "parameter": "SELECT id, parameters AS content FROM parameter_versions WHERE ",
    "rule set": "SELECT id, rules AS content FROM rule_set_versions WHERE ",
}
_BY_ID, _ACTIVE = "id = $1", "status = 'ACTIVE'"
VersionKind = Literal["parameter", "rule set"]


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


async def find_parameters(connection: Connection, wanted: str | None) -> tuple[str | None, Parameters]:
    """The version asked for, else the ACTIVE one, else the built-in (None). Raises UnrecoverableError."""
    row = await _find_version(connection, "parameter", wanted)
    if row is None:
        return None, Parameters()
    try:
        return row["id"], read_parameters(row["content"])
    except ParameterError as error:
        raise UnrecoverableError(f"parameter version {row['id']!r} cannot be used: {error}") from None


async def find_rules(connection: Connection, wanted: str | None) -> tuple[str | None, RuleSet]:
    """The version asked for, else the ACTIVE one, else the built-in (None). Raises UnrecoverableError."""
    row = await _find_version(connection, "rule set", wanted)
    if row is None:
        return None, default_rules()
    try:
        return row["id"], read_rules(row["content"])
    except RuleError as error:
        raise UnrecoverableError(f"rule set version {row['id']!r} cannot be used: {error}") from None


async def _find_version(connection: Connection, kind: VersionKind, wanted: str | None) -> asyncpg.Record | None:
    if wanted is None:
        return await connection.fetchrow(_VERSIONS[kind] + _ACTIVE)
    row = await connection.fetchrow(_VERSIONS[kind] + _BY_ID, wanted)
    if row is None:
        raise UnrecoverableError(f"{kind} version {wanted!r} is unknown")
    return row


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


async def read_reviews(
    connection: Connection, tenant: Tenant, period: Period, current: Extraction
) -> AsyncIterator[Review]:
    """The reviews that count in the period and in the one before, newest first."""
    arguments = (tenant.id, period.preceding.begins_at, period.ends_before, current.extractor, current.theme_set)
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
