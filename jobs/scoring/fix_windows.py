"""The days before and after a task that a FixScore compares."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from jobs.scoring.parameters import FixTracking
from jobs.scoring.period import Period, PeriodError

LONGEST_BEFORE_DAYS = 365
"""So far back reviews count if the usual days before a task have none."""
_ONE_DAY = timedelta(days=1)


class FixError(ValueError):
    """A task cannot be measured; the text says why."""


class FixWindows(Struct, frozen=True, kw_only=True):
    """Two periods, each scored as of its own last day; the day of completion is the first of `after`.

    `extended`: `before` goes back further than usual. `open`: `after` was not over when it was measured.
    """

    completed_on: date
    before: Period
    after: Period
    extended: bool = False
    open: bool

    def further_back(self) -> FixWindows:
        """The same with the 365 days before the task. Raises FixError."""
        before = _period(self.completed_on, -LONGEST_BEFORE_DAYS, -1, self.before.zone)
        return structs.replace(self, before=before, extended=True)


def windows_around(completed_at: datetime, zone: str, tracking: FixTracking, until: date) -> FixWindows:
    """The windows of a task: as many days as `tracking` says, none after `until` but the day of completion itself.

    Raises FixError if they leave the years that can be scored.
    """
    try:
        completed_on = completed_at.astimezone(ZoneInfo(zone)).date()
    except (OverflowError, ValueError):  # which of them a year past 9999 is depends on the version of Python
        raise FixError(f"it was completed at {completed_at}: correct its completed_at") from None
    whole = _period(completed_on, 0, tracking.post_window_days - 1, zone)
    end = min(whole.end, max(completed_on, until))
    return FixWindows(
        completed_on=completed_on,
        before=_period(completed_on, -tracking.pre_window_days, -1, zone),
        after=structs.replace(whole, end=end),
        open=end < whole.end,
    )


def days_of(period: Period) -> int:
    """How many days the period has."""
    return (period.end - period.start).days + 1


def _period(day: date, first: int, last: int, zone: str) -> Period:
    try:
        return Period.of(day + first * _ONE_DAY, day + last * _ONE_DAY, zone)
    except (PeriodError, OverflowError) as error:
        raise FixError(f"the days around {day} cannot be scored ({error}): correct its completed_at") from None
