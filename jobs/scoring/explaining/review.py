"""A review's score taken apart: its terms redone, and the one without which it would weigh most differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from jobs.scoring.components import OwnTerms, ReviewComponents, ThemeTerm
from jobs.scoring.explaining.checks import Change, Check, greatest, problems
from jobs.scoring.explaining.stored import ScoredReview, StoredTheme
from jobs.scoring.formulas import blend, engagement_weight, impact, source_weight, star_sentiment, time_weight
from jobs.scoring.run_history import RunHead

WEIGHTS = ("W_time", "W_source", "W_engagement", "W_confidence")
_AT_ONE = (
    "if W_time were 1, on the period's last day",
    "if W_source were 1, as of a source like any other",
    "if W_engagement were 1, as without reactions",
    "if W_confidence were 1, as where no rule holds",
)


class ThemePart(Struct, frozen=True, rename="camel"):
    """What the review adds to a theme; `score` is the theme's, `without` what it would be without the review."""

    theme_id: str
    name: str
    raw_score: float | None
    sentiment: float
    impact: float
    own: OwnTerms | None
    score: float | None
    without: float | None


class ReviewExplanation(Struct, frozen=True, kw_only=True, rename="camel"):
    """A review's score, term by term; `problems` says where the stored terms do not make the stored score."""

    review: ScoredReview
    run: RunHead
    themes: tuple[ThemePart, ...]
    change: Change | None
    problems: tuple[str, ...]


def explain_review(review: ScoredReview, run: RunHead, themes: Mapping[str, StoredTheme]) -> ReviewExplanation:
    """Why the review scored as it did in the run, from what is stored alone."""
    return ReviewExplanation(
        review=review,
        run=run,
        themes=tuple(_parts(review.components, themes)),
        change=greatest(_changes(review.components)),
        problems=problems(_checks(review)),
    )


def weights_of(terms: ReviewComponents) -> tuple[float, float, float, float]:
    """The factors beside the sentiment, in the order of WEIGHTS."""
    return (terms.time.value, terms.source.value, terms.engagement.value, terms.confidence.value)


def _parts(terms: ReviewComponents, themes: Mapping[str, StoredTheme]) -> Iterator[ThemePart]:
    for term in terms.themes:
        theme = themes.get(term.theme_id)
        yield ThemePart(
            theme_id=term.theme_id,
            name=theme.name if theme else term.theme_id,
            raw_score=term.raw_score,
            sentiment=term.score,
            impact=term.weighted_impact,
            own=term.own,
            score=theme.score if theme else None,
            without=theme.without(term.weighted_impact) if theme else None,
        )


def _checks(review: ScoredReview) -> Iterator[Check]:
    terms, weights = review.components, weights_of(review.components)
    yield Check("W_r", review.impact, impact(terms.base.score, *weights))
    yield Check("W_r beside the terms", terms.weighted_impact, review.impact)
    columns = (review.sentiment, review.time, review.source, review.engagement, review.confidence)
    for name, column, value in zip(("S_r", *WEIGHTS), columns, (terms.base.score, *weights), strict=True):
        yield Check(f"{name} beside the terms", column, value)
    yield from _checks_of_weights(terms)
    if _stars_known(terms):
        yield Check("S_r", terms.base.score, _blend(terms, terms.base.raw_score))
    for theme in terms.themes:
        yield from _checks_of_theme(terms, theme)


def _checks_of_theme(terms: ReviewComponents, theme: ThemeTerm) -> Iterator[Check]:
    own = theme.own
    weights = (own.time, own.source, own.engagement, own.confidence) if own else weights_of(terms)
    yield Check(f"W of {theme.theme_id}", theme.weighted_impact, impact(theme.score, *weights))
    if own:
        yield Check(f"S of {theme.theme_id}", theme.score, blend(theme.raw_score, own.rating, own.star_weight or 0.0))
    elif _stars_known(terms):
        yield Check(f"S of {theme.theme_id}", theme.score, _blend(terms, theme.raw_score))


def _checks_of_weights(terms: ReviewComponents) -> Iterator[Check]:
    source, engagement = terms.source, terms.engagement
    yield Check("W_time", terms.time.value, time_weight(terms.time.days_delta, terms.time.half_life_days))
    if source.min_weight is not None and source.max_weight is not None:
        yield Check("W_source", source.value, source_weight(source.raw_weight, source.min_weight, source.max_weight))
    if not engagement.enabled:
        yield Check("W_engagement", engagement.value, 1.0)
    elif engagement.cap is not None:
        yield Check("W_engagement", engagement.value, engagement_weight(engagement.counts.total, engagement.cap))


def _changes(terms: ReviewComponents) -> Iterator[Change]:
    """How much more or less the review would weigh with each term in turn saying nothing."""
    weights, now = weights_of(terms), abs(terms.weighted_impact)
    for place, condition in enumerate(_AT_ONE):
        others = [1.0 if place == other else weight for other, weight in enumerate(weights)]
        result = impact(terms.base.score, *others)
        yield Change(condition, result, abs(result) - now)
    if terms.base.raw_score is not None and terms.base.rating is not None:
        text, stars = terms.base.raw_score, star_sentiment(terms.base.rating)
        for sentiment, condition in ((text, "if only its text counted"), (stars, "if only its stars counted")):
            result = impact(sentiment, *weights)
            yield Change(condition, result, abs(result) - now)


def _stars_known(terms: ReviewComponents) -> bool:
    """Whether the rating that was blended is stored: the first runs kept only that one was."""
    return not terms.base.rating_blended or terms.base.rating is not None


def _blend(terms: ReviewComponents, raw_score: float | None) -> float:
    return blend(raw_score, terms.base.rating, terms.base.star_weight or 0.0)
