"""A file that is one JSON document: read whole, so it may be smaller than a file of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Raw

from jobs.connectors.errors import BadAnswer, BadSettings
from jobs.connectors.files.folder import FolderFile
from jobs.connectors.files.lines import BOM, not_in
from jobs.connectors.files.record import Row
from jobs.connectors.files.settings import FileSettings

LARGEST_DOCUMENT_BYTES = 64 * 1024 * 1024
MOST_COMMAS = 8_000_000
"""Between the rows of a document, in them, and in their texts: four times what an export of this size has.

Each element of a list takes sixty bytes, so that sixty megabytes of zeros would take four gigabytes.
"""

ReadRow = Callable[[Raw, int], Row]
"""A row of the document, and its number for people."""


class DocumentTable:
    """The rows of one document: its bytes stay in memory, each row is read when it is asked for."""

    def __init__(self, file: FolderFile, raws: list[Raw], read: ReadRow) -> None:
        self._file = file
        self._raws = raws
        self._read = read
        self._scanned = 0

    def scan(self, count: int) -> list[Row]:
        """See `Table.scan`."""
        start, self._scanned = self._scanned, min(len(self._raws), self._scanned + count)
        return self.rows(range(start, self._scanned))

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """See `Table.rows`."""
        with self._file.open():  # still the same file
            return [self._read(self._raws[number], number + 1) for number in numbers]


def read_document(file: FolderFile, settings: FileSettings) -> bytes:
    """The document's bytes in UTF-8, without a mark at the beginning. Raises BadAnswer if they are another encoding."""
    with file.open() as opened:
        data = opened.read()
    if data.count(b",") > MOST_COMMAS:
        raise BadSettings(f"{file.path} lists more than reviews of its size can; is it an export?")
    if not data.strip():
        raise BadAnswer(f"{file.path} is empty; is the file whole?")
    try:
        return data.removeprefix(BOM).decode(settings.encoding).encode()
    except UnicodeDecodeError:
        raise BadAnswer(f"{file.path}: {not_in(settings.encoding)}") from None


def cannot_read(file: FolderFile, error: Exception, wanted: str) -> BadAnswer:
    """The error of a document that is none, or another one; `wanted` says what was looked for."""
    return BadAnswer(f"{file.path} is not {wanted} ({error}); is the file whole, and settings.format right?")
