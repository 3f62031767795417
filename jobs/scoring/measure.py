"""A period measured by one snapshot of its reviews; or the finished run found that measured the same."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from jobs.database import Connection
from jobs.scoring.fingerprint import Basis, fingerprint
from jobs.scoring.period import Period
from jobs.scoring.queries import Extraction, Tenant, one_moment, read_reviews, read_stamps, read_themes
from jobs.scoring.results import Results
from jobs.scoring.review_scores import ReviewScore, Scorer
from jobs.scoring.rules import DEFAULT_ID
from jobs.scoring.runs import FinishedRun, OpenRun, find_current
from jobs.scoring.text import TextModel, ThemeMatcher, ThemeSet
from jobs.scoring.text.themes import MATCHER_VERSION
from jobs.scoring.theme_scores import aggregate, with_trends

TELL_EVERY = 250
"""Reviews between two words of progress."""
Told = Callable[[int, int], None]
"""Is told how many reviews are scored, and of how many."""


class Measurement(Struct, frozen=True):
    """What is to be measured, and with what."""

    tenant: Tenant
    period: Period
    run: OpenRun
    model: TextModel


def extractor_of(model: TextModel) -> str:
    """Names what finds mentions; their scores depend on the text model too."""
    return f"{MATCHER_VERSION}+{model.version}"


async def measure(connection: Connection, measurement: Measurement, told: Told) -> Results | FinishedRun:
    """The period's scores, trends included, not stored yet; or the finished run whose fingerprint is the same."""
    tenant, period, run = measurement.tenant, measurement.period, measurement.run
    async with one_moment(connection):
        themes = await read_themes(connection, tenant)
        stamps = await read_stamps(connection, tenant, period)
        mark = fingerprint(_basis(measurement, themes), stamps)
        finished = await find_current(connection, tenant.id, period, mark)
        if finished is not None:
            return finished
        now, before = await _score(connection, measurement, themes, lambda done: told(done, len(stamps)))
    negativity = run.parameters.themes.negativity_factor
    return Results(
        period=period,
        fingerprint=mark,
        text_model=measurement.model.version,
        extraction=_extraction(measurement, themes),
        reviews=now,
        before=before,
        themes=with_trends(aggregate(now, negativity), aggregate(before, negativity)),
    )


async def _score(
    connection: Connection, measurement: Measurement, themes: ThemeSet, told: Callable[[int], None]
) -> tuple[list[ReviewScore], list[ReviewScore]]:
    """The scores of the period's reviews and of the preceding period's, each as of its own last day."""
    period, run = measurement.period, measurement.run
    preceding, begins_at = period.preceding, period.begins_at
    scorer = Scorer(run.parameters, run.rules, measurement.model, ThemeMatcher(themes), frozenset(themes.names))
    now: list[ReviewScore] = []
    before: list[ReviewScore] = []
    reviews = read_reviews(connection, measurement.tenant, period, _extraction(measurement, themes))
    async for review in reviews:
        if review.reviewed_at >= begins_at:
            now.append(scorer.score(review, period))
        else:
            before.append(scorer.score(review, preceding))
        done = len(now) + len(before)
        if done % TELL_EVERY == 0:
            told(done)
    return now, before


def _basis(measurement: Measurement, themes: ThemeSet) -> Basis:
    run = measurement.run
    return Basis(
        period=measurement.period,
        parameters=run.parameters,
        rules=run.rule_set_version_id or f"{DEFAULT_ID} {run.rules.version}",
        text_model=measurement.model.version,
        extractor=extractor_of(measurement.model),
        theme_set=themes.version,
    )


def _extraction(measurement: Measurement, themes: ThemeSet) -> Extraction:
    return Extraction(extractor_of(measurement.model), themes.version)
