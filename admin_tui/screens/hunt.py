"""A search in the place of a list: its hits are the rows, the filter's line says how much was seen."""

from __future__ import annotations

import time
from collections.abc import Callable

from admin_tui.rows import InMemory
from admin_tui.screens.fields import Field
from admin_tui.screens.host import Host
from admin_tui.searching import Found, Searching
from engine import EngineError, JobLine, Matching

DRAWN_S = 0.2
"""Hits that come faster are drawn so often."""
FIRST = 50
"""The first ones are drawn at once."""


class Hunt:
    """One search of a view, told to its field; `drawn` is called when there is something new to draw."""

    def __init__(self, host: Host, field: Field, drawn: Callable[[], None]) -> None:
        self.hits: InMemory[JobLine] = InMemory()
        self._host, self._field, self._drawn = host, field, drawn
        self._search = Searching(host.eyes, host.calls, self._told, time.monotonic)
        self._drawn_s, self._wanted = 0.0, True

    @property
    def found(self) -> Found:
        """What it has found so far."""
        return self._search.found

    def begin(self, queue: str, where: Matching) -> None:
        """It runs, beside everything else."""
        self._host.start()(self._run(queue, where))

    def stop(self) -> bool:
        """No further step is begun; True if one would have been."""
        running = self._search.running
        self._search.stop()
        self._field.note(self.found.words)
        return running

    def leave(self) -> None:
        """It is stopped, and tells nothing any more."""
        self._wanted = False
        self._search.stop()

    async def _run(self, queue: str, where: Matching) -> None:
        try:
            await self._search.run(queue, where)
        except EngineError as error:
            if self._wanted and self._field.is_attached:
                self._search.stop()
                self._field.wrong(str(error))
                self._field.edit()

    def _told(self, found: Found) -> None:
        if not self._wanted or not self._field.is_attached:
            return
        self.hits.rows = found.rows
        now_s = time.monotonic()
        if not self._search.running or now_s - self._drawn_s > DRAWN_S or len(found.rows) < FIRST:
            self._drawn_s = now_s
            self._field.note(found.words)
            self._drawn()
