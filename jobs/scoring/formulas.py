"""The formulas of scoring, each a pure function. Their numbers run through three parts: A a review, B a theme, C a fix.

Every sum is `fsum`, so that no score depends on the order of its reviews.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Sentiment = Literal["POSITIVE", "NEUTRAL", "NEGATIVE"]
Direction = Literal["IMPROVING", "STABLE", "DECLINING"]

NEGATIVITY = 1.2
"""k of B.10: how much a share of negative mentions takes from a score above the middle."""
CLEAR = 0.2
"""A mention beyond this is positive; beyond its negative, negative."""
STEADY = 0.3
"""A score that moved by less than this is stable."""
FEWEST_FOR_TREND = 3
"""Mentions that both periods need for a trend."""


def star_sentiment(rating: float) -> float:
    """The sentiment in [-1, 1] of 1 to 5 stars: (rating - 3) / 2."""
    return (rating - 3) / 2


def blend(text: float | None, rating: float | None, star_weight: float) -> float:
    """A.3, S_r: the text's score and the stars' in one, (1 - b) * text + b * stars; either alone if one is missing."""
    if rating is None:
        return 0.0 if text is None else text
    if text is None:
        return star_sentiment(rating)
    return _clamp((1 - star_weight) * text + star_weight * star_sentiment(rating), -1, 1)


def time_weight(age_days: int, half_life_days: float) -> float:
    """A.4, W_time: 1 for a review of the period's last day, half of it each half-life before."""
    return math.exp(-math.log(2) / half_life_days * max(0, age_days))


def source_weight(weight: float, lowest: float, highest: float) -> float:
    """A.5, W_source: the source's weight kept within its bounds."""
    return _clamp(weight, lowest, highest)


def engagement_weight(reactions: int, cap: float) -> float:
    """A.6, W_engagement: 1 + ln(1 + reactions), at most `cap`; at the default cap of 1.3 one reaction fills it."""
    return min(1 + math.log1p(max(0, reactions)), cap)


def impact(sentiment: float, time: float, source: float, engagement: float, confidence: float) -> float:
    """A.8, W_r: the sentiment times its weights (A.4 to A.6, and A.7, the weight of the confidence rule that holds)."""
    return sentiment * time * source * engagement * confidence


def theme_sentiment(impacts: Iterable[float]) -> float:
    """B.9, S_theme: sum of W over sum of |W|, in [-1, 1]; 0 where nothing weighs anything."""
    impacts = tuple(impacts)
    whole = math.fsum(abs(one) for one in impacts)
    return _clamp(math.fsum(impacts) / whole, -1, 1) if whole else 0.0


def score_0_10(sentiment: float, negative: int, mentions: int, k: float = NEGATIVITY) -> float:
    """B.10, Score_0_10: 5 (S + 1), in [0, 10]; above 5 it loses n² k of what is above, n being the negative share."""
    base = 5 * (sentiment + 1)
    share = negative / mentions if mentions else 0.0
    return _clamp(base - share**2 * k * max(0.0, base - 5), 0, 10)


def severity(sentiment: float, mentions: int) -> float:
    """B.11: |min(S_theme, 0)| ln(1 + mentions): how bad, and how often."""
    return abs(min(sentiment, 0.0)) * math.log1p(mentions)


def delta_s(before: float, after: float) -> float:
    """C.12, ΔS: how far the sentiment moved, in [-2, 2]."""
    return _clamp(after - before, -2, 2)


def fix_score(delta: float, reviews: int, confidence: float) -> float:
    """C.13, FixScore: ΔS ln(1 + reviews before and after) confidence."""
    return delta * math.log1p(reviews) * confidence


def classify(value: float) -> Sentiment:
    """POSITIVE above 0.2, NEGATIVE below -0.2, NEUTRAL between."""
    if value > CLEAR:
        return "POSITIVE"
    return "NEGATIVE" if value < -CLEAR else "NEUTRAL"


def trend_direction(change: float) -> Direction:
    """What a change of Score_0_10 amounts to: STABLE under 0.3 either way."""
    if abs(change) < STEADY:
        return "STABLE"
    return "IMPROVING" if change > 0 else "DECLINING"


def shown(score: float) -> str:
    """The score as people see it: one decimal, half up (away from zero)."""
    # + 0 turns -0.0 into 0.0
    return f"{Decimal(repr(score)).quantize(Decimal('0.1'), ROUND_HALF_UP) + 0}"


def _clamp(value: float, lowest: float, highest: float) -> float:
    return min(max(value, lowest), highest)
