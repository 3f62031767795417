"""What a score run writes: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from engine import LeaseLost
from jobs.database import Connection
from jobs.scoring.explain import Versions, components
from jobs.scoring.period import Period
from jobs.scoring.queries import Extraction
from jobs.scoring.review_scores import ReviewScore
from jobs.scoring.rules import DEFAULT_ID
from jobs.scoring.runs import FinishedRun, OpenRun, read_finished
from jobs.scoring.theme_scores import ThemeScore

AT_ONCE = 500
"""Rows per statement: enough to make round trips cheap, few enough to build without holding the event loop."""
T = TypeVar("T")

_HOLD = """
    SELECT id FROM score_runs WHERE tenant_id = $1 AND id = $2 AND fence = $3 AND status = 'RUNNING' FOR UPDATE
"""
# Ids in order, so that two runs that share reviews wait for each other and never in a circle. What a run with a
# newer snapshot extracted stays.
_EXTRACTED = """
    INSERT INTO review_extractions (tenant_id, review_id, review_version, extractor, theme_set)
    SELECT $1, id, version, $4, $5 FROM unnest($2::text[], $3::int[]) AS new (id, version) ORDER BY id
    ON CONFLICT (review_id) DO UPDATE
    SET review_version = excluded.review_version, extractor = excluded.extractor, theme_set = excluded.theme_set,
        extracted_at = now()
    WHERE review_extractions.review_version <= excluded.review_version
    RETURNING review_id
"""
_FORGET_MENTIONS = "DELETE FROM review_themes WHERE tenant_id = $1 AND review_id = ANY($2::text[]) AND NOT hand_made"
_MENTIONS = """
    INSERT INTO review_themes (tenant_id, review_id, theme_id, review_version, extractor, theme_set, sentiment,
                               clause_score, confidence, excerpt, keywords)
    SELECT $1, review_id, theme_id, version, $2, $3, sentiment, score, confidence, excerpt,
           string_to_array(keywords, E'\\n')
    FROM unnest($4::text[], $5::text[], $6::int[], $7::text[], $8::float8[], $9::float8[], $10::text[], $11::text[])
         AS new (review_id, theme_id, version, sentiment, score, confidence, excerpt, keywords)
    ON CONFLICT (review_id, theme_id) DO NOTHING
