"""Lines of a file as text, with what a table needs to come back to a row: how many bytes were read."""

from __future__ import annotations

import re
from typing import BinaryIO

LONGEST_LINE_BYTES = 1024 * 1024
BOM = b"\xef\xbb\xbf"

# Bytes that are not of the stated encoding, as `surrogateescape` keeps them.
_UNDECODED = re.compile("[\udc80-\udcff]")


class Lines:
    """The lines from where a file stands; a byte that cannot be decoded stays visible to `undecoded`."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self.bytes_read = 0
        self.first_bytes = 0
        """The length of the first line."""

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        """The next line with its end. Raises ValueError for one of more than a mebibyte, and skips it."""
        line = self._file.readline(LONGEST_LINE_BYTES)
        if not line:
            raise StopIteration
        self._count(line)
        if len(line) == LONGEST_LINE_BYTES and not line.endswith(b"\n"):
            self._skip()
            raise ValueError(f"the line is longer than {LONGEST_LINE_BYTES:,} bytes")
        return line.decode(self._encoding, "surrogateescape")

    def _count(self, line: bytes) -> None:
        if not self.bytes_read:
            self.first_bytes = len(line)
        self.bytes_read += len(line)

    def _skip(self) -> None:
        first = self.first_bytes == self.bytes_read
        while part := self._file.readline(LONGEST_LINE_BYTES):
            self.bytes_read += len(part)
            if part.endswith(b"\n"):
                break
        if first:
            self.first_bytes = self.bytes_read


def undecoded(text: str) -> bool:
    """Whether bytes of the text were not of its encoding."""
    return _UNDECODED.search(text) is not None


def not_in(encoding: str) -> str:
    """What to say of a row that is not in the encoding."""
    other = "cp1252, if the file comes from Excel" if encoding == "utf-8" else "utf-8"
    return f"it is not {encoding.upper()} text; set settings.encoding to {other}"
