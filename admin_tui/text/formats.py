"""Numbers and times as an operator reads them: short, of steady width, and never more than is true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from admin_tui.text.safe import Safe

Times = Literal["utc", "local", "relative"]
"""How points in time are shown."""
NOTHING = Safe("-")
"""Where there is no value."""
_LATEST_MS = 253_402_300_800_000  # the year 10000, which datetime does not know
_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000


def count(number: int | None) -> Safe:
    """A number in at most five cells, cut and never rounded up: 911, 8.8k, 118k, 1.02M."""
    if number is None:
        return NOTHING
    return Safe(f"-{_scaled(-number, 1000)}" if number < 0 else _scaled(number, 1000))


def exact(number: int | None) -> Safe:
    """A number with all its digits: 1,018."""
    return NOTHING if number is None else Safe(f"{number:,}")


def size(number: int | None) -> Safe:
    """So many bytes, by powers of 1,024: 512B, 1.2K, 210M."""
    if number is None:
        return NOTHING
    return Safe(f"{number}B" if number < 1000 else _scaled(number, 1024).upper())


def _scaled(number: int, step: int) -> str:
    """Three digits at most and a unit, in whole numbers throughout: no float makes 999,999 a million."""
    if number < 1000:
        return str(number)
    unit, power = "k", step
    for larger in "MGTPE":
        if number < 1000 * power:
            break
        unit, power = larger, power * step
    whole = number // power
    if whole >= 1000:
        return f">999{unit}"
    if whole >= 100:
        return f"{whole}{unit}"
    tenths = number * 10 // power % 10
    if whole >= 10 or unit == "k":
        return f"{whole}.{tenths}{unit}"
    return f"{whole}.{number * 100 // power % 100:02}{unit}"


def age(ms: int | None) -> Safe:
    """How long ago, in one unit: 12s, 41m, 2h, 3d. A clock that runs ahead makes nothing younger than 0s."""
    if ms is None:
        return NOTHING
    for unit, name in ((365 * _DAY, "y"), (_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m")):
        if ms >= unit:
            return Safe(f"{ms // unit}{name}")
    return Safe(f"{max(ms, 0) // _SECOND}s")


def lasted(ms: int | None) -> Safe:
    """How long something took, in two units: 812ms, 30.0s, 21m10s, 3h17m, 2d04h."""
    if ms is None:
        return NOTHING
    ms = max(ms, 0)
    if ms < _SECOND:
        return Safe(f"{ms}ms")
    if ms < _MINUTE:
        return Safe(f"{ms // _SECOND}.{ms % _SECOND // 100}s")
    if ms < _HOUR:
        return Safe(f"{ms // _MINUTE}m{ms % _MINUTE // _SECOND:02}s")
    if ms < _DAY:
        return Safe(f"{ms // _HOUR}h{ms % _HOUR // _MINUTE:02}m")
    return Safe(f"{ms // _DAY}d{ms % _DAY // _HOUR:02}h")


def due(in_ms: int | None) -> Safe:
    """When something is to happen: in 4s, now, late 9m."""
    if in_ms is None:
        return NOTHING
    if abs(in_ms) < _SECOND:
        return Safe("now")
    return Safe(f"in {age(in_ms)}" if in_ms > 0 else f"late {age(-in_ms)}")


def percent(share: float | None) -> Safe:
    """A share of one: 0.0%, 2.0%, 99%. Only all is 100%, and only nothing is 0.0%."""
    if share is None or share != share:  # noqa: PLR0124 - not a number is unequal to itself
        return NOTHING
    if 0 < share < 0.001:
        return Safe("<0.1%")
    thousandths = int(share * 1000 + 1e-6)
    whole, tenths = divmod(thousandths, 10)
    return Safe(f"{whole}%" if whole >= 10 else f"{whole}.{tenths}%")


def rate(per_s: float | None) -> Safe:
    """So often in a second, or in a minute where that is too seldom to read: 598/s, 2.5/s, 6/m."""
    if per_s is None:
        return NOTHING
    if 0 < per_s < 0.95:
        return Safe(f"{_short(per_s * 60)}/m")
    return Safe(f"{_short(per_s)}/s")


def _short(number: float) -> str:
    if number >= 1000:
        return count(int(number))
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}".removesuffix(".0")


def moment(at_ms: int | None, times: Times, now_ms: int, zone: tzinfo | None = None) -> Safe:
    """A point in time: its clock time if that was today, else its date too, or how long ago; `zone`: the local one."""
    if at_ms is None:
        return NOTHING
    if times == "relative":
        return Safe(f"{age(now_ms - at_ms)} ago") if at_ms <= now_ms else due(at_ms - now_ms)
    at, now = _at(at_ms, times, zone), _at(now_ms, times, zone)
    if at is None or now is None:
        return Safe(f"{at_ms} ms")
    mark = "Z" if times == "utc" else ""
    if at.date() == now.date():
        return Safe(f"{at:%H:%M:%S}{mark}")
    far = abs(at - now) > timedelta(days=300)
    return Safe(f"{at.year:04}-{at:%m-%d}" if far else f"{at:%m-%d %H:%M}{mark}")


def stamp(at_ms: int | None, times: Times = "utc", zone: tzinfo | None = None) -> Safe:
    """A point in time in full, with its offset: 2026-10-13 14:03:22Z, 2026-10-13 16:03:22+02:00."""
    if at_ms is None:
        return NOTHING
    at = _at(at_ms, times, zone)
    if at is None:
        return Safe(f"{at_ms} ms")
    return Safe(at.isoformat(" ", "seconds").replace("+00:00", "Z"))


def clock(at_ms: int | None, times: Times = "utc", zone: tzinfo | None = None) -> Safe:
    """The time of day, to the millisecond as logs need it: 13:54:10.112."""
    if at_ms is None:
        return NOTHING
    at = _at(at_ms, times, zone)
    return Safe(f"{at_ms} ms") if at is None else Safe(at.time().isoformat("milliseconds"))


def _at(ms: int, times: Times, zone: tzinfo | None) -> datetime | None:
    """The moment; None for what no calendar holds."""
    if not _DAY <= ms < _LATEST_MS - _DAY:
        return None
    at = datetime.fromtimestamp(ms // 1000, UTC) + timedelta(milliseconds=ms % 1000)
    return at if times != "local" else at.astimezone(zone)
