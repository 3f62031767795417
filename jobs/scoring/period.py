"""A scoring period: two days, both inclusive, in a tenant's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

LONGEST_DAYS = 365
"""The last day may lie this many days after the first."""
_FIRST, _LAST = date(1970, 1, 1), date(2199, 12, 31)
_ONE_DAY = timedelta(days=1)


class PeriodError(ValueError):
    """A period cannot be scored; the text says why."""


class Period(Struct, frozen=True):
    """The days from `start` to `end` where `zone` is the wall clock; make it by `Period.of`."""

    start: date
    end: date
    zone: str

    @classmethod
    def of(cls, start: date, end: date, zone: str) -> Period:
        """A period that can be scored. Raises PeriodError."""
        if not start <= end:
            raise PeriodError(f"periodEnd {end} is before periodStart {start}")
        if (end - start).days > LONGEST_DAYS:
            raise PeriodError(f"periodEnd {end} is more than {LONGEST_DAYS} days after periodStart {start}")
        if start < _FIRST or end > _LAST:
            raise PeriodError(f"the period {start} to {end} must lie within {_FIRST.year} to {_LAST.year}")
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise PeriodError(f"{zone!r} is no IANA time zone: correct the tenant's timezone") from None
        return cls(start, end, zone)

    @property
    def begins_at(self) -> datetime:
        """The instant (UTC) at which the first day begins."""
        return self._midnight(self.start)

    @property
    def ends_before(self) -> datetime:
        """The instant (UTC) at which the day after the last begins."""
        return self._midnight(self.end + _ONE_DAY)

    @property
    def preceding(self) -> Period:
        """The equally long period that ends the day before this one begins."""
        return Period(self.start - (self.end - self.start) - _ONE_DAY, self.start - _ONE_DAY, self.zone)

    def contains(self, at: datetime) -> bool:
        """Whether the aware instant lies within the period."""
        return self.begins_at <= at < self.ends_before

    def age_days(self, at: datetime) -> int:
        """Whole calendar days from the instant's local day to the period's last, at least 0."""
        return max(0, (self.end - at.astimezone(ZoneInfo(self.zone)).date()).days)

    def _midnight(self, day: date) -> datetime:
        # Where clocks skip midnight, fold 0 counts on from the old offset: the moment at which they skip it.
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)
