"""Limits as they are set at run time: checked, as they are stored, and as the book tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from engine.errors import SettingError
from engine.streams.commands import number
from engine.types import Rate
from engine.views import Limit, LimitsView


class LimitSettings(TypedDict, total=False):
    """What can be set at run time; None takes back what was set."""

    rate: float | None
    burst: int | None
    max_active: int | None
    concurrency: int | None
    shared_rate: float | None
    shared_burst: int | None


_WHOLE = ("burst", "max_active", "concurrency", "shared_burst")
LIMITS = tuple(LimitSettings.__annotations__)


def limit_texts(settings: LimitSettings) -> dict[str, str]:
    """The settings as they are stored, each rate with its burst; SettingError for one that makes no sense."""
    return {name: _text(name, value) for name, value in _with_bursts(settings).items()}


def before_and_after(limits: LimitsView, values: Mapping[str, str]) -> str:
    """What each limit was and is: of run time if it was set there, else as configured."""
    said: list[str] = []
    for name, text in values.items():
        limit: Limit = getattr(limits, name)
        after = text or _shown(limit.configured)
        said.append(f"{name}: {_shown(limit.now)} -> {after}")
    return ", ".join(said)


def _shown(value: float | None) -> str:
    return "none" if value is None else number(value)


def _with_bursts(settings: LimitSettings) -> dict[str, object]:
    """The settings with the burst of each rate: the configured burst is that of the configured rate."""
    found: dict[str, object] = dict(settings)
    for rate, burst in (("rate", "burst"), ("shared_rate", "shared_burst")):
        if rate in found and burst not in found:
            value = found[rate]
            _text(rate, value)
            found[burst] = Rate(value).burst_size if isinstance(value, int | float) else None
    return found


def _text(name: str, value: object) -> str:
    if name not in LIMITS:
        raise SettingError(f"no limit {name!r}; the limits: {', '.join(LIMITS)}")
    if value is None:
        return ""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 10**9:
        raise SettingError(f"{name} must be above 0 and finite, not {value!r}; to stop the queue, pause it")
    if name in _WHOLE and value != int(value):
        raise SettingError(f"{name} must be a whole number, not {value!r}")
    return number(int(value) if name in _WHOLE else float(value))
