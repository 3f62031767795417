"""The explanation of a review's score: its sum can be redone from what is printed, and what does not fit is told."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from jobs.scoring.explaining import explain_review, review_text
from jobs.scoring.explaining.stored import ScoredReview
from tests.support.explaining import Given, figures, run_head, scored, theme_of

FACTORS = ("S_r", "x W_time", "x W_source", "x W_engagement", "x W_confidence")
anything = st.builds(
    Given,
    text=st.none() | st.floats(-1, 1),
    rating=st.none() | st.sampled_from([1.0, 2.5, 3.0, 4.0, 5.0]),
    clause=st.none() | st.floats(-1, 1),
    age_days=st.integers(0, 400),
    half_life_days=st.floats(1, 365),
    source=st.floats(0.1, 2),
    reactions=st.none() | st.integers(0, 50),
    confidence=st.just(0.0) | st.floats(1e-6, 1),  # a quotient of smaller ones has no digits left
    rule=st.none() | st.just("hardly-any-text"),
)
OLD = Given(text=-0.5, rating=1, age_days=60)


def text_of(review: ScoredReview, **run: Any) -> str:
    return review_text(explain_review(review, run_head(**run), {}))


def test_by_hand() -> None:
    """0.7 x -0.5 + 0.3 x -1 is -0.65; times a half for 60 days, times 1.2 for the source, that is -0.39."""
    assert text_of(scored(OLD)) == WORKED


WORKED = """\
Review r1
  GOOGLE ext-1, 2025-12-02, 1 of 5 stars, version 1
  "The food was fine."
Run run-1, 2025-11-02 to 2026-01-31 in UTC
  tenant t1: First; 3 reviews, finished 2026-02-01 06:00 UTC
  parameters default, rules default, text model model-1

S_r               -0.650000  0.7 x text -0.500000 + 0.3 x stars -1.000000
x W_time           0.500000  0.5 ^ (60 / 60): 60 days to 2026-01-31
x W_source         1.200000  GOOGLE weighs 1.2
x W_engagement     1.000000  reactions do not count for GOOGLE
x W_confidence     1.000000  no rule holds: FULL_CONFIDENCE
= W_r             -0.390000

Its themes: S = 0.7 x m + 0.3 x stars, or the stars alone; m is how the clauses
  sound that name the theme. W = S x the same weights. Score: the theme's, now
  and without this review.
                             m         S         W   Score  Without
food                 -0.500000 -0.650000 -0.390000       -        -

Check: the stored terms make the stored values.
What would change it most: if W_time were 1, on the period's last day, W_r would
  be -0.780000 instead of -0.390000."""


@given(anything)
def test_the_printed_factors_make_the_printed_impact(given: Given) -> None:
    """Whoever multiplies the printed digits gets the stored W_r, to five decimals; the check agrees."""
    review = scored(given)
    told = explain_review(review, run_head(), {})
    text = review_text(told)
    product = math.prod(figures(text, name)[0] for name in FACTORS)
    assert told.problems == ()
    assert product == pytest.approx(review.impact, abs=1e-5)
    assert figures(text, "= W_r") == [pytest.approx(review.impact, abs=5.1e-7)]


@given(anything)
def test_the_printed_blend_makes_the_sentiment(given: Given) -> None:
    """The shares, the text's and the stars' printed scores make S_r."""
    text = text_of(scored(given))
    row = figures(text, "S_r")
    if len(row) == 5:
        sentiment, text_share, told, star_share, stars = row
        assert text_share * told + star_share * stars == pytest.approx(sentiment, abs=1e-6)


@given(anything)
def test_eighty_columns(given: Given) -> None:
    """No line is longer than a narrow terminal."""
    review = scored(given, text="one long story " * 40, external_id="x" * 200)
    assert max(map(len, text_of(review, tenant_name="A name " * 30).splitlines())) <= 80


@given(anything)
def test_the_change_is_the_greatest(given: Given) -> None:
    """No term set to 1 moves |W_r| further than the one that is named."""
    review = scored(given)
    change = explain_review(review, run_head(), {}).change
    for weight in (review.time, review.source, review.engagement, review.confidence):
        if weight:
            moved = abs(review.impact / weight) - abs(review.impact)
            assert abs(moved) <= (abs(change.difference) if change else 0) + 1e-9


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (OLD, "if W_time were 1, on the period's last day, W_r would be -0.780000"),
        (Given(text=0.5, confidence=0.4, rule="copied-text"), "if W_confidence were 1, as where no rule holds"),
        (Given(text=0.5, reactions=1), "if W_engagement were 1, as without reactions, W_r would be 0.600000"),
        (Given(text=0.5), "if W_source were 1, as of a source like any other, W_r would be 0.500000"),
        (Given(text=0.9, rating=1), "if only its stars counted, W_r would be -1.200000 instead of 0.396000"),
        (Given(text=0.5, source=1), "nothing; every term beside the sentiment is as if it were not there"),
    ],
)
def test_what_would_change_it_most(given: Given, said: str) -> None:
    """The last words name the term that counts most, and the impact without it."""
    assert said in " ".join(text_of(scored(given)).split())


def test_a_product_that_does_not_fit_is_told() -> None:
    """A stored W_r that is not the product of its stored terms is named, with both values."""
    review = structs.replace(scored(OLD), impact=-0.4)
    told = explain_review(review, run_head(), {})
    assert told.problems[0] == "W_r: its terms make -0.39, stored is -0.4"
    assert "Check FAILED" in review_text(told)


def test_a_term_that_does_not_fit_is_told() -> None:
    """A term that its own stored inputs do not make is named."""
    terms = scored(OLD).components
    wrong = structs.replace(terms, time=structs.replace(terms.time, days_delta=30))
    problems = explain_review(scored(OLD, components=wrong), run_head(), {}).problems
    assert problems == ("W_time: its terms make 0.707106781, stored is 0.5",)


def test_themes_with_and_without_the_review() -> None:
    """Beside what the review adds to a theme stand the theme's score, and what it would be without the review."""
    review = scored(OLD)
    theme = theme_of([review.components.themes[0].weighted_impact, 0.39, 0.6])
    text = review_text(explain_review(review, run_head(), {"food": theme}))
    row = next(line for line in text.splitlines() if line.startswith("Food "))
    assert [float(figure) for figure in row.split()[1:]] == [-0.5, -0.65, -0.39, 6.88, 10]


def test_terms_that_the_first_runs_did_not_store() -> None:
    """A score without its stars or bounds is explained as far as it goes, and nothing is called wrong."""
    terms = scored(Given(text=-0.5, rating=1, source=2, reactions=4)).components
    lean = structs.replace(
        terms,
        base=structs.replace(terms.base, rating=None, star_weight=None),
        source=structs.replace(terms.source, min_weight=None, max_weight=None),
        engagement=structs.replace(terms.engagement, cap=None),
    )
    told = explain_review(scored(Given(text=-0.5, rating=1, source=2, reactions=4), components=lean), run_head(), {})
    assert told.problems == ()
    assert "which stars, this run did not store yet" in " ".join(review_text(told).split())


def test_a_review_that_changed_since() -> None:
    """The text is that of the scored version; that there is a newer one is said."""
    assert "changed since, to version 4, which a later run will score" in text_of(scored(OLD, version_now=4))


def test_nothing_of_a_review_drives_the_terminal() -> None:
    """Control and bidi characters of a review's text, of ids and names are shown as escapes."""
    bad = "\x1b[2J\u202e\nRun forged"
    text = text_of(scored(OLD, text=bad, external_id=bad), tenant_name=bad)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert sum(line.startswith("Run ") for line in text.splitlines()) == 1
