"""Medians, quantiles and paired ratios of the benchmarks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.spreads import Spread, paired, quantile, spread, steady

values = st.lists(st.floats(min_value=0.001, max_value=1e6), min_size=1, max_size=50)


def test_a_spread_is_the_median_and_the_ends() -> None:
    """The order of the rounds does not matter."""
    assert spread([5.0, 1.0, 3.0]) == Spread(median=3.0, least=1.0, most=5.0, count=3)


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 50.0), (0.99, 99.0), (0.999, 100.0), (1.0, 100.0), (0.0, 1.0), (0.005, 1.0)]
)
def test_a_quantile_is_a_value_that_was_measured(share: float, value: float) -> None:
    """It is the least one that this share does not pass; nothing is interpolated."""
    assert quantile([float(n) for n in range(100, 0, -1)], share) == value


@given(values, st.floats(min_value=0, max_value=1))
def test_no_more_than_the_rest_passes_a_quantile(found: list[float], share: float) -> None:
    """For any values: at least the share is at or below it."""
    at = quantile(found, share)
    assert at in found
    assert sum(value <= at for value in found) >= share * len(found) - 1e-9


def test_a_rate_is_that_of_places_that_are_all_taken() -> None:
    """Ten at once each second are 10 a second, though the first ten of thirty starts took no time at all."""
    second = 1_000_000_000
    starts = [n // 10 * second for n in range(30)]
    assert steady(starts, at_once=10) == 10
    assert steady(list(reversed(starts)), at_once=10) == 10


@pytest.mark.parametrize("at_once", [0, 1, 100])
def test_a_rate_needs_no_more_starts_than_two(at_once: int) -> None:
    """Fewer starts than places leave the second half of them."""
    assert steady([0, 500_000_000], at_once) == 2


def test_ratios_are_made_within_a_round() -> None:
    """A round that only one side played gives none; the order of the samples does not matter."""
    mine = [(2, 90.0), (0, 100.0), (1, 200.0)]
    theirs = [(0, 50.0), (1, 50.0), (3, 1.0)]
    assert paired(mine, theirs, "higher") == [2.0, 4.0]


def test_a_ratio_above_one_is_better_whichever_way_is_good() -> None:
    """Where less is better, half of it is twice as good."""
    assert paired([(0, 5.0)], [(0, 10.0)], "lower") == [2.0]


def test_nothing_is_divided_by_nothing() -> None:
    """A round whose divisor is 0 gives no ratio."""
    assert paired([(0, 1.0), (1, 2.0)], [(0, 0.0), (1, 1.0)], "higher") == [2.0]


@given(values)
def test_ratios_of_a_side_to_itself_are_one(found: list[float]) -> None:
    """Both ways."""
    rounds = list(enumerate(found))
    assert paired(rounds, rounds, "higher") == paired(rounds, rounds, "lower") == [1.0] * len(found)
