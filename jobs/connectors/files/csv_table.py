"""Comma-separated values, or with semicolons or tabs: a header, and a review a row."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Sequence
from typing import BinaryIO

from jobs.connectors.errors import BadAnswer, BadSettings
from jobs.connectors.files.columns import check_columns, match_columns
from jobs.connectors.files.folder import FolderFile
from jobs.connectors.files.lines import BOM, Lines, not_in, undecoded
from jobs.connectors.files.record import Row, read_record, unreadable
from jobs.connectors.files.settings import FileSettings

MOST_BROKEN = 1_000
"""After so many broken rows it is no such file; each may have cost a long search for the end of a quote."""
_DELIMITERS = ",;\t"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class CsvTable:
    """One state of a CSV file; keeps where each row begins, eight bytes a row."""

    def __init__(self, file: FolderFile, settings: FileSettings) -> None:
        self._file = file
        self._settings = settings
        self._offsets = array("q")
        self._broken: set[int] = set()
        with file.open() as opened:
            self._header, self._delimiter, self._offset = self._read_header(opened)
        self._columns = match_columns(settings.columns, self._header)
        check_columns(settings.columns, self._header, self._columns)
        self._places = {name: self._header.index(column) for name, column in self._columns.items()}

    def scan(self, count: int) -> list[Row]:
        """See `Table.scan`."""
        rows: list[Row] = []
        with self._file.open() as file:
            while len(rows) < count:
                file.seek(self._offset)
                start, (row, length) = self._offset, self._read(file, len(self._offsets))
                if not length:
                    break
                self._offset += length
                if row is not None:
                    self._offsets.append(start)
                    rows.append(row)
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
        """The row that begins here, None for an empty line, and its length in bytes, 0 at the end of the file."""
        lines = Lines(file, self._settings.encoding)
        shown = number + 2  # a person's first row is the header
        try:
            cells = next(csv.reader(lines, delimiter=self._delimiter, strict=True), None)
        except (csv.Error, ValueError) as error:
            # A quote without an end swallows what follows: only the row's first line is given up.
            return self._broken_row(shown, f"{error}; a quote inside a quoted text is written twice"), lines.first_bytes
        if cells is None:
            return None, lines.bytes_read
        return self._row(cells, shown), lines.bytes_read

    def _row(self, cells: list[str], shown: int) -> Row | None:
        if not any(cell.strip() for cell in cells):
            return None
        if any(cell.strip() for cell in cells[len(self._header) :]):
            counts = f"it has {len(cells)} cells and the header {len(self._header)}"
            return unreadable(shown, f"{counts}; put texts that hold the delimiter in quotes")
        if any(undecoded(cell) for cell in cells):
            return unreadable(shown, not_in(self._settings.encoding))
        fields = {name: cells[place] for name, place in self._places.items() if place < len(cells)}
        return read_record(fields, self._settings.calendar, shown)

    def _broken_row(self, shown: int, why: str) -> Row:
        self._broken.add(shown)  # each is read twice: for its place, and for its page
        if len(self._broken) > MOST_BROKEN:
            raise BadAnswer(
                f"{self._file.path}: more than {MOST_BROKEN:,} rows are not CSV; the last: row {shown}: {why}"
            )
        return unreadable(shown, why)

    def _read_header(self, file: BinaryIO) -> tuple[list[str], str, int]:
        """The columns' names, the delimiter, and where the rows begin."""
        name, mark = self._file.path, file.read(len(BOM))
        if mark[:2] in _UTF16:
            raise BadSettings(f"{name} is UTF-16 text; save it as UTF-8")
        start = len(BOM) if mark == BOM else 0
        file.seek(start)
        lines = Lines(file, self._settings.encoding)
        try:
            line = next(lines, "")
        except ValueError as error:
            raise BadAnswer(f"{name}: the first row is no header: {error}") from None
        if not line.strip():
            raise BadAnswer(f"{name} has no header in its first row; is the file whole?")
        delimiter = max(_DELIMITERS, key=line.count)
        file.seek(start)
        lines = Lines(file, self._settings.encoding)
        try:
            header = next(csv.reader(lines, delimiter=delimiter, strict=True))
        except (csv.Error, ValueError) as error:
            raise BadAnswer(f"{name}: the header cannot be read: {error}") from None
        if any(undecoded(column) for column in header):
            raise BadAnswer(f"{name}: the header cannot be read: {not_in(self._settings.encoding)}")
        return header, delimiter, start + lines.bytes_read
