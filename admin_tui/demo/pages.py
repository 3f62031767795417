"""Windows, searches and logs of the fake: cursors name the row that was seen, so that nothing moves past the reader."""

from __future__ import annotations

import re
from collections.abc import Callable

from admin_tui.demo.lane import Key
from admin_tui.demo.queue import LISTS, FakeQueue
from admin_tui.demo.record import Record
from engine import Hits, Listed, LogPage, SettingError, Window

_NEWEST_FIRST: tuple[Listed, ...] = ("completed", "failed", "cancelled", "trash")
_RANKED: tuple[Listed, ...] = (*_NEWEST_FIRST, "delayed")
_MOST = 250
_ENTRY = re.compile(r"\d{1,15}-\d{1,15}\Z")


class Rows:
    """One list of a queue in the order in which it is shown."""

    def __init__(self, queue: FakeQueue, listed: Listed) -> None:
        if listed not in LISTS:
            raise SettingError(f"no list {listed!r}; the lists: {', '.join(LISTS)}")
        self._queue, self._lane = queue, queue.lanes[listed]
        self._listed: Listed = listed
        self._backwards = listed in _NEWEST_FIRST

    def __len__(self) -> int:
        return len(self._lane)

    def page(self, first: int, count: int) -> list[Key]:
        """The keys of up to `count` rows from row `first` on."""
        first, count = max(0, first), max(0, min(count, len(self) - max(0, first)))
        if not self._backwards:
            return self._lane.page(first, count)
        return self._lane.page(len(self) - first - count, count)[::-1]

    def records(self, keys: list[Key]) -> list[Record]:
        """The jobs of these keys."""
        return self._queue.listed(self._listed, keys)

    def before(self, cursor: str) -> int:
        """How many rows are before the cursor's."""
        key = _key(cursor)
        return len(self) - self.through_rank(key) if self._backwards else self._lane.rank(key)

    def through(self, cursor: str) -> int:
        """How many rows there are up to the cursor's, itself included if it is still there."""
        key = _key(cursor)
        return len(self) - self._lane.rank(key) if self._backwards else self.through_rank(key)

    def through_rank(self, key: Key) -> int:
        """How many keys are not behind this one."""
        rank = self._lane.rank(key)
        return rank + (self._lane.page(rank, 1) == [key])


def window(
    queue: FakeQueue, listed: Listed, size: int, *, rank: int | None = None, above: str = "", below: str = ""
) -> Window:
    """Up to `size` rows from a rank on, above or below a cursor, or the first ones."""
    rows = Rows(queue, listed)
    _check("size", size)
    if (rank is not None) + bool(above) + bool(below) > 1:
        raise SettingError("give one of rank, above and below")
    if rank is not None and rank < 0:
        raise SettingError(f"rank must be 0 or more, not {rank}")
    first = rank or 0
    if above:
        end = rows.before(above)
        first, size = max(0, end - size), min(size, end)
    elif below:
        first = rows.through(below)
    elif rank is not None:
        first = max(0, min(rank, len(rows) - size))
    keys = rows.page(first, size)
    last = first + len(keys)
    return Window(
        rows=[record.line() for record in rows.records(keys)],
        first=first,
        total=len(rows),
        exact=listed in _RANKED,
        above=_cursor(keys[0]) if keys and first > 0 else "",
        below=_cursor(keys[-1]) if keys and last < len(rows) else "",
    )


def search(queue: FakeQueue, listed: Listed, matches: Callable[[Record], bool], after: str | None, looked: int) -> Hits:
    """The hits among the next `looked` jobs of the list."""
    rows = Rows(queue, listed)
    _check("looked", looked)
    first = rows.through(after) if after else 0
    keys = rows.page(first, looked)
    hits = [record.line() for record in rows.records(keys) if matches(record)]
    more = first + len(keys) < len(rows)
    return Hits(hits, len(keys), len(rows), _cursor(keys[-1]) if keys and more else None)


def log(record: Record | None, after: str, limit: int) -> LogPage:
    """The log lines behind `after`, or the newest ones."""
    _check("limit", limit)
    if after and not _ENTRY.match(after):
        raise SettingError(f"after {after!r}: give what another page of the log gave, as in 1790000000000-0")
    entries = record.log if record is not None else []
    if not after:
        newest = entries[-limit:]
        return LogPage(newest, newest[-1].id if newest else "")
    behind = [entry for entry in entries if _order(entry.id) > _order(after)][:limit]
    return LogPage(behind, behind[-1].id if behind else after)


def _check(name: str, number: int) -> None:
    if not 1 <= number <= _MOST:
        raise SettingError(f"{name} must be between 1 and {_MOST}, not {number}")


def _cursor(key: Key) -> str:
    return f"{key[0]} {key[1]}"


def _key(cursor: str) -> Key:
    place, _, job_id = cursor.partition(" ")
    try:
        return int(place), job_id
    except ValueError:
        raise SettingError(f"cursor {cursor!r}: give one that a window or a search answered") from None


def _order(entry_id: str) -> tuple[int, int]:
    ms, _, number = entry_id.partition("-")
    return int(ms), int(number or 0)
