"""Numbers and times in few cells, never more than is true."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_tui.text import age, clock, count, due, exact, lasted, moment, percent, rate, size, stamp

AT = 1_792_072_991_112  # 2026-10-15 14:03:11.112 UTC
S, M, H, D = 1_000, 60_000, 3_600_000, 86_400_000
SOUTH = timezone(timedelta(hours=2))


def test_counts() -> None:
    """Three digits and a unit, cut and not rounded up."""
    numbers = [None, 0, 911, 999, 1_000, 8_799, 12_400, 48_000, 118_999, 999_999, 1_020_000, 12_345_678, 10**9, 10**30]
    assert [count(number) for number in numbers] == [
        "-", "0", "911", "999", "1.0k", "8.7k", "12.4k", "48.0k", "118k", "999k", "1.02M", "12.3M", "1.00G", ">999E",
    ]  # fmt: skip
    assert [count(-5), count(-1_500)] == ["-5", "-1.5k"]
    assert [exact(1_018), exact(None)] == ["1,018", "-"]


@given(st.integers(min_value=0, max_value=2**70))
def test_counts_and_sizes_take_five_cells(number: int) -> None:
    """Whatever Redis may count."""
    assert len(count(number)) <= 5
    assert len(size(number)) <= 5


def test_sizes() -> None:
    """By powers of 1,024."""
    numbers = [None, 0, 512, 1_024, 1_018, 215 * 1024**2, int(1.9 * 1024**3), 4 * 1024**3]
    assert [size(number) for number in numbers] == ["-", "0B", "512B", "1.0K", "0.9K", "215M", "1.89G", "4.00G"]


def test_ages() -> None:
    """One unit; a clock that runs ahead makes nothing younger than now."""
    times = [None, -5, 0, 12 * S, 41 * M + 59 * S, 2 * H, 3 * D, 364 * D, 800 * D]
    assert [age(ms) for ms in times] == ["-", "0s", "0s", "12s", "41m", "2h", "3d", "364d", "2y"]


def test_durations() -> None:
    """Two units where one would say too little."""
    times = [None, -1, 0, 812, 30_050, 59_999, 21 * M + 10 * S, 41 * M + 2 * S, 3 * H + 17 * M, 2 * D + 4 * H]
    assert [lasted(ms) for ms in times] == [
        "-", "0ms", "0ms", "812ms", "30.0s", "59.9s", "21m10s", "41m02s", "3h17m", "2d04h",
    ]  # fmt: skip


def test_what_is_to_come() -> None:
    """In how long, now, or how late."""
    assert [due(ms) for ms in [None, 4 * S, 999, -999, -9 * M]] == ["-", "in 4s", "now", "now", "late 9m"]


def test_shares() -> None:
    """Only nothing is 0.0%, only all is 100%."""
    shares = [None, float("nan"), 0.0, 0.0001, 0.001, 0.02, 0.029, 0.0999, 0.1, 0.57, 0.9999, 1.0, 1.5]
    assert [percent(share) for share in shares] == [
        "-", "-", "0.0%", "<0.1%", "0.1%", "2.0%", "2.9%", "9.9%", "10%", "57%", "99%", "100%", "150%",
    ]  # fmt: skip


def test_rates() -> None:
    """By the minute where a second is too short to count in."""
    rates = [None, 0.0, 0.05, 0.5, 1.0, 2.5, 10.0, 598.0, 12_345.0]
    assert [rate(per_s) for per_s in rates] == ["-", "0/s", "3/m", "30/m", "1/s", "2.5/s", "10/s", "598/s", "12.3k/s"]


def test_moments_of_today_have_a_time_others_a_date() -> None:
    """UTC has a Z."""
    assert moment(AT, "utc", AT + H) == "14:03:11Z"
    assert moment(AT - D, "utc", AT) == "10-14 14:03Z"
    assert moment(AT - 400 * D, "utc", AT) == "2025-09-10"
    assert moment(AT, "local", AT, SOUTH) == "16:03:11"
    assert moment(None, "utc", AT) == "-"


def test_moments_as_ages() -> None:
    """By the time that is given, which is the server's."""
    assert [moment(AT, "relative", AT + 41 * M), moment(AT + 4 * S, "relative", AT)] == ["41m ago", "in 4s"]


def test_stamps_say_everything() -> None:
    """Date, time and offset."""
    assert stamp(AT) == "2026-10-15 14:03:11Z"
    assert stamp(AT, "local", SOUTH) == "2026-10-15 16:03:11+02:00"
    assert [clock(AT), clock(AT, "local", SOUTH)] == ["14:03:11.112", "16:03:11.112"]


@pytest.mark.parametrize("ms", [-(10**18), -1, 0, 253_402_300_800_000, 10**18])
def test_a_moment_that_no_calendar_holds_is_its_number(ms: int) -> None:
    """Nothing raises, whatever a record says."""
    assert stamp(ms, "local") == f"{ms} ms"
    assert clock(ms) == f"{ms} ms"
    assert moment(ms, "local", AT) == f"{ms} ms"
