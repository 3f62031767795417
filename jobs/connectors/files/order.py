"""The order in which a file's rows are given: newest change first, whatever their order in the file."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from jobs.connectors.files.record import Row
from jobs.connectors.source import RowError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ID_BYTES = 12
"""Of an id's hash: the ids of a file may be long, and all are held at once."""


class Order:
    """Row numbers by the reviews' last change. Holds some 300 bytes a row while it is filled, 16 afterwards."""

    def __init__(self) -> None:
        self._newest: dict[bytes, tuple[int, int]] = {}
        self._scanned = 0
        self._times = array("q")
        self._numbers = array("q")
        self._errors = array("q")

    def add(self, rows: Sequence[Row]) -> None:
        """The next rows of the file have their places. Of rows with one id the newest counts, then the later."""
        for row in rows:
            if isinstance(row, RowError):
                self._errors.append(self._scanned)
            else:
                entry = (_micros(row.changed_at), self._scanned)
                key = blake2b(row.external_id.encode("utf-8", "replace"), digest_size=_ID_BYTES).digest()
                self._newest[key] = max(entry, self._newest.get(key, entry))
            self._scanned += 1

    def close(self) -> None:
        """Every row has been added: the order stands."""
        entries = sorted(self._newest.values(), key=lambda entry: (-entry[0], entry[1]))
        self._newest.clear()
        self._times = array("q", (-at for at, _ in entries))
        self._numbers = array("q", (number for _, number in entries))

    @property
    def scanned(self) -> int:
        """How many rows were added."""
        return self._scanned

    @property
    def total(self) -> int:
        """How many reviews and unreadable rows there are."""
        return len(self._numbers) + len(self._errors)

    def numbers(self, since: datetime | None) -> array[int]:
        """Row numbers, newest change first, without reviews older than `since`; unreadable rows come last."""
        count = len(self._times) if since is None else bisect_right(self._times, -_micros(since))
        return self._numbers[:count] + self._errors


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
