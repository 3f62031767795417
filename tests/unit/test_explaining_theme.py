"""The explanation of a theme's score: its sums can be redone from what is printed, and what does not fit is told."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from jobs.scoring.explaining import ThemeExplanation, explain_theme, theme_text
from jobs.scoring.formulas import score_0_10, theme_sentiment
from tests.support.explaining import K, figures, mentions_of, run_head, theme_of

impacts = st.lists(st.integers(-1_820_000, 1_820_000).map(lambda millionths: millionths / 1e6), min_size=1, max_size=40)
GOOD, BAD = [0.6, 0.6, -0.3, 0.9], [-0.5, -0.5, 0.25]


def told_of(values: Sequence[float], before: Sequence[float] | None = None, top: int = 10) -> ThemeExplanation:
    return explain_theme(theme_of(values, before), run_head(), mentions_of(values), top)


def test_by_hand() -> None:
    """1.8 / 2.4 makes 0.75 and 8.75; a sixteenth of it, times 1.2, is taken from what is above 5."""
    assert theme_text(told_of(GOOD, BAD, top=2)) == WORKED


WORKED = """\
Theme Food (food): 8.5 of 10
Run run-1, 2025-11-02 to 2026-01-31 in UTC
  tenant t1: First; 3 reviews, finished 2026-02-01 06:00 UTC
  parameters default, rules default, text model model-1

4 mentions: 3 positive, 0 neutral, 1 negative (W beyond 0.2 or -0.2)
           W   of |W|  Day         Review
    0.900000   37.50%  2026-01-31  r4
    0.600000   25.00%  2026-01-31  r1
    0.300000           2 others, whose |W| add up to 0.900000
    1.800000           sum of W
    2.400000           sum of |W|

S_theme            0.750000  = 1.800000 / 2.400000
base               8.750000  = 5 x (S_theme + 1)
- penalty          0.281250  = (1 / 4)^2 x 1.2 x max(0, base - 5)
= Score            8.468750  within 0 to 10; shown as 8.5
Severity           0.000000  = |min(S_theme, 0)| x ln(1 + 4)
Trend              6.468750  = Score - 2.000000 in 2025-08-03 to 2025-11-01:
                             IMPROVING (under 0.3 is STABLE)
                             before: 3 mentions, 2 negative, S_theme -0.600000 =
                             -0.750000 / 1.250000

Check: the stored terms make the stored values.
What would change it most: without review r3, the score would be 10.00 (+1.53)."""


@given(impacts, st.integers(1, 12))
def test_the_printed_mentions_make_the_printed_score(values: list[float], top: int) -> None:
    """Whoever adds up the printed mentions and goes through the printed formulas gets the stored score."""
    told = told_of(values, top=top)
    text = theme_text(told)
    rows = text[text.index("of |W|") :].splitlines()[1:]
    listed = [float(row.split()[0]) for row in rows[: len(told.top)]]
    rest, rest_abs = 0.0, 0.0
    if told.rest.mentions:
        rest, rest_abs = float(rows[len(told.top)].split()[0]), told.rest.sum_abs_impact
    total, whole = math.fsum(listed) + rest, math.fsum(map(abs, listed)) + rest_abs
    assert told.problems == ()
    assert total == pytest.approx(told.theme.sum_impact, abs=1e-5)
    assert whole == pytest.approx(told.theme.sum_abs_impact, abs=1e-5)
    sentiment, base, penalty, score = (figures(text, name)[0] for name in ("S_theme", "base", "- penalty", "= Score"))
    assert base == pytest.approx(5 * (sentiment + 1), abs=1e-5)
    assert score == pytest.approx(min(max(base - penalty, 0), 10), abs=2e-6)
    assert score == pytest.approx(told.theme.score, abs=1e-6)


@given(impacts)
def test_without_a_mention(values: list[float]) -> None:
    """The score without a mention is that of the others; the named one moves it furthest."""
    told = told_of(values)
    scores = [_score([*values[:place], *values[place + 1 :]]) for place in range(len(values))] if values[1:] else []
    for value, expected in zip(values, scores, strict=False):
        assert told.theme.without(value) == pytest.approx(expected, abs=1e-6)
    moved = max((abs(score - told.theme.score) for score in scores), default=0.0)
    assert (abs(told.change.difference) if told.change else 0.0) == pytest.approx(moved, abs=1e-6)


def _score(values: Sequence[float]) -> float:
    return score_0_10(theme_sentiment(values), sum(value < -0.2 for value in values), len(values), K)


@given(impacts, st.none() | impacts)
def test_eighty_columns(values: list[float], before: list[float] | None) -> None:
    """No line is longer than a narrow terminal, and nothing fails the check."""
    told = told_of(values, before)
    assert told.problems == ()
    assert max(map(len, theme_text(told).splitlines())) <= 80


@pytest.mark.parametrize(
    ("values", "before", "said"),
    [
        (GOOD, BAD[:2], "none: 3 mentions are needed on either side; 2 in 2025-08-03 to 2025-11-01"),
        (GOOD, [], "none: 3 mentions are needed on either side; none in the period before"),
        (GOOD, None, "what the period before had was not stored yet"),
        ([0.5], None, "without its only mention the theme would have no score"),
        ([0.5, 0.5], None, "nothing; no review alone moves it by 0.01"),
    ],
)
def test_where_there_is_nothing_to_say(values: list[float], before: list[float] | None, said: str) -> None:
    """Why there is no trend, or no review that moves the score, is said."""
    assert said in " ".join(theme_text(told_of(values, before)).split())


def test_a_sum_that_does_not_fit_is_told() -> None:
    """Mentions that are gone, or that add up to something else, are told with both values."""
    told = explain_theme(theme_of(GOOD), run_head(), mentions_of(GOOD[:3]), 10)
    assert told.problems == (
        "mentions: its terms make 3, stored is 4",
        "positive mentions: its terms make 2, stored is 3",
        "sum of W: its terms make 0.9, stored is 1.8",
        "sum of |W|: its terms make 1.5, stored is 2.4",
    )


def test_a_formula_that_does_not_fit_is_told() -> None:
    """A score, S or trend that its stored terms do not make is named."""
    theme = structs.replace(theme_of(GOOD, BAD), score=7.0, sentiment=0.7)
    problems = explain_theme(theme, run_head(), mentions_of(GOOD), 10).problems
    assert [problem.split(":")[0] for problem in problems] == ["S_theme", "score", "trend"]


def test_a_superseded_run_has_its_sums() -> None:
    """Where mentions are no longer kept one by one the sums still explain the score, and nothing is called wrong."""
    told = explain_theme(theme_of(GOOD), run_head(superseded_by="run-2"), [], 10)
    text = " ".join(theme_text(told).split())
    assert told.problems == ()
    assert "superseded by run run-2" in text
    assert text.endswith("not known, since its mentions are not kept one by one.")


def test_mentions_that_are_gone_from_a_run_that_counts() -> None:
    """No mention at all is only right where the run is superseded."""
    assert explain_theme(theme_of(GOOD), run_head(), [], 10).problems[0].startswith("mentions: its terms make 0")
