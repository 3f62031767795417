"""The explanation of a review's score as people read it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from jobs.scoring.components import OwnTerms, ReviewComponents
from jobs.scoring.explaining.layout import cut, figure, fold, last_word, run_lines, term, verdict
from jobs.scoring.explaining.review import ReviewExplanation, ThemePart
from jobs.scoring.explaining.stored import ScoredReview
from jobs.scoring.formulas import star_sentiment

TEXT_LINES = 4
"""Lines that a review's own text may take."""


def review_text(told: ReviewExplanation) -> str:
    """Which review, the product that is its score, its themes, and what would change it most."""
    terms = told.review.components
    return "\n".join(
        [
            *_head(told.review),
            *run_lines(told.run),
            "",
            *_product(terms, f"{told.run.period_end}"),
            "",
            *_themes(told.themes, terms),
            *verdict(told.problems),
            *last_word(_turning_point(told)),
        ]
    )


def _head(review: ScoredReview) -> Iterator[str]:
    yield from fold(f"Review {review.id}", indent=2)
    stars = review.components.base.rating
    rated = f", {stars:g} of 5 stars" if stars is not None else ""
    version = review.components.review_version
    yield from fold(f"{review.source_type} {review.external_id}, {review.day}{rated}, version {version}", "  ")
    if review.version_now != version:
        yield from fold(f"changed since, to version {review.version_now}, which a later run will score", "  ")
    if review.text:
        lines = fold(f'"{review.text}"', "  ")
        yield from lines[:TEXT_LINES]
        if len(lines) > TEXT_LINES:
            yield "  …"


def _product(terms: ReviewComponents, last_day: str) -> Iterator[str]:
    time, source, confidence = terms.time, terms.source, terms.confidence
    days = f"{time.days_delta} day{'' if time.days_delta == 1 else 's'}"
    yield from term("S_r", terms.base.score, _blend(terms))
    yield from term(
        "x W_time", time.value, f"0.5 ^ ({time.days_delta} / {time.half_life_days:g}): {days} to {last_day}"
    )
    yield from term("x W_source", source.value, _source(terms))
    yield from term("x W_engagement", terms.engagement.value, _engagement(terms))
    also = ", ".join(rule for rule in confidence.matched_rules if rule != confidence.rule_id)
    rule = f"rule {confidence.rule_id}" if confidence.rule_id else "no rule holds"
    further = f"; holds too, at lower priority: {also}" if also else ""
    yield from term("x W_confidence", confidence.value, f"{rule}: {confidence.reason_code}{further}")
    yield from term("= W_r", terms.weighted_impact, "")


def _blend(terms: ReviewComponents) -> str:
    base = terms.base
    if base.raw_score is None and base.rating is not None:
        return f"its stars alone: ({base.rating:g} - 3) / 2"
    if not base.rating_blended:
        return "its text alone" if base.raw_score is not None else "neither text nor stars"
    if base.rating is None or base.star_weight is None or base.raw_score is None:
        return "text and stars in one; which stars, this run did not store yet"
    stars, share = star_sentiment(base.rating), base.star_weight
    return f"{1 - share:g} x text {figure(base.raw_score)} + {share:g} x stars {figure(stars)}"


def _source(terms: ReviewComponents) -> str:
    source = terms.source
    stated = f"{source.source_type} weighs {source.raw_weight:g}"
    if not source.clamped:
        return stated
    bounds = "" if source.min_weight is None else f" {source.min_weight:g} to {source.max_weight:g}"
    return f"{stated}, kept within its bounds{bounds}"


def _engagement(terms: ReviewComponents) -> str:
    engagement, counts = terms.engagement, terms.engagement.counts
    if not engagement.enabled:
        return f"reactions do not count for {terms.source.source_type}"
    if not counts.total:
        return "no reactions"
    cap = "" if engagement.cap is None else f", at most {engagement.cap:g}"
    told = f"likes {counts.likes}, replies {counts.replies}, helpful {counts.helpful}"
    return f"{told}: 1 + ln(1 + {counts.total}) = {figure(1 + math.log1p(counts.total))}{cap}"


def _themes(parts: tuple[ThemePart, ...], terms: ReviewComponents) -> Iterator[str]:
    if not parts:
        yield from ("It mentions no theme.", "")
        return
    share = terms.base.star_weight
    how = "m" if share is None else f"{1 - share:g} x m + {share:g} x stars, or the stars alone"
    yield from fold(
        f"Its themes: S = {how}; m is how the clauses sound that name the theme. W = S x the same weights. "
        "Score: the theme's, now and without this review.",
        indent=2,
    )
    yield f"{'':<20} {'m':>9} {'S':>9} {'W':>9} {'Score':>7} {'Without':>8}"
    for part in parts:
        now, then = (_score(part.score), _score(part.without))
        m = "-" if part.raw_score is None else figure(part.raw_score)
        figures = f"{m:>9} {figure(part.sentiment):>9} {figure(part.impact):>9} {now:>7} {then:>8}"
        yield f"{cut(part.name, 20):<20} {figures}"
    for part in parts:
        if part.own is not None:
            yield from fold(f"{cut(part.name, 20)} by its own parameters: {_own(part.own)}", indent=2)
    yield ""


def _own(own: OwnTerms) -> str:
    shared = "m" if own.star_weight is None or own.rating is None else _shares(own.star_weight, own.rating)
    factors = " x ".join(map(figure, (own.time, own.source, own.engagement, own.confidence)))
    return f"S = {shared}, W = S x {factors}"


def _shares(share: float, rating: float) -> str:
    return f"{1 - share:g} x m + {share:g} x stars {figure(star_sentiment(rating))}"


def _turning_point(told: ReviewExplanation) -> str:
    if told.change is None:
        return "nothing; every term beside the sentiment is as if it were not there"
    now = figure(told.review.impact)
    return f"{told.change.condition}, W_r would be {figure(told.change.result)} instead of {now}"


def _score(score: float | None) -> str:
    return "-" if score is None else figure(score, 2)
