"""A theme's score in a period: what its mentions add up to, and how it moved since the period before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum

from msgspec import Struct, structs

from jobs.scoring.formulas import (
    FEWEST_FOR_TREND,
    Direction,
    classify,
    score_0_10,
    severity,
    theme_sentiment,
    trend_direction,
)
from jobs.scoring.review_scores import ReviewScore


class Trend(Struct, frozen=True):
    """How far Score_0_10 moved since the preceding period, and what that amounts to."""

    direction: Direction
    change: float


class ThemeScore(Struct, frozen=True, kw_only=True):
    """A theme's score; `trend` is None where either period has too few mentions to tell."""

    theme_id: str
    mentions: int
    positive: int
    neutral: int
    negative: int
    sum_impact: float
    sum_abs_impact: float
    sentiment: float
    score: float
    severity: float
    trend: Trend | None = None


Negativity = Callable[[str], float]
"""k of a theme."""


def aggregate(scores: Iterable[ReviewScore], negativity: Negativity) -> dict[str, ThemeScore]:
    """The score of each theme that the reviews mention, by theme id, whatever the reviews' order."""
    impacts: defaultdict[str, list[float]] = defaultdict(list)
    for score in scores:
        for theme in score.themes:
            impacts[theme.theme_id].append(theme.impact)
    return {theme: _theme_score(theme, impacts[theme], negativity(theme)) for theme in sorted(impacts)}


def with_trends(now: Mapping[str, ThemeScore], before: Mapping[str, ThemeScore]) -> list[ThemeScore]:
    """The scores of `now`, each with its trend against the same theme of `before`."""
    return [structs.replace(score, trend=_trend(score, before.get(theme))) for theme, score in now.items()]


def _theme_score(theme_id: str, impacts: Sequence[float], negativity: float) -> ThemeScore:
    classes = [classify(one) for one in impacts]
    negative = classes.count("NEGATIVE")
    sentiment = theme_sentiment(impacts)
    return ThemeScore(
        theme_id=theme_id,
        mentions=len(impacts),
        positive=classes.count("POSITIVE"),
        neutral=classes.count("NEUTRAL"),
        negative=negative,
        sum_impact=fsum(impacts),
        sum_abs_impact=fsum(map(abs, impacts)),
        sentiment=sentiment,
        score=score_0_10(sentiment, negative, len(impacts), negativity),
        severity=severity(sentiment, len(impacts)),
    )


def _trend(now: ThemeScore, before: ThemeScore | None) -> Trend | None:
    if before is None or min(now.mentions, before.mentions) < FEWEST_FOR_TREND:
        return None
    change = now.score - before.score
    return Trend(trend_direction(change), change)
