"""FixScores: worked out by hand, and what holds of them all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.scoring.default_rules import default_rules
from jobs.scoring.fix_scores import FixScore, Side, Task, fix_components, in_words, judge, side_of, variance
from jobs.scoring.fix_windows import windows_around
from jobs.scoring.parameters import FixTracking
from jobs.scoring.review_scores import ThemeImpact, Weights
from jobs.scoring.rules import RuleSet, Sufficiency, read_rules

AT = datetime(2026, 1, 10, 9, tzinfo=UTC)
WINDOWS = windows_around(AT, "UTC", FixTracking(), date(2026, 12, 31))
TASK = Task("k1", "theme-food-quality", AT)
RULES = default_rules()
sentiments = st.lists(st.floats(-1, 1), max_size=30)


def mention(sentiment: float, time: float = 1.0) -> ThemeImpact:
    weights = Weights(0, time, 1.2, 1.0, 1.0, None, ())
    return ThemeImpact("theme-food-quality", sentiment, sentiment, weights.impact(sentiment), weights, None)


def side(*values: float) -> Side:
    return side_of(WINDOWS.before, [mention(value) for value in values])


def fix(before: Side, after: Side, rules: RuleSet = RULES) -> FixScore:
    return FixScore(task=TASK, windows=WINDOWS, before=before, after=after, verdict=judge(before, after, rules))


def test_by_hand() -> None:
    """Before: (-0.72 + 0.24) / 0.96 = -0.5. After: (0.96 - 0.24) / 1.2 = 0.6. Four reviews are LOW, 0.4."""
    before = side_of(WINDOWS.before, [mention(-0.6), mention(0.4, time=0.5)])
    after = side_of(WINDOWS.after, [mention(0.8), mention(-0.2)])
    found = fix(before, after)
    assert before.sum_impact == pytest.approx(-0.48)
    assert before.sum_abs_impact == pytest.approx(0.96)
    assert before.sentiment == pytest.approx(-0.5)
    assert after.sentiment == pytest.approx(0.6)
    assert found.delta == pytest.approx(1.1)
    assert found.reviews == 4
    assert found.score == pytest.approx(1.1 * log(5) * 0.4)
    assert in_words(found) == (
        "task k1: FixScore +0.71 (S moved by +1.10, 2 reviews before, 2 after, LOW INSUFFICIENT_REVIEWS)"
    )


@pytest.mark.parametrize(
    ("before", "after", "level", "confidence", "reason"),
    [
        (0, 12, "INSUFFICIENT", 0, "NO_BASELINE"),
        (0, 0, "INSUFFICIENT", 0, "NO_BASELINE"),
        (12, 0, "INSUFFICIENT", 0, "NO_POST_DATA"),
        (1, 1, "LOW", 0.4, "INSUFFICIENT_REVIEWS"),
        (1, 3, "LOW", 0.4, "INSUFFICIENT_REVIEWS"),
        (2, 3, "MEDIUM", 0.7, "SUFFICIENT_DATA"),
        (8, 1, "MEDIUM", 0.7, "SUFFICIENT_DATA"),
        (9, 1, "LOW", 0.3, "REVIEW_COUNT_DROP"),
        (8, 2, "HIGH", 1.0, "SUFFICIENT_DATA"),
    ],
)
def test_default_rules(before: int, after: int, level: str, confidence: float, reason: str) -> None:
    """The counts of both sides decide, and the strictest rule first."""
    verdict = judge(side(*[0.5] * before), side(*[0.5] * after), RULES)
    assert (verdict.level, verdict.confidence, verdict.reason_code) == (level, confidence, reason)
    assert verdict.rule_id == verdict.matched[0]


def test_a_side_without_reviews() -> None:
    """It has no S, the change is unknown and the score 0, even where a rule set would trust it."""
    trusting = RuleSet("1", default_sufficiency=Sufficiency("HIGH", 1.0))
    found = fix(side(), side(0.5, 0.5), trusting)
    assert (found.before.sentiment, found.delta, found.score) == (None, None, 0.0)
    assert (found.verdict.rule_id, found.verdict.reason_code, found.verdict.level) == (None, "CUSTOM", "HIGH")
    assert "S moved" not in in_words(found)


def test_rules_may_ask_for_variance_and_days() -> None:
    """A rule set sees how far opinions lie apart on each side, and how many days were measured."""
    rules = read_rules(
        {
            "version": "1",
            "sufficiencyRules": [
                {
                    "id": "short",
                    "name": "short",
                    "priority": 2,
                    "conditions": {"field": "postWindowDays", "operator": "lt", "value": 30},
                    "action": {"level": "LOW", "confidence": 0.2, "reasonCode": "WINDOW_TOO_SHORT"},
                },
                {
                    "id": "wide",
                    "name": "wide",
                    "priority": 1,
                    "conditions": {"field": "variancePre", "operator": "gt", "value": 0.5},
                    "action": {"level": "MEDIUM", "confidence": 0.6, "reasonCode": "HIGH_VARIANCE"},
                },
            ],
        }
    )
    early = windows_around(AT, "UTC", FixTracking(), date(2026, 1, 20))
    assert judge(side(1), side_of(early.after, [mention(1)]), rules).reason_code == "WINDOW_TOO_SHORT"
    assert judge(side(1, -1), side(1), rules).reason_code == "HIGH_VARIANCE"
    assert judge(side(1), side(1), rules).rule_id is None


def test_variance() -> None:
    """Half praise and half complaint is 1, agreement 0; one review alone has none."""
    assert variance([1, -1, 1, -1]) == 1
    assert variance([0.5, 0.5]) == 0
    assert (variance([0.5]), variance([])) == (None, None)


def test_components() -> None:
    """What is stored beside a FixScore is what it was computed from."""
    components = fix_components(fix(side(-0.5, 0.5), side(1)), "p1", "default")
    assert (components.completed_on, components.pre.start) == (date(2026, 1, 10), date(2025, 10, 12))
    assert (components.pre.reviews, components.pre.sentiment, components.pre.variance) == (2, 0, 0.25)
    assert (components.post.reviews, components.post.sentiment, components.post.variance) == (1, 1, None)
    assert (components.reason_code, components.parameter_version_id) == ("INSUFFICIENT_REVIEWS", "p1")


@given(before=sentiments, after=sentiments)
def test_bounds_and_signs(before: list[float], after: list[float]) -> None:
    """ΔS is within [-2, 2], the score has its sign, and no more than 2 ln(1 + n) comes of n reviews."""
    found = fix(side(*before), side(*after))
    assert -2 <= (found.delta or 0) <= 2
    assert abs(found.score) <= 2 * log(1 + found.reviews) * (1 + 1e-12), "but for rounding"
    assert found.score * (found.delta or 0) >= 0
    assert f"{found.score}" != "-0.0"


@given(before=sentiments, after=sentiments)
def test_both_sides_are_scored_alike(before: list[float], after: list[float]) -> None:
    """The same reviews in the other order, or on the other sides, change nothing but the sign."""
    trusting = RuleSet("1", default_sufficiency=Sufficiency("HIGH", 1.0))
    found = fix(side(*before), side(*after), trusting)
    assert fix(side(*before[::-1]), side(*after[::-1]), trusting).score == found.score
    assert fix(side(*after), side(*before), trusting).score == -found.score
