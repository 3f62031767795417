"""The explanation of a FixScore: its product can be redone from what is printed, and what does not fit is told."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from jobs.scoring.explaining import explain_fix, fix_text
from jobs.scoring.explaining.stored import StoredFix
from tests.support.explaining import figures, fix_of, run_head

impacts = st.lists(st.integers(-1_820_000, 1_820_000).map(lambda millionths: millionths / 1e6), max_size=30)


def text_of(fix: StoredFix) -> str:
    return fix_text(explain_fix(fix, run_head()))


def test_by_hand() -> None:
    """From S = -0.5 to 0.6 over seven reviews at confidence 0.7: 1.1 x ln 8 x 0.7."""
    assert text_of(fix_of([-0.9, 0.3, 0, 0], [0.8, -0.2, 0], pre_extended=True, post_open=True)) == WORKED


WORKED = """\
Task A second cook (task-1): FixScore 1.60
  theme Food (food), completed on 2026-01-10
Run run-1, 2025-11-02 to 2026-01-31 in UTC
  tenant t1: First; 3 reviews, finished 2026-02-01 06:00 UTC
  parameters default, rules default, text model model-1

        Days                     Reviews     sum of W   sum of |W|          S
Before  2025-10-12 to 2026-01-09       4    -0.600000     1.200000  -0.500000
After   2026-01-10 to 2026-03-10       3     0.600000     1.000000   0.600000
Before goes further back than usual: the usual days have no review of the theme.
After was not over yet: what comes until its last day will change it.

Change             1.100000  = S after - S before, within -2 to 2
x ln(1 + n)        2.079442  = ln(1 + 4 + 3)
x confidence       0.700000  MEDIUM, rule five-to-nine: SUFFICIENT_DATA
= FixScore         1.601170

Check: the stored terms make the stored values.
What would change it most: at full confidence, the FixScore would be 2.29
  (+0.69)."""


@given(impacts, impacts, st.floats(0, 1))
def test_the_printed_factors_make_the_printed_score(before: list[float], after: list[float], confidence: float) -> None:
    """Whoever goes from the printed sums to the product gets the stored FixScore; no line passes 80 columns."""
    fix = fix_of(before, after, confidence)
    told = explain_fix(fix, run_head())
    text = fix_text(told)
    assert told.problems == ()
    assert max(map(len, text.splitlines())) <= 80
    if fix.delta is not None:
        (_, _, s_before), (_, _, s_after) = figures(text, "Before"), figures(text, "After")
        assert figures(text, "Change") == [pytest.approx(s_after - s_before, abs=2e-6)]
        product = math.prod(figures(text, name)[0] for name in ("Change", "x ln(1 + n)", "x confidence"))
        assert product == pytest.approx(fix.fix_score, abs=1e-5)
        assert figures(text, "= FixScore") == [pytest.approx(fix.fix_score, abs=5.1e-7)]


@pytest.mark.parametrize(
    ("fix", "said"),
    [
        (fix_of([], [0.5]), "a review of the theme before it was completed: without one there is nothing to compare"),
        (fix_of([0.5], []), "a review of the theme since it was completed: without one there is nothing to compare"),
        (fix_of([0.5], [0.4]), "a change of S: it is the same on both sides"),
        (fix_of([-0.5], [0.5], 1), "with twice as many reviews of the same S, the FixScore would be 3.22 (+1.02)"),
        (fix_of([-0.5], [0.5], 0), "at full confidence, the FixScore would be 2.20 (+2.20)"),
    ],
)
def test_what_would_change_it_most(fix: StoredFix, said: str) -> None:
    """The last words say what holds the FixScore back: confidence, counts, or that there is nothing to compare."""
    assert said in " ".join(text_of(fix).split())


def test_what_does_not_fit_is_told() -> None:
    """A side, a change or a product that its stored terms do not make is named."""
    fix = structs.replace(fix_of([-0.5, 0.1], [0.5]), before=-0.5, delta=1.5)
    problems = explain_fix(fix, run_head()).problems
    assert [problem.split(":")[0] for problem in problems] == ["S before beside the terms", "change of S", "FixScore"]
