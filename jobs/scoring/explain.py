"""Why a score is what it is, as it is stored beside it: `components.py` has the form."""

from __future__ import annotations

from msgspec import Struct

from jobs.scoring.components import (
    BaseTerm,
    ConfidenceTerm,
    EngagementTerm,
    OwnTerms,
    Preceding,
    Reactions,
    ReviewComponents,
    SourceTerm,
    ThemeComponents,
    ThemeTerm,
    TimeTerm,
)
from jobs.scoring.parameters import Parameters
from jobs.scoring.period import Period
from jobs.scoring.review_scores import ReviewScore, ThemeImpact
from jobs.scoring.theme_scores import ThemeScore


class Versions(Struct, frozen=True):
    """What a score was made with."""

    parameters: str
    rules: str
    text_model: str
    extractor: str


def components(score: ReviewScore, parameters: Parameters, versions: Versions) -> ReviewComponents:
    """The terms of a review's score, which these parameters gave it."""
    base = _base(score, parameters, versions.text_model)
    return ReviewComponents(
        base=base,
        time=TimeTerm(
            value=score.weights.time,
            days_delta=score.weights.age_days,
            half_life_days=parameters.time.review_half_life_days,
        ),
        source=_source(score, parameters),
        engagement=_engagement(score, parameters),
        confidence=_confidence(score),
        themes=tuple(_theme(one, score, base) for one in score.themes),
        weighted_impact=score.impact,
        review_version=score.review.version,
        parameter_version_id=versions.parameters,
        rule_set_version_id=versions.rules,
        extractor=versions.extractor,
    )


def theme_components(before: ThemeScore | None, period: Period, negativity: float) -> ThemeComponents:
    """The terms of a theme's score in `period` that have no column; `before` is the theme in the preceding period."""
    if before is None:
        return ThemeComponents(negativity, None)
    preceding = Preceding(
        start=period.preceding.start,
        end=period.preceding.end,
        mentions=before.mentions,
        negative=before.negative,
        sum_impact=before.sum_impact,
        sum_abs_impact=before.sum_abs_impact,
        sentiment=before.sentiment,
        score=before.score,
    )
    return ThemeComponents(negativity, preceding)


def _base(score: ReviewScore, parameters: Parameters, text_model: str) -> BaseTerm:
    rating = score.review.rating if parameters.sentiment.use_star_rating else None
    return BaseTerm(
        score=score.sentiment,
        model_version=text_model,
        raw_score=score.text_score,
        rating_blended=rating is not None,
        rating=rating,
        star_weight=parameters.sentiment.star_rating_blend_weight if rating is not None else None,
    )


def _source(score: ReviewScore, parameters: Parameters) -> SourceTerm:
    stated = parameters.source_weight(score.review.source_type)
    return SourceTerm(
        value=score.weights.source,
        source_type=score.review.source_type,
        raw_weight=stated,
        clamped=stated != score.weights.source,
        min_weight=parameters.source.min_weight,
        max_weight=parameters.source.max_weight,
    )


def _engagement(score: ReviewScore, parameters: Parameters) -> EngagementTerm:
    review = score.review
    return EngagementTerm(
        value=score.weights.engagement,
        enabled=parameters.engages(review.source_type),
        counts=Reactions(review.likes, review.replies, review.helpful),
        cap=parameters.engagement.cap,
    )


def _confidence(score: ReviewScore) -> ConfidenceTerm:
    rule = score.weights.rule
    return ConfidenceTerm(
        value=score.weights.confidence,
        rule_id=rule.rule_id if rule else None,
        reason_code=rule.action.reason_code if rule else "FULL_CONFIDENCE",
        matched_rules=score.weights.matched,
    )


def _theme(theme: ThemeImpact, score: ReviewScore, base: BaseTerm) -> ThemeTerm:
    own = None
    if (theme.weights, theme.star_weight) != (score.weights, base.star_weight):
        own = OwnTerms(
            time=theme.weights.time,
            source=theme.weights.source,
            engagement=theme.weights.engagement,
            confidence=theme.weights.confidence,
            rating=None if theme.star_weight is None else score.review.rating,
            star_weight=theme.star_weight,
        )
    return ThemeTerm(theme.theme_id, theme.text_score, theme.sentiment, theme.impact, own)
