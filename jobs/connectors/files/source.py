"""The reviews of a file as a source: newest change first, in pages, resumed where a run stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from jobs.connectors.config import ConnectorConfig
from jobs.connectors.errors import BadSettings, StaleCursor
from jobs.connectors.files.csv_table import CsvTable
from jobs.connectors.files.document import LARGEST_DOCUMENT_BYTES
from jobs.connectors.files.folder import FOLDER_VARIABLE, LARGEST_BYTES, FolderFile, folder_of
from jobs.connectors.files.jsonl_table import JsonlTable
from jobs.connectors.files.order import Order
from jobs.connectors.files.outscraper import open_outscraper
from jobs.connectors.files.record import Row
from jobs.connectors.files.settings import Format, read_file_settings
from jobs.connectors.files.table import Table
from jobs.connectors.files.takeout import open_takeout
from jobs.connectors.source import FetchedReview, Page, RowError

PAGE_ROWS = 100
MOST_ROWS = 500_000
_ROWS_A_STEP = 2_000
"""Scanned in one go off the loop; a cancelled job stops after at most so many."""
_IN_DOCUMENTS = ("outscraper", "takeout")


class _Place(Struct, frozen=True):
    """How far a file has been read: how many rows were given, of which state of it under which settings."""

    file: str
    given: int


class FileSource:
    """The reviews of one file.

    A file has its rows in any order, so they are all read once for their dates; then pages are read by row number.
    """

    def __init__(self, config: ConnectorConfig, folder: Path | None) -> None:
        if folder is None:
            raise BadSettings(
                f"{config.source_type} reviews come from a file, and none are read here: the operator sets "
                f"{FOLDER_VARIABLE} to the folder that holds one for each tenant"
            )
        self.source_type = config.source_type
        self._settings = read_file_settings(config)
        self._format: Format = self._settings.format_for(config.source_type)
        self._external_id = config.external_id
        self._folder = folder_of(folder, config.tenant_id)
        if self._format in _IN_DOCUMENTS and self._settings.columns:
            raise BadSettings(f"settings.columns is for csv and jsonl; a file in format {self._format} names its own")

    @property
    def lists_everything(self) -> bool:
        """See `Source.lists_everything`: only if the settings say so."""
        return self._settings.complete

    async def pages(self, *, cursor: str | None = None, since: datetime | None = None) -> AsyncIterator[Page]:
        """See `Source.pages`; unreadable rows come last. A file that has changed since the cursor is a StaleCursor."""
        place = None if cursor is None else _read_cursor(cursor)
        largest = LARGEST_DOCUMENT_BYTES if self._format in _IN_DOCUMENTS else LARGEST_BYTES
        file = FolderFile(self._folder, self._settings.path, largest_bytes=largest)
        known = self._known(await asyncio.to_thread(file.fingerprint), since)
        if place is not None and place.file != known:
            raise StaleCursor(f"{file.path} is not the file, or not the settings, that the run began with")
        table = await asyncio.to_thread(self._open, file)
        order = await self._order(table)
        numbers = order.numbers(since)
        start = place.given if place else 0
        while True:
            rows = await asyncio.to_thread(table.rows, numbers[start : start + PAGE_ROWS])
            start += len(rows)
            more = start < len(numbers)
            yield _page(rows, order.total, _Place(known, start) if more else None)
            if not more:
                return

    def _open(self, file: FolderFile) -> Table:
        match self._format:
            case "csv":
                return CsvTable(file, self._settings)
            case "jsonl":
                return JsonlTable(file, self._settings)
            case "takeout":
                return open_takeout(file, self._settings)
            case "outscraper":
                return open_outscraper(file, self._settings, self._external_id)

    async def _order(self, table: Table) -> Order:
        order = Order()

        def step() -> int:
            rows = table.scan(_ROWS_A_STEP)
            order.add(rows)
            return len(rows)

        while await asyncio.to_thread(step) == _ROWS_A_STEP:
            if order.scanned > MOST_ROWS:
                raise BadSettings(f"{self._settings.path} has more than {MOST_ROWS:,} rows; split it")
        await asyncio.to_thread(order.close)
        return order

    def _known(self, fingerprint: str, since: datetime | None) -> str:
        """What the rows and their order follow from: the file's state, and what it is read by."""
        read_by = msgspec.json.encode((self._settings, self._external_id, since), order="sorted")
        return sha256(fingerprint.encode() + read_by).hexdigest()[:32]


def _page(rows: list[Row], total: int, after: _Place | None) -> Page:
    return Page(
        reviews=tuple(row for row in rows if isinstance(row, FetchedReview)),
        errors=tuple(row for row in rows if isinstance(row, RowError)),
        next_cursor=None if after is None else msgspec.json.encode(after).decode(),
        total=total,
    )


def _read_cursor(cursor: str) -> _Place:
    try:
        return msgspec.json.decode(cursor, type=_Place)
    except (msgspec.DecodeError, UnicodeError):
        raise StaleCursor("the stored cursor cannot be read") from None
