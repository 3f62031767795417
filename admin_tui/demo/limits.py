"""Limits of the fake that are set at run time, and what the book says of them."""

from __future__ import annotations

from engine import Limit, LimitSettings, LimitsView, Rate, SettingError

_KNOWN = tuple(LimitSettings.__annotations__)
_WHOLE = ("burst", "max_active", "concurrency", "shared_burst")


def change(kept: dict[str, float], settings: LimitSettings) -> bool:
    """These limits are set, each rate with its burst; whether that changed anything."""
    before = dict(kept)
    for name, value in with_bursts(settings).items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    return before != kept


def with_bursts(settings: LimitSettings) -> dict[str, float | None]:
    """What is set: a rate brings a tenth of a second's worth as its burst, unless one is given."""
    given = {name: _checked(name, value) for name, value in settings.items()}
    for rate, burst in (("rate", "burst"), ("shared_rate", "shared_burst")):
        if rate in given and burst not in given:
            value = given[rate]
            given[burst] = None if value is None else Rate(value).burst_size
    return given


def before_and_after(before: LimitsView, after: LimitsView, settings: LimitSettings) -> str:
    """What each limit was and is."""
    return ", ".join(f"{name}: {_now(before, name)} -> {_now(after, name)}" for name in with_bursts(settings))


def _now(view: LimitsView, name: str) -> str:
    limit: Limit = getattr(view, name)
    return "none" if limit.now is None else f"{limit.now:g}"


def _checked(name: str, value: object) -> float | None:
    if name not in _KNOWN:
        raise SettingError(f"no limit {name!r}; the limits: {', '.join(_KNOWN)}")
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 10**9:
        raise SettingError(f"{name} must be above 0 and finite, not {value!r}; to stop the queue, pause it")
    if name in _WHOLE and value != int(value):
        raise SettingError(f"{name} must be a whole number, not {value!r}")
    return float(value)
