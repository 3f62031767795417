"""What a score run writes: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from jobs.database import Connection
from jobs.scoring.explain import Versions, components, theme_components
from jobs.scoring.extractions import batches, store_extractions
from jobs.scoring.fix_measure import Fixes
from jobs.scoring.fix_results import StoredFixes, store_fixes
from jobs.scoring.period import Period
from jobs.scoring.queries import Extraction
from jobs.scoring.review_scores import ReviewScore
from jobs.scoring.rules import DEFAULT_ID
from jobs.scoring.runs import FinishedRun, OpenRun, hold_run, read_finished
from jobs.scoring.theme_scores import ThemeScore

_REVIEW_SCORES = """
    INSERT INTO review_scores (tenant_id, score_run_id, review_id, sentiment, w_time, w_source, w_engagement,
                               w_confidence, weighted_impact, components)
    SELECT $1, $2, new.* FROM unnest($3::text[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[],
                                     $9::float8[], $10::text[]::jsonb[]) AS new
"""
_THEME_SCORES = """
    INSERT INTO theme_scores (tenant_id, score_run_id, theme_id, mention_count, positive_count, neutral_count,
                              negative_count, sum_weighted_impact, sum_abs_weighted_impact, s_theme, score_0_10,
                              severity, trend_direction, trend_magnitude, components)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
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
        fix_scores_computed = $7, duration_ms = $8, completed_at = now(), updated_at = now()
    WHERE tenant_id = $1 AND id = $2
    RETURNING *
"""


class Results(Struct, frozen=True, kw_only=True):
    """What a run came to.

    `before` and `themes_before` are of the preceding period: of its reviews only extractions are stored, of its themes
    what explains a trend. `negativity` is k of each theme.
    """

    period: Period
    fingerprint: str
    text_model: str
    extraction: Extraction
    reviews: Sequence[ReviewScore]
    before: Sequence[ReviewScore]
    themes: Sequence[ThemeScore]
    themes_before: Mapping[str, ThemeScore]
    negativity: Mapping[str, float]


class Stored(Struct, frozen=True):
    """What a run has left in the tables; `superseded` are the ids of runs that it replaces."""

    run: FinishedRun
    superseded: tuple[str, ...]
    fixes: StoredFixes


async def store_results(
    connection: Connection, run: OpenRun, results: Results, fixes: Fixes | None, duration_ms: int
) -> Stored:
    """The run is COMPLETED with all its scores and FixScores, in the place of those that it supersedes.

    Raises LeaseLost, and writes nothing, if a newer delivery has the run.
    """
    tenant_id = run.delivery.tenant_id
    async with connection.transaction():
        await hold_run(connection, run)
        read = (*results.reviews, *results.before, *(fixes.fresh if fixes else ()))
        await store_extractions(connection, tenant_id, results.extraction, read)
        superseded = await _supersede(connection, run, results.period)
        await _store_review_scores(connection, run, results)
        await _store_theme_scores(connection, run, results)
        stored = await store_fixes(connection, run, fixes, run.id) if fixes else StoredFixes()
        row = await connection.fetchrow(
            _COMPLETE,
            tenant_id,
            run.id,
            results.fingerprint,
            results.extraction.theme_set,
            len(results.reviews),
            len(results.themes),
            len(stored.scores),
            duration_ms,
        )
        assert row is not None
    return Stored(read_finished(row), superseded, stored)


async def _supersede(connection: Connection, run: OpenRun, period: Period) -> tuple[str, ...]:
    tenant_id = run.delivery.tenant_id
    rows = await connection.fetch(_SUPERSEDE, tenant_id, period.start, period.end, run.id)
    superseded = tuple(row["id"] for row in rows)
    await connection.execute(_FORGET_SCORES, tenant_id, superseded)
    return superseded


async def _store_review_scores(connection: Connection, run: OpenRun, results: Results) -> None:
    versions = Versions(
        run.parameter_version_id or DEFAULT_ID,
        run.rule_set_version_id or DEFAULT_ID,
        results.text_model,
        results.extraction.extractor,
    )
    for some in batches(results.reviews):
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
                    msgspec.json.encode(components(one, one.parameters, versions)).decode(),
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
                msgspec.to_builtins(
                    theme_components(
                        results.themes_before.get(theme.theme_id), results.period, results.negativity[theme.theme_id]
                    )
                ),
            )
            for theme in results.themes
        ],
    )
