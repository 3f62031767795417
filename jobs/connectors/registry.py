"""Which source speaks for a connector: by its source type and `settings.mode`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jobs.connectors.config import ConnectorConfig, SaveCredentials
from jobs.connectors.errors import BadSettings
from jobs.connectors.files import FileSource
from jobs.connectors.google import GoogleSource
from jobs.connectors.hellopeter import HellopeterSource
from jobs.connectors.http import Http
from jobs.connectors.source import Source

Open = Callable[[ConnectorConfig, Http, SaveCredentials], Source]

FILE = "file"
"""The mode that every source type has: reviews that somebody exported and uploaded."""

# fmt: off
_ONLY_FILES = (
    "BOOKING", "FACEBOOK", "GOOGLE_OUTSCRAPER", "INSTAGRAM", "OPENTABLE", "TILL_SLIP", "TRIPADVISOR", "TWITTER",
    "WEBSITE", "YELP", "ZOMATO",
)
# fmt: on

_SOURCES: dict[str, dict[str, Open | None]] = {
    # The first mode of a type is what a connector without `mode` means; None is known but not built yet.
    "GOOGLE": {"business": GoogleSource, "places": None},
    "HELLOPETER": {"consumer": HellopeterSource, "business": None},
    **{source_type: {} for source_type in _ONLY_FILES},
}


def open_source(
    config: ConnectorConfig, http: Http, save_credentials: SaveCredentials, files: Path | None = None
) -> Source:
    """The source of a connector, without a request yet; `files` is the folder that connectors may read.

    Raises BadSettings, which says which types and modes there are, or what is wrong with the settings.
    """
    modes = _SOURCES.get(config.source_type)
    if modes is None:
        known = ", ".join(sorted(_SOURCES))
        raise BadSettings(f"no reviews can be fetched for source type {config.source_type!r}; known: {known}")
    mode = _mode(config.source_type, config.settings)
    if mode == FILE:
        return FileSource(config, files)
    if not isinstance(mode, str) or mode not in modes:
        known = ", ".join((*modes, FILE))
        raise BadSettings(f"{config.source_type} has no mode {mode!r}; settings.mode is one of {known}")
    opener = modes[mode]
    if opener is None:
        built = ", ".join((*(mode for mode, opener in modes.items() if opener), FILE))
        raise BadSettings(f"{config.source_type} in mode {mode} is not supported yet; settings.mode may be {built}")
    return opener(config, http, save_credentials)


def reads_file(source_type: str, settings: Mapping[str, Any]) -> bool:
    """Whether a connector's reviews come from a file: they appear when it is replaced, whatever their dates."""
    return bool(_mode(source_type, settings) == FILE)


def _mode(source_type: str, settings: Mapping[str, Any]) -> Any:
    return settings.get("mode", next(iter(_SOURCES.get(source_type, {})), FILE))
