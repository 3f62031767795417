"""What a limits editor was told: texts become settings, and what they would do is told before they hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, cast

from engine import Limit, LimitSettings, LimitsView, SettingError

Field = Literal["concurrency", "rate", "burst", "max_active", "shared_rate", "shared_burst"]
FIELDS: tuple[Field, ...] = ("concurrency", "rate", "burst", "max_active", "shared_rate", "shared_burst")
LABELS: dict[Field, str] = {
    "concurrency": "jobs at once in each worker",
    "rate": "starts a second",
    "burst": "of them at once",
    "max_active": "jobs at once over all workers",
    "shared_rate": "starts a second of all queues of the slot",
    "shared_burst": "of them at once",
}
_WHOLE = frozenset({"concurrency", "burst", "max_active", "shared_burst"})


def limit_of(limits: LimitsView, field: Field) -> Limit:
    """The limit of this name."""
    return cast("Limit", getattr(limits, field))


def texts(limits: LimitsView) -> dict[Field, str]:
    """What the fields hold at first: what was set at run time, nothing where the configured value holds."""
    return {field: _text(limit_of(limits, field).set) for field in FIELDS}


def settings(limits: LimitsView, typed: Mapping[Field, str]) -> LimitSettings:
    """Those that are another value than what is set now; an emptied field takes back what was set.

    SettingError for a text that is no number; whether the number is right is the engine's to say.
    """
    changed: dict[str, float | int | None] = {}
    for field, text in typed.items():
        value = _read(field, text.strip())
        if value != limit_of(limits, field).set:
            changed[field] = value
    return cast("LimitSettings", changed)


def back(limits: LimitsView, changed: LimitSettings) -> LimitSettings:
    """The settings that make it again as it was shown before the change; a rate that is taken back takes its burst."""
    names = set(changed) | {f"{name[:-4]}burst" for name in changed if name.endswith("rate")}
    earlier = {name: limit_of(limits, cast("Field", name)).set for name in sorted(names)}
    return cast(
        "LimitSettings",
        {name: value if value is None or name not in _WHOLE else int(value) for name, value in earlier.items()},
    )


class WhatIf(NamedTuple):
    """How long what waits takes now and with the new limits; None: nothing here bounds it."""

    now_s: float | None
    then_s: float | None


def what_if(limits: LimitsView, waiting: int, changed: LimitSettings) -> WhatIf:
    """How long what waits takes at the rates as they are and as they would be, if nothing else holds it back."""
    new = cast("Mapping[str, float | None]", changed)

    def rate(name: Field, *, changing: bool) -> float | None:
        limit = limit_of(limits, name)
        if not changing or name not in new:
            return limit.now
        return new[name] if new[name] is not None else limit.configured

    def drain_s(*, changing: bool) -> float | None:
        rates = [value for name in ("rate", "shared_rate") if (value := rate(name, changing=changing) or 0) > 0]
        return waiting / min(rates) if rates else None

    return WhatIf(drain_s(changing=False), drain_s(changing=True))


def _read(field: Field, text: str) -> float | int | None:
    if not text:
        return None
    try:
        return int(text) if field in _WHOLE else float(text)
    except ValueError:
        kind = "a whole number" if field in _WHOLE else "a number"
        raise SettingError(f"{field}: give {kind}, not {text[:20]!r}; empty takes back what was set") from None


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
