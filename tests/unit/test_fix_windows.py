"""The days that a FixScore compares: local, side by side, never past what had happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.scoring.fix_windows import FixError, days_of, windows_around
from jobs.scoring.parameters import FixTracking

LATER = date(2027, 1, 1)
ZONES = ("UTC", "Africa/Johannesburg", "America/New_York", "Europe/London", "America/Sao_Paulo", "Pacific/Kiritimati")


def test_usual_days() -> None:
    """90 days up to the day before; 60 days from the day of completion on."""
    windows = windows_around(datetime(2026, 1, 10, 9, tzinfo=UTC), "UTC", FixTracking(), LATER)
    assert (windows.completed_on, windows.extended, windows.open) == (date(2026, 1, 10), False, False)
    assert (windows.before.start, windows.before.end) == (date(2025, 10, 12), date(2026, 1, 9))
    assert (windows.after.start, windows.after.end) == (date(2026, 1, 10), date(2026, 3, 10))
    assert (days_of(windows.before), days_of(windows.after)) == (90, 60)


def test_days_of_the_parameters() -> None:
    """The parameters say how many days each side has."""
    tracking = FixTracking(pre_window_days=7, post_window_days=14)
    windows = windows_around(datetime(2026, 1, 10, 9, tzinfo=UTC), "UTC", tracking, LATER)
    assert (days_of(windows.before), days_of(windows.after)) == (7, 14)


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("Africa/Johannesburg", datetime(2026, 1, 9, 22, 0, tzinfo=UTC), date(2026, 1, 10)),
        ("Africa/Johannesburg", datetime(2026, 1, 9, 21, 59, tzinfo=UTC), date(2026, 1, 9)),
        ("America/New_York", datetime(2026, 3, 9, 3, 59, tzinfo=UTC), date(2026, 3, 8)),
        ("Pacific/Kiritimati", datetime(2026, 1, 9, 10, 0, tzinfo=UTC), date(2026, 1, 10)),
    ],
)
def test_the_day_is_the_tenants(zone: str, at: datetime, day: date) -> None:
    """A task belongs to the day that it was at the branch when it was completed."""
    assert windows_around(at, zone, FixTracking(), LATER).completed_on == day


def test_days_that_clocks_change_count_whole() -> None:
    """In New York the 8th of March 2026 has 23 hours; it is one day, and the days beside it stay whole."""
    at = datetime(2026, 3, 9, 15, tzinfo=UTC)
    windows = windows_around(at, "America/New_York", FixTracking(pre_window_days=7, post_window_days=7), LATER)
    assert windows.before.ends_before - windows.before.begins_at == timedelta(days=7, hours=-1)
    assert windows.before.ends_before == windows.after.begins_at == datetime(2026, 3, 9, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("until", "end"),
    [
        (date(2026, 1, 9), date(2026, 1, 10)),
        (date(2026, 1, 10), date(2026, 1, 10)),
        (date(2026, 3, 9), date(2026, 3, 9)),
        (date(2026, 3, 10), date(2026, 3, 10)),
        (date(2026, 3, 11), date(2026, 3, 10)),
    ],
)
def test_an_open_window_ends_where_the_present_does(until: date, end: date) -> None:
    """No day after `until` is in it, but the day of completion always is; cut short, it is open."""
    windows = windows_around(datetime(2026, 1, 10, 9, tzinfo=UTC), "UTC", FixTracking(), until)
    assert (windows.after.start, windows.after.end) == (date(2026, 1, 10), end)
    assert windows.open == (end < date(2026, 3, 10))


def test_further_back() -> None:
    """365 days, up to the same day before the task."""
    windows = windows_around(datetime(2026, 1, 10, 9, tzinfo=UTC), "UTC", FixTracking(), LATER).further_back()
    assert (windows.before.start, windows.before.end) == (date(2025, 1, 10), date(2026, 1, 9))
    assert (days_of(windows.before), windows.extended) == (365, True)


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (datetime.max.replace(tzinfo=UTC), "correct its completed_at"),
        (datetime(1970, 1, 2, tzinfo=UTC), "must lie within 1970"),
        (datetime(2199, 12, 1, tzinfo=UTC), "must lie within 1970"),
    ],
)
def test_days_out_of_reach_are_refused(at: datetime, why: str) -> None:
    """A task of no sensible time has no windows, and the text says why."""
    with pytest.raises(FixError, match=why):
        windows_around(at, "Africa/Johannesburg", FixTracking(), LATER)


@given(
    at=st.datetimes(datetime(1975, 1, 1), datetime(2190, 1, 1)),  # noqa: DTZ001 - the zone is given beside it
    zone=st.sampled_from(ZONES),
    before=st.integers(7, 90),
    after=st.integers(7, 90),
    days_since=st.integers(-5, 120),
)
def test_windows_touch_and_never_overlap(at: datetime, zone: str, before: int, after: int, days_since: int) -> None:
    """Whatever the moment and the zone, one window ends where the other begins, which is the task's own day."""
    completed_at = at.replace(tzinfo=UTC)
    tracking = FixTracking(pre_window_days=before, post_window_days=after)
    windows = windows_around(completed_at, zone, tracking, completed_at.date() + timedelta(days=days_since))
    assert windows.before.ends_before == windows.after.begins_at
    assert windows.after.contains(completed_at)
    assert days_of(windows.before) == before
    assert 1 <= days_of(windows.after) <= after
    assert windows.open == (days_of(windows.after) < after)
