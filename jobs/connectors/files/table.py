"""What a file of any format gives: its rows, numbered in the order in which they stand there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jobs.connectors.files.record import Row


class Table(Protocol):
    """One state of one file. All calls block: they are made off the loop, one at a time."""

    def scan(self, count: int) -> list[Row]:
        """The next `count` rows, fewer at the end of the file."""
        ...

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """Rows that were scanned before, by their numbers."""
        ...
