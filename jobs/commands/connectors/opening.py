"""Sources opened as the worker opens them: the same guard, the same limits, the same files."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from engine import SettingError, read_environment
from jobs.connectors import ConnectorConfig, SourceError, open_source
from jobs.resources import Access, open_access


@asynccontextmanager
async def open_ways() -> AsyncGenerator[Access]:
    """The ways to the sources by the environment, closed after the block."""
    async with open_access(read_environment(), Random()) as access:  # noqa: S311 - it spreads waits, it hides nothing
        yield access


async def check_settings(config: ConnectorConfig) -> None:
    """Passes if a source can be opened by the config, without a request; else SettingError says what is wrong."""
    async with open_ways() as access:
        try:
            open_source(config, access.http, _keep_nothing, access.files)
        except SourceError as error:
            raise SettingError(f"{error}") from None


async def _keep_nothing(_credentials: dict[str, Any]) -> None:
    return
