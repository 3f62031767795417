"""Ratings, counts and dates as files hold them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.connectors.files.dates import Calendar, read_date
from jobs.connectors.files.values import read_count, read_id, read_rating, text_of

SAST = Calendar(ZoneInfo("Africa/Johannesburg"))
AMERICAN = Calendar(ZoneInfo("Africa/Johannesburg"), day_first=False)


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("", None),
        ("  ", None),
        ("4", 4.0),
        (" 4 ", 4.0),
        ("4.0", 4.0),
        ("4,5", 4.5),
        ("4.25", 4.3),
        ("4/5", 4.0),
        ("4,5 / 5", 4.5),
        ("8/10", 4.0),
        ("7/10", 3.5),
        ("4.0/5.0", 4.0),
        ("4 out of 5", 4.0),
        ("4 out of 5 stars", 4.0),
        ("5 stars", 5.0),
        ("1 star", 1.0),
        ("FIVE", 5.0),
        ("Three", 3.0),
        ("four stars", 4.0),
        ("FOUR_STARS", 4.0),
        ("★★★★☆", 4.0),
        ("★★★", 3.0),
        ("⭐️⭐️", 2.0),
        ("*****", 5.0),
    ],
)
def test_ratings(text: str, rating: float | None) -> None:
    """A rating is read from what people and exports write for it."""
    assert read_rating(text) == rating


@pytest.mark.parametrize("text", ["n/a", "good", "4/7", "4 5", "-4", "٤", "★★☆", "1e0", "nan", "4.", "FIVE/5"])
def test_no_ratings(text: str) -> None:
    """Anything else is refused with what to write."""
    with pytest.raises(ValueError, match=r"^is not a rating: .*; write 1 to 5, as in 4, 4\.5 or 4/5$"):
        read_rating(text)


@pytest.mark.parametrize("text", ["0", "0.9", "5.1", "6", "0/10", "1/10", "10", "100"])
def test_ratings_out_of_range(text: str) -> None:
    """A rating on another scale is refused, never squeezed into this one."""
    with pytest.raises(ValueError, match="is not between 1 and 5"):
        read_rating(text)


@given(st.decimals(min_value=1, max_value=5, places=1), st.sampled_from(["{}", "{}/5", "{} stars", " {} out of 5"]))
def test_tenths_are_exact(rating: object, form: str) -> None:
    """Every tenth from 1 to 5 is read as it is, with a point or a comma."""
    assert read_rating(form.format(rating)) == read_rating(form.format(rating).replace(".", ",")) == float(f"{rating}")


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("0", 0), ("12", 12), (" 7 ", 7), ("3.0", 3), ("9" * 12, 2**31 - 1)]
)
def test_counts(text: str, count: int) -> None:
    """A count is a whole number, 0 where there is none, and no more than its column holds."""
    assert read_count(text) == count


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "1,000", "²", "9" * 13])
def test_no_counts(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="is not a whole number from 0 on"):
        read_count(text)


def test_ids() -> None:
    """An id is one printable line of at most 512 characters."""
    assert read_id(" a b ") == "a b"
    for bad in ("a\x00b", "a\nb", "x" * 513, "a\u202eb"):
        with pytest.raises(ValueError, match="is too long or holds control characters"):
            read_id(bad)


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), ("x", "x"), (4, "4"), (4.0, "4"), (4.5, "4.5"), (True, "True"), ([1], "[1]")]
)
def test_json_values(value: object, text: str) -> None:
    """A JSON value is the text that a cell would hold."""
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", "2026-01-30T22:00:00"),
        ("2026-01-31T10:00", "2026-01-31T08:00:00"),
        ("2026-01-31 10:00:05", "2026-01-31T08:00:05"),
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00"),
        ("2026-01-31 10:00:00 UTC", "2026-01-31T10:00:00"),
        ("2026-01-31T10:00:00+0530", "2026-01-31T04:30:00"),
        ("2026-01-31T10:00:00.1234567Z", "2026-01-31T10:00:00.123456"),
        ("2026/1/5", "2026-01-04T22:00:00"),
        ("31/01/2026", "2026-01-30T22:00:00"),
        ("31.01.2026", "2026-01-30T22:00:00"),
        ("31-1-2026 09:30", "2026-01-31T07:30:00"),
        ("03/04/2026", "2026-04-02T22:00:00"),
        ("01/31/2026", "2026-01-30T22:00:00"),
        ("31/01/2026, 2:05 PM", "2026-01-31T12:05:00"),
        ("31/01/2026 12:05 a.m.", "2026-01-30T22:05:00"),
        ("1769853600", "2026-01-31T10:00:00"),
        ("1769853600.25", "2026-01-31T10:00:00.250000"),
    ],
)
def test_dates(text: str, moment: str) -> None:
    """A date is read in every usual form; where it names no zone it is the file's."""
    assert read_date(text, SAST) == datetime.fromisoformat(f"{moment}+00:00")


