"""JSON Lines: an object a line, a review an object."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import msgspec

from engine import escape
from jobs.connectors.errors import BadSettings
from jobs.connectors.files.columns import listed, match_columns
from jobs.connectors.files.folder import FolderFile
from jobs.connectors.files.lines import BOM, Lines, not_in, undecoded
from jobs.connectors.files.record import Row, read_record, unreadable
from jobs.connectors.files.settings import FileSettings
from jobs.connectors.files.values import text_of

_MOST_SHAPES = 1_000


class JsonlTable:
    """One state of a JSON Lines file; keeps where each line begins, eight bytes a line."""

    def __init__(self, file: FolderFile, settings: FileSettings) -> None:
        self._file = file
        self._settings = settings
        self._offsets = array("q")
        self._shapes: dict[tuple[str, ...], dict[str, str]] = {}
        self._unmet = {name: column for name, column in settings.columns.items() if column is not None}
        with file.open() as opened:
            self._offset = len(BOM) if opened.read(len(BOM)) == BOM else 0

    def scan(self, count: int) -> list[Row]:
        """See `Table.scan`. At the end BadSettings if a stated column was in no line."""
        rows: list[Row] = []
        with self._file.open() as file:
            file.seek(self._offset)
            while len(rows) < count:
                row, length = self._read(file, len(self._offsets))
                if not length:
                    self._check_columns()
                    break
                if row is not None:
                    self._offsets.append(self._offset)
                    rows.append(row)
                self._offset += length
        return rows

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """See `Table.rows`."""
        rows: list[Row] = []
        with self._file.open() as file:
            for number in numbers:
                file.seek(self._offsets[number])
                row, _ = self._read(file, number)
                assert row is not None
                rows.append(row)
        return rows

    def _read(self, file: BinaryIO, number: int) -> tuple[Row | None, int]:
        """The row of this line, None for an empty one, and its length in bytes, 0 at the end of the file."""
        lines, shown = Lines(file, self._settings.encoding), number + 1
        try:
            line = next(lines, "")
        except ValueError as error:
            return unreadable(shown, f"{error}"), lines.bytes_read
        return (self._row(line, shown) if line.strip() else None), lines.bytes_read

    def _row(self, line: str, shown: int) -> Row:
        if undecoded(line):
            return unreadable(shown, not_in(self._settings.encoding))
        try:
            values = msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            return unreadable(shown, f"it is not a JSON object: {error}")
        fields = {name: text_of(values[column]) for name, column in self._matched(values).items()}
        return read_record(fields, self._settings.calendar, shown)

    def _matched(self, values: Mapping[str, Any]) -> dict[str, str]:
        keys = tuple(values)
        if keys not in self._shapes:
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            self._shapes[keys] = match_columns(self._settings.columns, keys)
            for name in self._shapes[keys]:
                self._unmet.pop(name, None)
        return self._shapes[keys]

    def _check_columns(self) -> None:
        if self._unmet and self._shapes:
            name, column = next(iter(self._unmet.items()))
            known = listed(next(iter(self._shapes)))
            raise BadSettings(
                f'settings.columns.{name} is "{escape(column)}", which no line has; the first has {known}'
            )
