"""A search step by step: hits are told as they come, Redis has rest between, and it can be stopped at any step."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from admin_tui.admin import Eyes
from admin_tui.asking import Calls
from engine import JobLine, Matching

MOST = 10_000
"""No more hits are kept; a narrower query finds the others."""
STEP = 200
REST = 0.5
"""After each step, so much of its time is left to others."""


class Found(NamedTuple):
    """What a search has found: `looked` of `total` jobs have been seen."""

    rows: list[JobLine]
    looked: int = 0
    total: int = 0
    ended: bool = False
    stopped: bool = False

    @property
    def coverage(self) -> float:
        return 1.0 if self.ended or not self.total else min(1.0, self.looked / self.total)

    @property
    def words(self) -> str:
        hits = f"{len(self.rows):,} hits" if len(self.rows) != 1 else "1 hit"
        if self.ended:
            return f"{hits}, seen 100%"
        if len(self.rows) >= MOST:
            return f"the first {hits}, seen {self.coverage:.0%}"
        return f"{hits}, seen {self.coverage:.0%}{', stopped' if self.stopped else ' ...'}"


class Searching:
    """One search. `tell` gets what was found after each step."""

    def __init__(
        self,
        eyes: Eyes,
        calls: Calls,
        tell: Callable[[Found], None],
        now_s: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._eyes, self._calls, self._tell, self._now_s, self._sleep = eyes, calls, tell, now_s, sleep
        self.found = Found([])
        self._going = True

    @property
    def running(self) -> bool:
        return self._going and not self.found.ended

    def stop(self) -> None:
        """No further step is begun."""
        if self.running:
            self._going = False
            self.found = self.found._replace(stopped=True)

    async def run(self, queue: str, where: Matching) -> None:
        """All was looked at, or it was stopped, or there are enough hits; SettingError if it cannot be read."""
        after: str | None = None
        while self._going:
            started_s = self._now_s()
            with self._calls:
                hits = await self._eyes.search(queue, where, after, STEP)
            if self.found.stopped:
                return
            after = hits.after
            rows = [*self.found.rows, *hits.jobs][:MOST] if hits.jobs else self.found.rows
            looked = self.found.looked + hits.looked
            self.found = Found(rows, looked, max(hits.total, looked), ended=after is None)
            self._going = after is not None and len(rows) < MOST
            self._tell(self.found)
            if self._going:
                await self._sleep((self._now_s() - started_s) * REST)