def test_day_or_month_first() -> None:
    """The setting decides which is the day, unless a number above 12 does."""
    assert read_date("03/04/2026", AMERICAN) == datetime(2026, 3, 3, 22, tzinfo=UTC)
    assert read_date("31/01/2026", AMERICAN) == read_date("31/01/2026", SAST)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is missing"),
        ("  ", "is missing"),
        ("yesterday", 'is not a date: "yesterday"; write 2026-01-31, 31/01/2026'),
        ("31/01/26", "is not a date"),
        ("2026-02-30", 'is not a real date: "2026-02-30" (day is out of range for month)'),
        ("31/02/2026", "is not a real date"),
        ("13/13/2026", "is not a real date"),
        ("2026-01-31T25:00", "is not a real date"),
        ("2026-01-31T10:00+15:00", 'is not a real date: "2026-01-31T10:00+15:00" (no zone is that far from UTC)'),
        ("31/01/2026 13:00 PM", "(hour must be in 1..12 with AM or PM)"),
        ("1989-12-31", "is not between 1990 and 2100"),
        ("01/01/2101", "is not between 1990 and 2100"),
        ("0", "is not between 1990 and 2100 as seconds since 1970"),
        ("-5", "is not between 1990 and 2100 as seconds since 1970"),
        ("20260131", "is not between 1990 and 2100 as seconds since 1970"),
        ("1769853600000", "is no number of seconds since 1970"),
        ("4102444800", None),
        ("4133980800", "is not between 1990 and 2100 as seconds since 1970"),
    ],
)
def test_no_dates(text: str, told: str | None) -> None:
    """What is no date is refused with the reason; it is never taken for now."""
    if told is None:
        assert read_date(text, SAST) == datetime(2100, 1, 1, tzinfo=UTC)
        return
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared below
        read_date(text, SAST)
    assert told in str(caught.value)


EARLIEST, LATEST = datetime.fromisoformat("1990-01-02"), datetime.fromisoformat("2100-12-30")
DAYS = st.dates(min_value=date(1990, 1, 2), max_value=date(2100, 12, 30))


@given(DAYS, st.booleans())
def test_a_day_over_12_decides(day: date, day_first: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever the setting, a day over 12 makes both orders the same day."""
    calendar = Calendar(UTC, day_first)
    told = read_date(f"{day:%Y-%m-%d}", calendar)
    assert told.date() == day
    if day.day > 12:
        assert read_date(f"{day:%d/%m/%Y}", calendar) == read_date(f"{day:%m/%d/%Y}", calendar) == told


@given(st.datetimes(EARLIEST, LATEST), st.timedeltas(timedelta(hours=-14), timedelta(hours=14)))
def test_moments_with_a_zone(at: datetime, offset: timedelta) -> None:
    """A moment that names its zone is the same moment under every setting."""
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    text = f"{at.isoformat()}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    expected = at.replace(tzinfo=UTC) - timedelta(minutes=minutes)
    assert read_date(text, SAST) == read_date(text, AMERICAN) == expected


@given(st.text(max_size=40))
def test_nothing_but_a_moment_or_an_error(text: str) -> None:
    """Any text gives an aware moment between 1989 and 2101 in UTC, or one kind of error."""
    try:
        found = read_date(text, SAST)
    except ValueError:
        return
    assert found.tzinfo is UTC
    assert 1989 <= found.year <= 2101
