"""Scoring periods: two inclusive days in a zone, through changes of its clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.scoring.period import Period, PeriodError

ZONES = ["Africa/Johannesburg", "UTC", "America/New_York", "Asia/Beirut", "Pacific/Apia", "Asia/Kathmandu"]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # year, month, day and what follows


def test_days_are_local_and_inclusive() -> None:
    """January in Johannesburg begins at 22:00 UTC the day before and holds all of the 31st."""
    january = Period.of(date(2026, 1, 1), date(2026, 1, 31), "Africa/Johannesburg")
    assert (january.begins_at, january.ends_before) == (utc(2025, 12, 31, 22), utc(2026, 1, 31, 22))
    assert january.contains(utc(2026, 1, 31, 21, 59))
    assert not january.contains(utc(2026, 1, 31, 22))


def test_one_day_is_a_period() -> None:
    """Start and end may be the same day."""
    day = Period.of(date(2026, 5, 4), date(2026, 5, 4), "UTC")
    assert day.ends_before - day.begins_at == timedelta(days=1)


def test_days_of_a_clock_change_are_shorter_or_longer() -> None:
    """New York's 8 March 2026 has 23 hours, its 1 November 25."""
    spring = Period.of(date(2026, 3, 8), date(2026, 3, 8), "America/New_York")
    autumn = Period.of(date(2026, 11, 1), date(2026, 11, 1), "America/New_York")
    assert spring.ends_before - spring.begins_at == timedelta(hours=23)
    assert autumn.ends_before - autumn.begins_at == timedelta(hours=25)


def test_a_midnight_that_does_not_exist() -> None:
    """Beirut's clocks skip from 00:00 to 01:00 on 30 March 2025: the day begins at that moment."""
    day = Period.of(date(2025, 3, 30), date(2025, 3, 30), "Asia/Beirut")
    assert day.begins_at == utc(2025, 3, 29, 22)
    assert day.ends_before - day.begins_at == timedelta(hours=23)


def test_age_counts_local_days() -> None:
    """A review of 23:00 UTC is of the next day in Johannesburg; one after the period has age 0."""
    january = Period.of(date(2026, 1, 1), date(2026, 1, 31), "Africa/Johannesburg")
    assert january.age_days(utc(2026, 1, 30, 21)) == 1
    assert january.age_days(utc(2026, 1, 30, 23)) == 0
    assert january.age_days(utc(2026, 2, 3)) == 0


def test_preceding_is_equally_long() -> None:
    """Before 1 to 31 March come the 31 days from 29 January to 28 February."""
    preceding = Period.of(date(2026, 3, 1), date(2026, 3, 31), "UTC").preceding
    assert (preceding.start, preceding.end) == (date(2026, 1, 29), date(2026, 2, 28))


def test_the_longest_period() -> None:
    """365 days from first to last are allowed, 366 are not."""
    start = date(2025, 1, 1)
    longest = Period.of(start, start + timedelta(days=365), "UTC")
    assert longest.end == date(2026, 1, 1)
    with pytest.raises(PeriodError, match="more than 365 days"):
        Period.of(start, start + timedelta(days=366), "UTC")


@pytest.mark.parametrize(
    ("start", "end", "zone", "why"),
    [
        (date(2026, 2, 1), date(2026, 1, 1), "UTC", "is before"),
        (date(1, 1, 1), date(1, 1, 2), "UTC", "must lie within"),
        (date(9999, 12, 31), date(9999, 12, 31), "UTC", "must lie within"),
        (date(2026, 1, 1), date(2026, 1, 2), "Mars/Olympus", "no IANA time zone"),
        (date(2026, 1, 1), date(2026, 1, 2), "../etc/passwd", "no IANA time zone"),
        (date(2026, 1, 1), date(2026, 1, 2), "", "no IANA time zone"),
    ],
)
def test_what_cannot_be_scored_is_refused(start: date, end: date, zone: str, why: str) -> None:
    """Days the wrong way round, out of range, or in no known zone are refused by name."""
    with pytest.raises(PeriodError, match=why):
        Period.of(start, end, zone)


@given(
    start=st.dates(date(1970, 1, 1), date(2190, 1, 1)),
    days=st.integers(0, 365),
    zone=st.sampled_from(ZONES),
    at=st.floats(0, 1, exclude_max=True),
)
def test_periods_join_without_a_gap(start: date, days: int, zone: str, at: float) -> None:
    """The preceding period ends where the period begins, and an instant within has an age within its days."""
    period = Period.of(start, start + timedelta(days=days), zone)
    assert period.preceding.ends_before == period.begins_at
    assert period.preceding.end - period.preceding.start == period.end - period.start
    instant = period.begins_at + (period.ends_before - period.begins_at) * at
    if period.contains(instant):
        assert 0 <= period.age_days(instant) <= days
