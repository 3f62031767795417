"""What is stored beside a score, as JSON: every term that it came from, so that it can be told again without data."""

from __future__ import annotations

from datetime import date

from msgspec import Struct


class BaseTerm(Struct, frozen=True, rename="camel"):
    """S_r: the text's score and the stars' in one; `rating` and `star_weight` are None where stars do not count."""

    score: float
    model_version: str
    raw_score: float | None
    rating_blended: bool
    rating: float | None = None
    star_weight: float | None = None


class TimeTerm(Struct, frozen=True, rename="camel"):
    """W_time: half for each half-life before the period's last day."""

    value: float
    days_delta: int
    half_life_days: float


class SourceTerm(Struct, frozen=True, rename="camel"):
    """W_source: the weight stated for the source, kept within its bounds."""

    value: float
    source_type: str
    raw_weight: float
    clamped: bool
    min_weight: float | None = None
    max_weight: float | None = None


class Reactions(Struct, frozen=True, rename="camel"):
    """What readers did with a review."""

    likes: int
    replies: int
    helpful: int

    @property
    def total(self) -> int:
        return self.likes + self.replies + self.helpful


class EngagementTerm(Struct, frozen=True, rename="camel"):
    """W_engagement: 1 + ln(1 + reactions), at most `cap`; 1 where the source's reactions do not count."""

    value: float
    enabled: bool
    counts: Reactions
    cap: float | None = None


class ConfidenceTerm(Struct, frozen=True, rename="camel"):
    """W_confidence: the weight of the first rule that held; `rule_id` is None where none did."""

    value: float
    rule_id: str | None
    reason_code: str
    matched_rules: tuple[str, ...] = ()


class OwnTerms(Struct, frozen=True, rename="camel"):
    """The terms of a mention whose theme an override scores otherwise than the review."""

    time: float
    source: float
    engagement: float
    confidence: float
    rating: float | None
    star_weight: float | None


class ThemeTerm(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a review adds to a theme: m, S_{r,t} and W_{r,t}; `own` is None where the review's terms hold."""

    theme_id: str
    raw_score: float | None
    score: float
    weighted_impact: float
    own: OwnTerms | None = None


class ReviewComponents(Struct, frozen=True, rename="camel"):
    """The terms of a review's score: column `components` of `review_scores`."""

    base: BaseTerm
    time: TimeTerm
    source: SourceTerm
    engagement: EngagementTerm
    confidence: ConfidenceTerm
    themes: tuple[ThemeTerm, ...]
    weighted_impact: float
    review_version: int
    parameter_version_id: str
    rule_set_version_id: str
    extractor: str


class Preceding(Struct, frozen=True, rename="camel"):
    """A theme in the period before, to which its trend compares."""

    start: date
    end: date
    mentions: int
    negative: int
    sum_impact: float
    sum_abs_impact: float
    sentiment: float
    score: float


class ThemeComponents(Struct, frozen=True, rename="camel"):
    """The terms of a theme's score that have no column of their own: column `components` of `theme_scores`."""

    negativity_factor: float
    preceding: Preceding | None


class FixSide(Struct, frozen=True, rename="camel"):
    """The theme's reviews in the days before a task was completed, or after. `variance` is None below two reviews."""

    start: date
    end: date
    reviews: int
    sum_impact: float
    sum_abs_impact: float
    sentiment: float
    variance: float | None = None


class FixComponents(Struct, frozen=True, rename="camel"):
    """The terms of a FixScore: column `components` of `fix_scores`.

    `completed_on` is the task's day in its tenant's zone. `pre_extended`: the usual days before had no review, so
    more of them count; `post_open`: the days after were not over yet. `rule_id` is None where no rule held.
    """

    completed_on: date
    pre: FixSide
    post: FixSide
    pre_extended: bool
    post_open: bool
    rule_id: str | None
    reason_code: str
    matched_rules: tuple[str, ...]
    parameter_version_id: str
    rule_set_version_id: str
