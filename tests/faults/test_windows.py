"""What tells whether a limit was kept, on invented starts."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.windows import most_over, share_used

_START_US = 1_700_000_000_000_000


@given(
    st.lists(st.integers(0, 3_000_000), min_size=1, max_size=30),
    st.sampled_from([0.5, 10.0, 100.0]),
    st.integers(1, 5),
)
def test_the_worst_window_is_found(offsets_us: list[int], rate: float, burst: int) -> None:
    """One pass finds what looking at every window finds."""
    starts = sorted(_START_US + offset for offset in offsets_us)
    windows = combinations_with_replacement(range(len(starts)), 2)
    worst = max(last - first + 1 - burst - rate * (starts[last] - starts[first]) / 1_000_000 for first, last in windows)
    assert most_over(starts, rate, burst) == pytest.approx(worst, abs=1e-9)


def test_one_start_too_many_is_seen() -> None:
    """Starts as fast as the limit lets pass it by nothing; one a microsecond sooner passes it."""
    exact = [_START_US + n * 100_000 for n in range(100)]
    assert most_over(exact, 10, 1) == 0
    assert most_over([*exact[:-1], exact[-1] - 1], 10, 1) == pytest.approx(1e-5)
    assert most_over([*exact, exact[50]], 10, 1) == 1


def test_the_share_that_was_used() -> None:
    """Starts at the rate use it wholly, whatever the burst before them; half as many use half; none, nothing."""
    starts = [_START_US + n * 100_000 for n in range(101)]
    end_us = starts[-1]
    assert share_used(starts, 10, 1, end_us) == 1
    assert share_used([_START_US] * 4 + starts, 10, 5, end_us) == 1
    assert share_used(starts[::2], 10, 1, end_us) == 0.5
    assert share_used(starts[:5], 10, 5, end_us) == 0
