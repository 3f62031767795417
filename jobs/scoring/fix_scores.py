"""What a task changed in its theme's sentiment: both sides of it scored alike, and how far that can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import fsum

from msgspec import Struct

from jobs.scoring.components import FixComponents, FixSide
from jobs.scoring.fix_windows import FixWindows, days_of
from jobs.scoring.formulas import delta_s, fix_score, theme_sentiment
from jobs.scoring.period import Period
from jobs.scoring.review_scores import ThemeImpact
from jobs.scoring.rules import Level, RuleSet, matches


class Task(Struct, frozen=True):
    """Something that a branch set out to fix in a theme, and when it was done."""

    id: str
    theme_id: str
    completed_at: datetime


class Side(Struct, frozen=True, kw_only=True):
    """A theme's mentions in one window. `sentiment` is None without any, `variance` with fewer than two."""

    period: Period
    reviews: int
    sum_impact: float
    sum_abs_impact: float
    sentiment: float | None
    variance: float | None


class Verdict(Struct, frozen=True, kw_only=True):
    """How far a FixScore can be trusted, by the rule that says so; `rule_id` is None where none holds."""

    level: Level
    confidence: float
    rule_id: str | None
    reason_code: str
    matched: tuple[str, ...]


class FixScore(Struct, frozen=True, kw_only=True):
    """A task's effect. Where a side has no review `delta` is unknown, None, and the score 0."""

    task: Task
    windows: FixWindows
    before: Side
    after: Side
    verdict: Verdict

    @property
    def reviews(self) -> int:
        """On both sides."""
        return self.before.reviews + self.after.reviews

    @property
    def delta(self) -> float | None:
        """ΔS."""
        if self.before.sentiment is None or self.after.sentiment is None:
            return None
        return delta_s(self.before.sentiment, self.after.sentiment)

    @property
    def score(self) -> float:
        """FixScore."""
        # + 0.0 turns -0.0 into 0.0
        return fix_score(self.delta or 0.0, self.reviews, self.verdict.confidence) + 0.0


def side_of(period: Period, mentions: Iterable[ThemeImpact]) -> Side:
    """What a theme's mentions in the period come to, whatever their order."""
    mentions = tuple(mentions)
    impacts = [one.impact for one in mentions]
    return Side(
        period=period,
        reviews=len(mentions),
        sum_impact=fsum(impacts),
        sum_abs_impact=fsum(map(abs, impacts)),
        sentiment=theme_sentiment(impacts) if impacts else None,
        variance=variance([one.sentiment for one in mentions]),
    )


def variance(values: Sequence[float]) -> float | None:
    """The mean square distance of the values from their mean, 0 to 1 for sentiments; None for fewer than two.

    Taken of sentiments, not of impacts: rules ask whether opinions differ, not whether sources and ages do.
    """
    if len(values) < 2:
        return None
    mean = fsum(values) / len(values)
    return fsum((value - mean) ** 2 for value in values) / len(values)


def judge(before: Side, after: Side, rules: RuleSet) -> Verdict:
    """What the first sufficiency rule that holds says of the data, else the rule set's default."""
    won = matches(
        rules.sufficiency_rules,
        {
            "reviewCountPre": before.reviews,
            "reviewCountPost": after.reviews,
            "reviewCountTotal": before.reviews + after.reviews,
            "variancePre": before.variance,
            "variancePost": after.variance,
            "preWindowDays": days_of(before.period),
            "postWindowDays": days_of(after.period),
        },
    )
    default = rules.default_sufficiency
    return Verdict(
        level=won[0].action.level if won else default.level,
        confidence=won[0].action.confidence if won else default.confidence,
        rule_id=won[0].rule_id if won else None,
        reason_code=won[0].action.reason_code if won else "CUSTOM",
        matched=tuple(match.rule_id for match in won),
    )


def fix_components(fix: FixScore, parameter_version_id: str, rule_set_version_id: str) -> FixComponents:
    """The terms of a FixScore as they are stored beside it."""
    return FixComponents(
        completed_on=fix.windows.completed_on,
        pre=_component(fix.before),
        post=_component(fix.after),
        pre_extended=fix.windows.extended,
        post_open=fix.windows.open,
        rule_id=fix.verdict.rule_id,
        reason_code=fix.verdict.reason_code,
        matched_rules=fix.verdict.matched,
        parameter_version_id=parameter_version_id,
        rule_set_version_id=rule_set_version_id,
    )


def in_words(fix: FixScore) -> str:
    """The FixScore as a line of a log."""
    verdict = fix.verdict
    counts = f"{fix.before.reviews} reviews before, {fix.after.reviews} after"
    moved = "" if fix.delta is None else f"S moved by {fix.delta:+.2f}, "
    return f"task {fix.task.id}: FixScore {fix.score:+.2f} ({moved}{counts}, {verdict.level} {verdict.reason_code})"


def _component(side: Side) -> FixSide:
    return FixSide(
        start=side.period.start,
        end=side.period.end,
        reviews=side.reviews,
        sum_impact=side.sum_impact,
        sum_abs_impact=side.sum_abs_impact,
        sentiment=side.sentiment or 0.0,
        variance=side.variance,
    )
