"""The formulas of scoring, against figures worked out by hand and against what must hold for any input."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.scoring.formulas import (
    blend,
    classify,
    delta_s,
    engagement_weight,
    fix_score,
    impact,
    score_0_10,
    severity,
    shown,
    source_weight,
    star_sentiment,
    theme_sentiment,
    time_weight,
    trend_direction,
)

sentiments = st.floats(-1, 1)
ratings = st.sampled_from([1.0, 1.5, 2.0, 3.0, 4.0, 4.5, 5.0])
impacts = st.lists(st.floats(-2, 2), max_size=40)


def test_stars_span_the_whole_range() -> None:
    """One star is -1, three are 0, five are 1."""
    assert [star_sentiment(stars) for stars in (1, 2, 3, 4, 5)] == [-1, -0.5, 0, 0.5, 1]


def test_blend_by_hand() -> None:
    """0.7 of a text of 0.5 and 0.3 of five stars are 0.65; either alone stands by itself; nothing is 0."""
    assert blend(0.5, 5, 0.3) == pytest.approx(0.65)
    assert blend(None, 2, 0.3) == -0.5
    assert blend(0.4, None, 0.3) == 0.4
    assert blend(None, None, 0.3) == 0


@given(text=sentiments, rating=ratings, star_weight=st.floats(0, 1))
def test_blend_lies_between_its_parts(text: float, rating: float, star_weight: float) -> None:
    """A blend is never beyond the text or the stars."""
    stars = star_sentiment(rating)
    low, high = min(text, stars), max(text, stars)
    assert low - 1e-12 <= blend(text, rating, star_weight) <= high + 1e-12


def test_time_weight_by_hand() -> None:
    """A half-life of 60 days: 1 today, a half after 60 days, a quarter after 120, 1 for the future."""
    assert time_weight(0, 60) == 1
    assert time_weight(60, 60) == pytest.approx(0.5)
    assert time_weight(120, 60) == pytest.approx(0.25)
    assert time_weight(-3, 60) == 1


@given(age=st.integers(0, 800), half_life=st.floats(1, 365))
def test_time_weight_falls(age: int, half_life: float) -> None:
    """An older review never weighs more, and every weight is in [0, 1]."""
    assert 0 <= time_weight(age + 1, half_life) <= time_weight(age, half_life) <= 1


def test_source_weight_keeps_its_bounds() -> None:
    """A weight outside its bounds becomes the nearer bound."""
    assert [source_weight(stated, 0.6, 1.4) for stated in (0.1, 1.2, 9)] == [0.6, 1.2, 1.4]


def test_engagement_weight_by_hand() -> None:
    """1 without reactions; one reaction is worth 1.69 and fills the usual cap of 1.3."""
    assert engagement_weight(0, 1.3) == 1
    assert engagement_weight(1, 1.3) == 1.3
    assert engagement_weight(1, 2) == pytest.approx(1 + math.log(2))


def test_impact_is_a_product() -> None:
    """-0.5 x 0.5 x 1.2 x 1.3 x 0.7 is -0.273."""
    assert impact(-0.5, 0.5, 1.2, 1.3, 0.7) == pytest.approx(-0.273)


def test_theme_sentiment_by_hand() -> None:
    """0.6, 0.2 and -0.4 make 0.4 / 1.2; no impact at all makes 0."""
    assert theme_sentiment([0.6, 0.2, -0.4]) == pytest.approx(1 / 3)
    assert theme_sentiment([]) == 0
    assert theme_sentiment([0.0, 0.0]) == 0


@given(values=impacts, seed=st.randoms(use_true_random=False))
def test_theme_sentiment_ignores_order(values: list[float], seed: object) -> None:
    """To the last bit, the order of the reviews does not count; the sentiment is in [-1, 1]."""
    shuffled = list(values)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert theme_sentiment(shuffled) == theme_sentiment(values)
    assert -1 <= theme_sentiment(values) <= 1


def test_score_by_hand() -> None:
    """S = 0.6 makes 8; with 1 of 4 negative it loses 1.2 / 16 of its 3 above 5; at or below 5 nothing is lost."""
    assert score_0_10(0.6, 0, 4) == 8
    assert score_0_10(0.6, 1, 4) == pytest.approx(8 - 0.0625 * 1.2 * 3)
    assert score_0_10(-0.2, 4, 4) == 4
    assert score_0_10(0, 0, 0) == 5


@given(sentiment=sentiments, negative=st.integers(0, 50), more=st.integers(0, 50))
def test_score_stays_in_bounds_and_falls_with_negatives(sentiment: float, negative: int, more: int) -> None:
    """A score is in [0, 10], never above the plain one, and another negative mention never raises it."""
    mentions = negative + more + 1
    score = score_0_10(sentiment, negative, mentions)
    assert 0 <= score_0_10(sentiment, negative + 1, mentions) <= score <= 5 * (sentiment + 1) <= 10


@given(low=sentiments, high=sentiments)
def test_score_rises_with_sentiment(low: float, high: float) -> None:
    """With no negative mention a better sentiment never scores worse."""
    low, high = sorted((low, high))
    assert score_0_10(low, 0, 5) <= score_0_10(high, 0, 5)


def test_severity_by_hand() -> None:
    """-0.5 over three mentions is 0.5 ln 4; a good theme has none."""
    assert severity(-0.5, 3) == pytest.approx(0.5 * math.log(4))
    assert severity(0.9, 100) == 0


def test_fix_score_by_hand() -> None:
    """From -0.4 to 0.2 over 9 reviews at confidence 0.7: 0.6 ln 10 x 0.7."""
    assert delta_s(-0.4, 0.2) == pytest.approx(0.6)
    assert fix_score(0.6, 9, 0.7) == pytest.approx(0.6 * math.log(10) * 0.7)


def test_classes_are_open_at_their_borders() -> None:
    """Exactly 0.2 and -0.2 are neutral."""
    values = (0.21, 0.2, 0, -0.2, -0.21)
    assert [classify(value) for value in values] == ["POSITIVE", "NEUTRAL", "NEUTRAL", "NEUTRAL", "NEGATIVE"]


def test_trend_is_stable_under_three_tenths() -> None:
    """0.3 is a change, anything less is none."""
    changes = (0.3, 0.29, -0.29, -0.3)
    assert [trend_direction(change) for change in changes] == ["IMPROVING", "STABLE", "STABLE", "DECLINING"]


@pytest.mark.parametrize(
    ("score", "text"),
    [(6.25, "6.3"), (6.35, "6.4"), (6.249, "6.2"), (0.05, "0.1"), (-0.25, "-0.3"), (-0.01, "0.0"), (10, "10.0")],
)
def test_shown_rounds_half_up(score: float, text: str) -> None:
    """Scores are shown with one decimal, halves away from zero, and never as -0.0."""
    assert shown(score) == text
