"""Which source speaks for a connector: by its source type and `settings.mode`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jobs.connectors.config import ConnectorConfig, SaveCredentials
from jobs.connectors.errors import BadSettings
from jobs.connectors.google import GoogleSource
from jobs.connectors.http import Http
from jobs.connectors.source import Source

Open = Callable[[ConnectorConfig, Http, SaveCredentials], Source]

_SOURCES: dict[str, dict[str, Open | None]] = {
    # The first mode of a type is what a connector without `mode` means; None is known but not built yet.
    "GOOGLE": {"business": GoogleSource, "places": None},
    "HELLOPETER": {"consumer": None, "business": None},
}


def open_source(config: ConnectorConfig, http: Http, save_credentials: SaveCredentials) -> Source:
    """The source of a connector; `BadSettings` says which types and modes there are."""
    modes = _SOURCES.get(config.source_type)
    if modes is None:
        known = ", ".join(sorted(_SOURCES))
        raise BadSettings(f"no reviews can be fetched for source type {config.source_type!r}; known: {known}")
    mode: Any = config.settings.get("mode", next(iter(modes)))
    if not isinstance(mode, str) or mode not in modes:
        raise BadSettings(f"{config.source_type} has no mode {mode!r}; settings.mode is one of {', '.join(modes)}")
    opener = modes[mode]
    if opener is None:
        raise BadSettings(f"{config.source_type} in mode {mode} is not supported yet")
    return opener(config, http, save_credentials)
