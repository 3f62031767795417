"""Scores as they are stored; nothing here is computed anew from reviews."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from jobs.scoring.components import FixComponents, ReviewComponents, ThemeComponents
from jobs.scoring.formulas import Direction, classify, score_0_10

ROUNDING = 1e-12
"""What is left of a sum when all its terms are taken out again is less than this share of it."""


class ScoredReview(Struct, frozen=True, kw_only=True, rename="camel"):
    """A review as it was scored; `text` is that of the version that was, None if it had none or is not kept."""

    id: str
    external_id: str
    source_type: str
    day: date
    text: str | None
    version_now: int
    sentiment: float
    time: float
    source: float
    engagement: float
    confidence: float
    impact: float
    components: ReviewComponents


class Mention(Struct, frozen=True, rename="camel"):
    """What one review adds to a theme."""

    review_id: str
    day: date
    sentiment: float
    impact: float


class StoredTheme(Struct, frozen=True, kw_only=True, rename="camel"):
    """A theme's score in a run. `components` is None in runs that did not store any yet."""

    theme_id: str
    name: str
    mentions: int
    positive: int
    neutral: int
    negative: int
    sum_impact: float
    sum_abs_impact: float
    sentiment: float
    score: float
    severity: float
    direction: Direction | None
    trend: float | None
    negativity: float
    components: ThemeComponents | None

    def without(self, impact: float) -> float | None:
        """Score_0_10 if one mention of this impact were not there; None if no other would be left."""
        if self.mentions == 1:
            return None
        whole = self.sum_abs_impact - abs(impact)
        if whole <= self.sum_abs_impact * ROUNDING:
            whole = 0.0
        negative = self.negative - (classify(impact) == "NEGATIVE")
        return score_0_10(ratio(self.sum_impact - impact, whole), negative, self.mentions - 1, self.negativity)


class StoredFix(Struct, frozen=True, kw_only=True, rename="camel"):
    """A task's FixScore; `before`, `after` and `delta` are None where a side has no review."""

    task_id: str
    title: str
    theme_id: str
    theme: str
    fix_score: float
    delta: float | None
    before: float | None
    after: float | None
    reviews_before: int
    reviews_after: int
    confidence: float
    level: str
    components: FixComponents

    @property
    def reviews(self) -> int:
        """On both sides."""
        return self.reviews_before + self.reviews_after


def ratio(total: float, whole: float) -> float:
    """S of the sum of W and the sum of |W|: 0 where nothing weighs anything."""
    return max(-1.0, min(total / whole, 1.0)) if whole else 0.0
