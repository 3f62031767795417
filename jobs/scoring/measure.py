"""A period measured by one snapshot of its reviews; or the finished run found that measured the same."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from jobs.database import Connection
from jobs.scoring.fingerprint import Basis, fingerprint
from jobs.scoring.fix_measure import Fixes, FixRequest, measure_fixes
from jobs.scoring.method import Method, extractor_of, method_of
from jobs.scoring.period import Period
from jobs.scoring.queries import Span, Tenant, one_moment, read_reviews, read_stamps, read_themes
from jobs.scoring.results import Results
from jobs.scoring.review_scores import ReviewScore
from jobs.scoring.rules import DEFAULT_ID
from jobs.scoring.runs import FinishedRun, OpenRun, find_current
from jobs.scoring.text import TextModel, ThemeSet
from jobs.scoring.theme_scores import aggregate, with_trends

TELL_EVERY = 250
"""Reviews between two words of progress."""
Told = Callable[[str, int, int], None]
"""Is told which step it is, how much of it is done, and of how much."""


class Measurement(Struct, frozen=True):
    """What is to be measured, and with what; `fixes` if FixScores are asked for."""

    tenant: Tenant
    period: Period
    run: OpenRun
    model: TextModel
    fixes: FixRequest | None = None


class Measured(Struct, frozen=True):
    """The period's scores, not stored yet, or the finished run that has them; and the FixScores asked for."""

    outcome: Results | FinishedRun
    fixes: Fixes | None


async def measure(connection: Connection, measurement: Measurement, told: Told) -> Measured:
    """The period's scores, trends included, or the finished run whose fingerprint is the same; and FixScores."""
    tenant, period, run = measurement.tenant, measurement.period, measurement.run
    async with one_moment(connection):
        themes = await read_themes(connection, tenant)
        stamps = await read_stamps(connection, tenant, period)
        method = method_of(run, tenant, measurement.model, themes)
        mark = fingerprint(_basis(measurement, themes), stamps)
        outcome: Results | FinishedRun | None = await find_current(connection, tenant.id, period, mark)
        if outcome is None:
            now, before = await _score(connection, method, period, lambda done: told("scoring", done, len(stamps)))
            outcome = _results(measurement, method, mark, (now, before))
        told("scored", len(stamps), len(stamps))
        fixes: Fixes | None = None
        if measurement.fixes is not None:
            fixes = await measure_fixes(
                connection, method, measurement.fixes, lambda done, of: told("fix scores", done, of)
            )
    return Measured(outcome, fixes)


async def _score(
    connection: Connection, method: Method, period: Period, told: Callable[[int], None]
) -> tuple[list[ReviewScore], list[ReviewScore]]:
    """The scores of the period's reviews and of the preceding period's, each as of its own last day."""
    preceding, begins_at = period.preceding, period.begins_at
    now: list[ReviewScore] = []
    before: list[ReviewScore] = []
    span = Span(preceding.begins_at, period.ends_before)
    async for review in read_reviews(connection, method.tenant, span, method.extraction):
        if review.reviewed_at >= begins_at:
            now.append(method.scorer.score(review, period))
        else:
            before.append(method.scorer.score(review, preceding))
        done = len(now) + len(before)
        if done % TELL_EVERY == 0:
            told(done)
    return now, before


def _results(
    measurement: Measurement, method: Method, mark: str, scores: tuple[list[ReviewScore], list[ReviewScore]]
) -> Results:
    now, before = scores

    def negativity(theme_id: str) -> float:
        return method.scorer.variants.at(theme_id=theme_id).themes.negativity_factor

    then = aggregate(before, negativity)
    return Results(
        period=measurement.period,
        fingerprint=mark,
        text_model=measurement.model.version,
        extraction=method.extraction,
        reviews=now,
        before=before,
        themes=with_trends(aggregate(now, negativity), then),
        themes_before=then,
        negativity={theme_id: negativity(theme_id) for theme_id in method.scorer.theme_ids},
    )


def _basis(measurement: Measurement, themes: ThemeSet) -> Basis:
    run = measurement.run
    return Basis(
        period=measurement.period,
        parameters=run.snapshot.snapshot_id,
        rules_id=run.rule_set_version_id or DEFAULT_ID,
        rules=run.rules,
        text_model=measurement.model.version,
        extractor=extractor_of(measurement.model),
        theme_set=themes.version,
    )
