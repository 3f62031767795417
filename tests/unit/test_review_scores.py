"""A review's score in a period: what of it depends on the period, on the source and on the theme."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.scoring.default_rules import default_rules
from jobs.scoring.overrides import Override
from jobs.scoring.parameters import Parameters
from jobs.scoring.period import Period
from jobs.scoring.review_scores import KnownMention, Review, Scorer
from jobs.scoring.snapshot import Variants
from jobs.scoring.text import Lexicon, ThemeMatcher, ThemeRecord, effective_themes

FOOD, SERVICE = "food", "service"
NARROW = (
    Override(id="s", scope="SOURCE", target="YELP", changes={"source": {"weights": {"yelp": 1.3}}}),
    Override(id="t", scope="THEME", target=SERVICE, changes={"time": {"review_half_life_days": 7}}),
)
DAY = date(2026, 1, 31)


def scorer(*narrow: Override) -> Scorer:
    themes = effective_themes(
        ThemeRecord(name, None, name.title(), (name,), is_active=True) for name in (FOOD, SERVICE)
    )
    variants = Variants(Parameters(), narrow)
    return Scorer(variants, default_rules(), Lexicon(), ThemeMatcher(themes), frozenset(themes.names))


def review(source: str = "GOOGLE", rating: float | None = 4, days_ago: int = 30) -> Review:
    return Review(
        id="r",
        version=1,
        source_type=source,
        reviewed_at=datetime(2026, 1, 31, 12, tzinfo=UTC) - timedelta(days=days_ago),
        rating=rating,
        content="The food was delicious, but the service was terribly slow.",
        language="en",
        extracted=True,
        mentions=(KnownMention(FOOD, 0.8, hand_made=False), KnownMention(SERVICE, -0.7, hand_made=False)),
    )


def period(days_later: int = 0) -> Period:
    end = DAY + timedelta(days=days_later)
    return Period.of(end - timedelta(days=90), end, "UTC")


def test_a_theme_without_an_override_has_the_reviews_weights() -> None:
    """Its weights are the review's own object; a theme with an override has its own."""
    score = scorer(*NARROW).score(review(), period())
    food, service = score.themes
    assert food.weights is score.weights
    assert [food.weights.time, service.weights.time] == pytest.approx([2 ** (-30 / 60), 2 ** (-30 / 7)])
    assert (food.star_weight, service.star_weight) == (0.3, 0.3)
    assert scorer().score(review(rating=None), period()).themes[0].star_weight is None


def test_a_source_with_an_override_has_its_own_parameters() -> None:
    """They are kept beside the score, for what explains it."""
    by = scorer(*NARROW)
    assert by.score(review(), period()).parameters is by.variants.at()
    yelp = by.score(review("YELP"), period())
    assert (yelp.parameters.source.weights["yelp"], yelp.weights.source) == (1.3, 1.3)


@given(
    source=st.sampled_from(["GOOGLE", "YELP"]),
    rating=st.none() | st.sampled_from([1.0, 3.5, 5.0]),
    days_ago=st.integers(-3, 400),
    later=st.integers(-200, 200),
)
def test_a_mention_in_another_period(source: str, rating: float | None, days_ago: int, later: int) -> None:
    """It is what scoring the review anew in that period gives, to the last digit."""
    by, one = scorer(*NARROW), review(source, rating, days_ago)
    anew = by.score(one, period(later)).themes
    again = tuple(by.in_period(mention, one, period(later)) for mention in by.score(one, period()).themes)
    assert again == anew
