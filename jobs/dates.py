"""Days and moments as callers give them: a date, an aware datetime, or ISO text. A naive datetime is refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

When = date | datetime | str
"""What callers may give; `date` alone is 00:00 UTC of that day."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.]\d{1,9})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_EXAMPLES = "as in 2024-01-31 or 2024-01-31T00:00:00Z"


def moment(value: When, field: str) -> datetime:
    """The instant in UTC that is meant; ValueError names `field` and says what is wrong."""
    if isinstance(value, str):
        return _parse(value, field)
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    if value.tzinfo is None or value.utcoffset() is None:
        raise ValueError(f"{field} is a datetime without a zone: give an aware one, or a date")
    return _in_utc(value, field)


def day(value: When, field: str) -> date:
    """The UTC date part of what is meant; ValueError names `field` and says what is wrong."""
    return moment(value, field).date()


def wire(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as JavaScript writes it; finer digits are kept where there are any."""
    precision = "microseconds" if at.microsecond % 1000 else "milliseconds"
    return at.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def _parse(text: str, field: str) -> datetime:
    try:
        if _DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        if _MOMENT.fullmatch(text):
            return _in_utc(datetime.fromisoformat(_microseconds(text)), field)
    except ValueError as error:
        raise ValueError(f"{field} is not a real date ({error})") from None
    raise ValueError(f"{field} must be a date, or a time with its zone, {_EXAMPLES}")


def _in_utc(value: datetime, field: str) -> datetime:
    try:
        return value.astimezone(UTC)
    except (OverflowError, ValueError):  # which of them depends on the version of Python
        raise ValueError(f"{field} lies outside the years 1 to 9999") from None


def _microseconds(text: str) -> str:
    """The text with its fraction cut to the six digits that a datetime holds."""
    return re.sub(r"([.]\d{6})\d+", r"\1", text)
