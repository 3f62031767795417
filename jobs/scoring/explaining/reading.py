"""What is stored of the scores of reviews, themes and fixes, read from the tables that a score run writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from engine import EngineError
from jobs.database import Connection
from jobs.scoring.components import FixComponents, ReviewComponents, ThemeComponents
from jobs.scoring.explaining.stored import Mention, ScoredReview, StoredFix, StoredTheme
from jobs.scoring.run_history import RunHead

S = TypeVar("S")

_SCORED = """
    SELECT s.*, r.external_review_id, r.source_type, r.review_date, r.version,
           CASE WHEN r.version = scored.version THEN r.title ELSE old.title END AS title,
           CASE WHEN r.version = scored.version THEN r.content ELSE old.content END AS content
    FROM review_scores s
    CROSS JOIN LATERAL (SELECT (s.components ->> 'reviewVersion')::integer AS version) scored
    JOIN reviews r ON r.id = s.review_id
    LEFT JOIN review_versions old ON old.review_id = s.review_id AND old.version = scored.version
    WHERE s.score_run_id = $1 AND s.review_id = $2
"""
_THEMES = """
    SELECT s.*, t.name, (r.parameters #>> '{parameters,themes,negativity_factor}')::float8 AS negativity
    FROM theme_scores s JOIN themes t ON t.id = s.theme_id JOIN score_runs r ON r.id = s.score_run_id
    WHERE s.score_run_id = $1 AND s.theme_id = ANY($2::text[])
"""
_MENTIONS = """
    SELECT s.review_id, r.review_date, (one ->> 'score')::float8 AS sentiment,
           (one ->> 'weightedImpact')::float8 AS impact
    FROM review_scores s
    CROSS JOIN LATERAL jsonb_array_elements(s.components -> 'themes') AS one
    JOIN reviews r ON r.id = s.review_id
    WHERE s.score_run_id = $1 AND one ->> 'themeId' = $2
"""
_FIX = """
    SELECT f.*, k.title, t.name AS theme
    FROM fix_scores f JOIN tasks k ON k.id = f.task_id JOIN themes t ON t.id = f.theme_id
    WHERE f.task_id = $1
"""


async def read_review(connection: Connection, run: RunHead, review_id: str) -> ScoredReview | None:
    """The review as the run scored it; None if it did not."""
    row = await connection.fetchrow(_SCORED, run.id, review_id)
    if row is None:
        return None
    return ScoredReview(
        id=row["review_id"],
        external_id=row["external_review_id"],
        source_type=row["source_type"],
        day=row["review_date"].astimezone(ZoneInfo(run.timezone)).date(),
        text="\n".join(filter(None, (row["title"], row["content"]))) or None,
        version_now=row["version"],
        sentiment=row["sentiment"],
        time=row["w_time"],
        source=row["w_source"],
        engagement=row["w_engagement"],
        confidence=row["w_confidence"],
        impact=row["weighted_impact"],
        components=_decode(row["components"], ReviewComponents, f"review {row['review_id']!r}"),
    )


async def read_themes(connection: Connection, run: RunHead, theme_ids: Sequence[str]) -> dict[str, StoredTheme]:
    """The scores of these themes in the run, by id; those without a mention are missing."""
    rows = await connection.fetch(_THEMES, run.id, theme_ids)
    return {row["theme_id"]: _theme(row) for row in rows}


async def read_mentions(connection: Connection, run: RunHead, theme_id: str) -> list[Mention]:
    """What each review adds to the theme, the greatest |W| first; nothing where the run is superseded."""
    zone = ZoneInfo(run.timezone)
    found = [
        Mention(row["review_id"], row["review_date"].astimezone(zone).date(), row["sentiment"], row["impact"])
        for row in await connection.fetch(_MENTIONS, run.id, theme_id)
    ]
    return sorted(found, key=lambda mention: (-abs(mention.impact), mention.review_id))


async def read_fix(connection: Connection, task_id: str) -> StoredFix:
    """The FixScore of a task that has one."""
    row = await connection.fetchrow(_FIX, task_id)
    assert row is not None
    return StoredFix(
        task_id=task_id,
        title=row["title"],
        theme_id=row["theme_id"],
        theme=row["theme"],
        fix_score=row["fix_score"],
        delta=row["delta_s"],
        before=row["baseline_score"],
        after=row["current_score"],
        reviews_before=row["review_count_pre"],
        reviews_after=row["review_count_post"],
        confidence=row["confidence"],
        level=row["confidence_level"],
        components=_decode(row["components"], FixComponents, f"task {task_id!r}"),
    )


def _theme(row: asyncpg.Record) -> StoredTheme:
    stored: dict[str, Any] = row["components"]
    components = _decode(stored, ThemeComponents, f"theme {row['theme_id']!r}") if stored else None
    return StoredTheme(
        theme_id=row["theme_id"],
        name=row["name"],
        mentions=row["mention_count"],
        positive=row["positive_count"],
        neutral=row["neutral_count"],
        negative=row["negative_count"],
        sum_impact=row["sum_weighted_impact"],
        sum_abs_impact=row["sum_abs_weighted_impact"],
        sentiment=row["s_theme"],
        score=row["score_0_10"],
        severity=row["severity"],
        direction=row["trend_direction"],
        trend=row["trend_magnitude"],
        negativity=components.negativity_factor if components else row["negativity"],
        components=components,
    )


def _decode(json: Any, form: type[S], whose: str) -> S:
    try:
        return msgspec.convert(json, form)
    except msgspec.ValidationError as error:
        raise EngineError(
            f"what is stored beside the score of {whose} cannot be read ({error}): set its run's "
            "fingerprint in score_runs to '', so that the run is not reused, and score the period again"
        ) from None
