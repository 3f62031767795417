"""The settings of a connector that reads a file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field

from jobs.connectors.config import ConnectorConfig
from jobs.connectors.errors import BadSettings
from jobs.connectors.files.columns import FIELDS
from jobs.connectors.files.dates import Calendar
from jobs.connectors.files.folder import check_path

Format = Literal["csv", "jsonl", "outscraper", "takeout"]
Encoding = Literal["utf-8", "cp1252"]

FORMATS: tuple[Format, ...] = get_args(Format)
_CHOICES: dict[str, tuple[str, ...]] = {"$.format": FORMATS, "$.encoding": get_args(Encoding)}
_BY_SUFFIX: dict[str, Format] = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class FileSettings(Struct, frozen=True, kw_only=True, rename="camel"):
    """Which file, and what its own text leaves open."""

    path: str
    """Below the folder that the operator opened to connectors."""
    format: Format | None = None
    columns: dict[str, str | None] = field(default_factory=dict)
    """Field → the column that holds it; None: not read. Fields that are not named are told by usual names."""
    timezone: str = "Africa/Johannesburg"
    """Of dates that name no zone."""
    day_first: bool = True
    """Whether 03/04/2026 is 3 April."""
    encoding: Encoding = "utf-8"
    complete: bool = False
    """Whether the file holds every review there is, so that one that is not in it was deleted."""

    def __post_init__(self) -> None:
        check_path(self.path)
        for name in self.columns:
            if name not in FIELDS:
                raise ValueError(f"columns names {name!r}, which is no field; fields are {', '.join(FIELDS)}")
        _zone(self.timezone)

    @property
    def calendar(self) -> Calendar:
        """How the file's dates are meant."""
        return Calendar(_zone(self.timezone), self.day_first)

    def format_for(self, source_type: str) -> Format:
        """The format as stated, else as the file's name tells; BadSettings if neither says it."""
        if self.format is not None:
            return self.format
        suffix = PurePosixPath(self.path).suffix.lower()
        if suffix == ".json":
            return "takeout" if source_type == "GOOGLE" else "outscraper"
        if suffix not in _BY_SUFFIX:
            raise BadSettings(f"{self.path}: set settings.format to one of {', '.join(FORMATS)}")
        return _BY_SUFFIX[suffix]


def read_file_settings(config: ConnectorConfig) -> FileSettings:
    """The connector's settings about its file; BadSettings names the one that is wrong."""
    try:
        return msgspec.convert(config.settings, FileSettings)
    except msgspec.ValidationError as error:
        choices = next((f"; use {' or '.join(known)}" for at, known in _CHOICES.items() if f"`{at}`" in f"{error}"), "")
        raise BadSettings(f"the settings of a connector in mode file: {error}{choices}") from None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError(f"timezone {name!r} is not one; write it as in Africa/Johannesburg") from None
