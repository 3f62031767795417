"""Names in settings that sound like secrets: neither taken nor shown, as settings are not encrypted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import msgspec

HIDDEN = "…"
_WORDS = ("token", "secret", "passw", "apikey", "credential", "authorization", "bearer")
_NOT_SECRET = ("tokenurl",)


def secret_names(settings: dict[str, Any]) -> Iterator[str]:
    """The names that sound like secrets, however deep they lie."""
    for name, value in settings.items():
        if _sounds_secret(name):
            yield name
        for inner in _objects_in(value):
            yield from secret_names(inner)


def hide_secrets(value: Any) -> Any:
    """The JSON with `HIDDEN` where a name sounds like a secret."""
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value).items()
        return {name: HIDDEN if _sounds_secret(name) else hide_secrets(one) for name, one in inner}
    if isinstance(value, list):
        return [hide_secrets(one) for one in msgspec.convert(value, list[Any])]
    return value


def _objects_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield cast("dict[str, Any]", value)
    elif isinstance(value, list):
        for inner in msgspec.convert(value, list[Any]):
            yield from _objects_in(inner)


def _sounds_secret(name: str) -> bool:
    plain = re.sub(r"[\W_]", "", name).lower()
    return plain not in _NOT_SECRET and any(word in plain for word in _WORDS)
