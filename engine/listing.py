"""Lists of jobs as a reader goes through them: pages, windows, searches, and failures by group."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from engine.clock import Clock
from engine.errors import SettingError
from engine.queries import parse_query
from engine.streams import Keys, Store
from engine.streams.commands import MAX_BATCH
from engine.streams.reads import MOST_GROUPS, Place, groups, list_jobs, recent, search, waiters, window
from engine.types import JobLine, State
from engine.views import ErrorGroup, Hits, JobPage, Listed, Matching, Waiters, Window

_LINED_UP = ("waiting", "active")
_ENTRY = re.compile(r"[1-3] \d{1,15}-\d{1,20}\Z")
_MEMBER = re.compile(r"-?\d{1,17}(\.\d{1,17})?(e[+-]?\d{1,3})? .+\Z|-?inf .+\Z", re.DOTALL)
_BARE_PAGES = 20
"""So many pages without any row are passed over for one window: a call stays bounded, whatever a list holds."""
SEARCHED = 200
"""Jobs that one step of a search looks at: so that none keeps Redis from others for more than two milliseconds."""
_GROUPS = 100
"""Error groups in one call: each has a whole error."""


class Lists:
    """Reads the lists of a queue."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def page(self, keys: Keys, state: State, limit: int, after: str | None) -> JobPage:
        """Up to `limit` jobs of one state behind `after`."""
        check_count("limit", limit)
        jobs: list[JobLine] = []
        while True:
            page = await self._store.run(list_jobs(keys, state, limit - len(jobs), after or ""))
            jobs += page.jobs
            after = page.after
            if after is None or len(jobs) >= limit:
                return JobPage(jobs, after)

    async def window(self, keys: Keys, listed: Listed, size: int, place: Place) -> Window:
        """Up to `size` rows from this place on."""
        check_count("size", size)
        check_list(listed)
        for name, cursor in (("above", place.above), ("below", place.below)):
            _check_cursor(name, cursor, listed)
        found = await self._store.run(window(keys, listed, size, place))
        # Ids without a record are passed over: another producer may have left many of them beside each other.
        for _ in range(_BARE_PAGES):
            on = found.above if place.above else found.below
            if found.rows or not on:
                break
            place = Place(above=on) if place.above else Place(below=on)
            found = await self._store.run(window(keys, listed, size, place))
        return found

    async def search(self, keys: Keys, where: Matching, after: str | None, looked: int) -> Hits:
        """One step of a search behind `after`."""
        check_count("looked", looked)
        check_list(where.listed)
        _check_cursor("after", after or "", where.listed)
        query = parse_query(where.query)
        return await self._store.run(search(keys, self._clock.now_us(), where.listed, query, looked, after))

    async def recent(self, keys: Keys, tenant: str, limit: int) -> Sequence[JobLine]:
        """A tenant's newest jobs in any state."""
        check_count("limit", limit)
        found: list[JobLine] = []
        looked = 0
        while len(found) < limit:
            more, jobs = await self._store.run(recent(keys, tenant, MAX_BATCH, looked))
            found += jobs
            looked += more
            if more < MAX_BATCH:
                break
        return found[:limit]

    async def groups(self, keys: Keys, minutes: int) -> Sequence[ErrorGroup]:
        """Failures by fingerprint, those with most failed jobs first."""
        check_count("minutes", minutes)
        found: list[ErrorGroup] = []
        for first in range(0, MOST_GROUPS, _GROUPS):
            looked, page = await self._store.run(groups(keys, self._clock.now_us(), minutes, _GROUPS, first))
            found += page
            if looked < _GROUPS:
                break
        # One that fails again between two pages is on both.
        once = {group.fingerprint: group for group in found}
        return sorted(once.values(), key=lambda group: (-group.jobs, -group.last))

    async def waiters(self, keys: Keys) -> Waiters:
        """Whose jobs wait first."""
        return await self._store.run(waiters(keys))


def place_of(rank: int | None, above: str, below: str) -> Place:
    """Where a window is to begin; SettingError unless it is one place."""
    if (rank is not None) + bool(above) + bool(below) > 1:
        raise SettingError("a window begins in one place: give one of rank, above and below")
    if rank is not None and rank < 0:
        raise SettingError(f"rank must be 0 or more, not {rank}")
    return Place(rank or 0, above, below)


def check_count(name: str, count: int) -> None:
    """SettingError unless one call may read so many."""
    if not 1 <= count <= MAX_BATCH:
        raise SettingError(f"{name} must be between 1 and {MAX_BATCH}, not {count}")


def check_list(name: str) -> None:
    """SettingError unless this is the name of a list."""
    if name not in get_args(Listed):
        raise SettingError(f"no list {name!r}; the lists: {', '.join(get_args(Listed))}")


def _check_cursor(name: str, cursor: str, listed: Listed) -> None:
    form = _ENTRY if listed in _LINED_UP else _MEMBER
    if cursor and not form.match(cursor):
        raise SettingError(f"{name} {cursor!r}: give a cursor that a window or a search of the {listed} jobs answered")
