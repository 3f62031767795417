"""Moments as people and exports write them: pure. ValueError says what is wrong with any other."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from msgspec import Struct

from jobs.connectors.files.values import shown

_YEARS = range(1990, 2101)
"""Reviews lie here; anything else is a misread column."""

_WIDEST_OFFSET = timedelta(hours=14)

_CLOCK = (
    r"(?:(?:T|,?\s{1,3})(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?:\s?(?P<half>[AP])\.?M\.?)?)?(?:\s?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d))?"
)
_ISO = re.compile(
    rf"(?P<year>\d{{4}})([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_CLOCK}", re.ASCII | re.IGNORECASE
)
_SLASHED = re.compile(
    rf"(?P<one>\d{{1,2}})([-/.])(?P<two>\d{{1,2}})\2(?P<year>\d{{4}}){_CLOCK}", re.ASCII | re.IGNORECASE
)
_EPOCH = re.compile(r"(-?\d{1,15})(?:\.(\d{1,9}))?", re.ASCII)
_FORMS = "write 2026-01-31, 31/01/2026, either with a time, or seconds since 1970"


class Calendar(Struct, frozen=True):
    """How dates are meant that do not say it themselves."""

    zone: tzinfo
    day_first: bool = True


def read_date(text: str, calendar: Calendar) -> datetime:
    """The moment in UTC: an ISO date or time, day and month with the year last, or seconds since 1970.

    Without a zone it is the calendar's; of 03/04/2026 the calendar says which is the day, of 13/04/2026 the 13 does.
    """
    plain = text.strip()
    if not plain:
        raise ValueError("is missing")
    if found := _EPOCH.fullmatch(plain):
        return _epoch(found, text)
    if found := _ISO.fullmatch(plain):
        return _moment(found, int(found["month"]), int(found["day"]), calendar.zone)
    if found := _SLASHED.fullmatch(plain):
        one, two = int(found["one"]), int(found["two"])
        day_first = one > 12 or (two <= 12 and calendar.day_first)
        day, month = (one, two) if day_first else (two, one)
        return _moment(found, month, day, calendar.zone)
    raise ValueError(f"is not a date: {shown(text)}; {_FORMS}")


def _epoch(found: re.Match[str], text: str) -> datetime:
    seconds = int(found[1])
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"is no number of seconds since 1970: {shown(text)}") from None
    if moment.year not in _YEARS:
        raise ValueError(f"is not between 1990 and 2100 as seconds since 1970: {shown(text)}")
    return moment + timedelta(microseconds=int((found[2] or "0")[:6].ljust(6, "0")))


def _moment(found: re.Match[str], month: int, day: int, zone: tzinfo) -> datetime:
    year = int(found["year"])
    if year not in _YEARS:
        raise ValueError(f"is not between 1990 and 2100: {shown(found[0])}")
    try:
        local = datetime(
            year,
            month,
            day,
            _hour(found),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            int((found["fraction"] or "0")[:6].ljust(6, "0")),
            tzinfo=_zone(found["zone"]) or zone,
        )
    except ValueError as error:
        raise ValueError(f"is not a real date: {shown(found[0])} ({error})") from None
    return local.astimezone(UTC)


def _hour(found: re.Match[str]) -> int:
    hour = int(found["hour"] or 0)
    if found["half"] is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("hour must be in 1..12 with AM or PM")
    return hour % 12 + (12 if found["half"] in "pP" else 0)


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    if offset > _WIDEST_OFFSET:
        raise ValueError("no zone is that far from UTC")
    return timezone(-offset if text[0] == "-" else offset)
