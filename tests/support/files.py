"""Files that connectors read: a folder to put them in, and what a source makes of them."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, cast

import httpx

from jobs.connectors import ConnectorConfig, FetchedReview, Http, Page, RowError, Source, open_source


class Shelf:
    """A folder of files, and connectors to them; without one, connectors only."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def put(self, name: str, content: str | bytes | list[Any] | dict[str, Any]) -> Path:
        """The file is there with this content, and newer than any before it."""
        assert self._folder is not None
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        stamps = [path.stat().st_mtime_ns] if path.exists() else []
        if isinstance(content, list | dict):
            content = json.dumps(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        for before in stamps:  # two writes may come within one tick of the clock
            os.utime(path, ns=(before + 1_000_000, before + 1_000_000))
        return path

    def source(
        self, path: str | None, *, source_type: str = "WEBSITE", external_id: str = "", **settings: Any
    ) -> Source:
        """The source of a connector to the file."""
        told: dict[str, Any] = {"mode": "file"} | ({} if path is None else {"path": path}) | settings
        config = ConnectorConfig(source_type=source_type, external_id=external_id, settings=told)
        http = Http(cast("httpx.AsyncClient", None), random=Random(1))  # a file needs no request
        return open_source(config, http, _keep_nothing, self._folder)

    async def pages(
        self, path: str, *, cursor: str | None = None, since: datetime | None = None, **given: Any
    ) -> list[Page]:
        """Everything that a connector to the file reads."""
        return await all_of(self.source(path, **given).pages(cursor=cursor, since=since))

    async def reviews(self, path: str, **given: Any) -> list[FetchedReview]:
        """The reviews of all pages, none of which has an error."""
        pages = await self.pages(path, **given)
        assert not [error for page in pages for error in page.errors]
        return [review for page in pages for review in page.reviews]

    async def errors(self, path: str, **given: Any) -> list[RowError]:
        """The errors of all pages."""
        return [error for page in await self.pages(path, **given) for error in page.errors]


async def all_of(pages: AsyncIterator[Page]) -> list[Page]:
    """Every page."""
    return [page async for page in pages]


async def _keep_nothing(_credentials: dict[str, Any]) -> None:
    return
