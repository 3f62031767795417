"""Histories and bars in cells: from zero up, and no data is not nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from admin_tui.draw.bar import bar
from admin_tui.draw.sparkline import sparkline, spread

VALUES = st.lists(st.none() | st.floats(min_value=0, max_value=1e12))


def test_a_steady_history_is_level_and_high() -> None:
    """It is drawn from zero, so that 100 beside 101 does not look like nothing beside all."""
    assert sparkline([7, 7, 7], 3) == "███"
    assert sparkline([100, 101, 100], 3) == "███"
    assert sparkline([0, 50, 100], 3) == "▁▅█"


def test_no_data_is_told_from_zero() -> None:
    """A dot for no data, the lowest block for zero; what is more than zero is higher, however little."""
    assert sparkline([None, 0, 0.001, 1000], 4) == "·▁▂█"
    assert sparkline([0, 0, 0], 3) == "▁▁▁"
    assert sparkline([None, None], 2) == "··"


def test_the_newest_values_are_shown_at_the_right() -> None:
    """Older ones are cut off; where there are too few, the older cells have no data."""
    assert sparkline([9, 9, 1, 2], 2) == "▅█"
    assert sparkline([1], 3) == "··█"
    assert sparkline([], 3) == "···"
    assert sparkline([1, 2], 0) == ""


def test_a_scale_of_its_own() -> None:
    """Several lines can share one; what is beyond its top is full."""
    assert sparkline([5, 10, 20], 3, top=10) == "▅██"


def test_ascii_only() -> None:
    """A blank for no data, `_` for zero."""
    assert sparkline([None, 0, 1, 50, 100], 5, ascii_only=True) == " _.-#"


@given(VALUES, st.integers(min_value=0, max_value=80), st.booleans())
def test_a_sparkline_has_exactly_its_cells(values: list[float | None], cells: int, ascii_only: bool) -> None:  # noqa: FBT001 - Hypothesis gives it
    """Whatever the values."""
    shown = sparkline(values, cells, ascii_only=ascii_only)
    assert len(shown) == cells
    assert shown.isascii() or not ascii_only


def test_values_are_summed_into_fewer_buckets() -> None:
    """A bucket of which nothing is known has no data; one with some has their sum."""
    assert spread([1, 2, None, 3, None, None], 3) == [3, 3, None]
    assert spread([1, 2], 5) == [1, 2]


@given(VALUES, st.integers(min_value=1, max_value=40))
def test_spreading_loses_nothing(values: list[float | None], cells: int) -> None:
    """The sum over all buckets stays the same."""
    assert abs(sum(filter(None, spread(values, cells))) - sum(filter(None, values))) <= 1e-6 * sum(filter(None, values))


def test_bars() -> None:
    """Only nothing is empty, only all is full, no data is blank."""
    assert [bar(share, 5) for share in (0, 0.001, 0.4, 0.999, 1, 7, -1)] == [
        ".....", "#....", "##...", "####.", "#####", "#####", ".....",
    ]  # fmt: skip
    assert [bar(None, 3), bar(float("nan"), 3), bar(0.5, 0)] == ["   ", "   ", ""]


@given(st.floats(), st.integers(min_value=0, max_value=80))
def test_a_bar_has_exactly_its_cells(share: float, cells: int) -> None:
    """Whatever the share."""
    assert len(bar(share, cells)) == cells