"""
_REVIEW_SCORES = """
    INSERT INTO review_scores (tenant_id, score_run_id, review_id, sentiment, w_time, w_source, w_engagement,
                               w_confidence, weighted_impact, components)
    SELECT $1, $2, new.* FROM unnest($3::text[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[],
                                     $9::float8[], $10::text[]::jsonb[]) AS new
"""
_THEME_SCORES = """
    INSERT INTO theme_scores (tenant_id, score_run_id, theme_id, mention_count, positive_count, neutral_count,
                              negative_count, sum_weighted_impact, sum_abs_weighted_impact, s_theme, score_0_10,
                              severity, trend_direction, trend_magnitude)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
_SUPERSEDE = """
    UPDATE score_runs SET superseded_by = $4, updated_at = now()
    WHERE tenant_id = $1 AND period_start = $2 AND period_end = $3 AND status = 'COMPLETED' AND superseded_by IS NULL
    RETURNING id
"""
_FORGET_SCORES = "DELETE FROM review_scores WHERE tenant_id = $1 AND score_run_id = ANY($2::text[])"
_COMPLETE = """
    UPDATE score_runs
    SET status = 'COMPLETED', fingerprint = $3, theme_set = $4, reviews_processed = $5, themes_processed = $6,
        duration_ms = $7, completed_at = now(), updated_at = now()
    WHERE tenant_id = $1 AND id = $2
    RETURNING *
"""


class Results(Struct, frozen=True, kw_only=True):
    """What a run came to. `before`: the reviews of the preceding period, of which only extractions are stored."""

    period: Period
    fingerprint: str
    text_model: str
    extraction: Extraction
    reviews: Sequence[ReviewScore]
    before: Sequence[ReviewScore]
    themes: Sequence[ThemeScore]


async def store_results(
    connection: Connection, run: OpenRun, results: Results, duration_ms: int
) -> tuple[FinishedRun, list[str]]:
    """The run is COMPLETED with all its scores, and the ids of those that it supersedes.

    Raises LeaseLost, and writes nothing, if a newer delivery has the run.
    """
    tenant_id = run.delivery.tenant_id
    async with connection.transaction():
        if await connection.fetchval(_HOLD, tenant_id, run.id, run.delivery.fence) is None:
            raise LeaseLost(f"a newer delivery of job {run.delivery.job_id!r} has its run")
        await _store_extractions(connection, tenant_id, results)
        superseded = await _supersede(connection, run, results.period)
        await _store_review_scores(connection, run, results)
        await _store_theme_scores(connection, run, results)
        row = await connection.fetchrow(
            _COMPLETE,
            tenant_id,
            run.id,
            results.fingerprint,
            results.extraction.theme_set,
            len(results.reviews),
            len(results.themes),
            duration_ms,
        )
        assert row is not None
    return read_finished(row), superseded


async def _supersede(connection: Connection, run: OpenRun, period: Period) -> list[str]:
    tenant_id = run.delivery.tenant_id
    rows = await connection.fetch(_SUPERSEDE, tenant_id, period.start, period.end, run.id)
    superseded = [row["id"] for row in rows]
    await connection.execute(_FORGET_SCORES, tenant_id, superseded)
    return superseded


async def _store_extractions(connection: Connection, tenant_id: str, results: Results) -> None:
    by = (results.extraction.extractor, results.extraction.theme_set)
    new = [score for score in (*results.reviews, *results.before) if score.found is not None]
    for some in _batches(sorted(new, key=lambda score: score.review.id)):
        ids, versions = [one.review.id for one in some], [one.review.version for one in some]
        rows = await connection.fetch(_EXTRACTED, tenant_id, ids, versions, *by)
        taken = {row["review_id"] for row in rows}
        await connection.execute(_FORGET_MENTIONS, tenant_id, sorted(taken))
        mentions = [
            (
                one.review.id,
                found.mention.theme_id,
                one.review.version,
                found.sentiment,
                found.mention.score,
                found.mention.confidence,
                found.mention.excerpt,
                "\n".join(found.mention.keywords),
            )
            for one in some
            if one.review.id in taken
            for found in one.found or ()
        ]
        if mentions:
            columns = zip(*mentions, strict=True)
            await connection.execute(_MENTIONS, tenant_id, *by, *map(list, columns))


async def _store_review_scores(connection: Connection, run: OpenRun, results: Results) -> None:
    versions = Versions(
        run.parameter_version_id or DEFAULT_ID,
        run.rule_set_version_id or DEFAULT_ID,
        results.text_model,
        results.extraction.extractor,
    )
    for some in _batches(results.reviews):
        columns = zip(
            *(
                (
                    one.review.id,
                    one.sentiment,
                    one.weights.time,
                    one.weights.source,
                    one.weights.engagement,
                    one.weights.confidence,
                    one.impact,
                    msgspec.json.encode(components(one, run.parameters, versions)).decode(),
                )
                for one in some
            ),
            strict=True,
        )
        await connection.execute(_REVIEW_SCORES, run.delivery.tenant_id, run.id, *map(list, columns))


async def _store_theme_scores(connection: Connection, run: OpenRun, results: Results) -> None:
    await connection.executemany(
        _THEME_SCORES,
        [
            (
                run.delivery.tenant_id,
                run.id,
                theme.theme_id,
                theme.mentions,
                theme.positive,
                theme.neutral,
                theme.negative,
                theme.sum_impact,
                theme.sum_abs_impact,
                theme.sentiment,
                theme.score,
                theme.severity,
                theme.trend and theme.trend.direction,
                theme.trend and theme.trend.change,
            )
            for theme in results.themes
        ],
    )


def _batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
