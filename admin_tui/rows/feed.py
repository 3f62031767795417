"""The rows of a list as they are asked for and come in, and the cursor among them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

from admin_tui.rows.asking import Ask, again, elsewhere, joined, missing
from admin_tui.rows.cursor import Cursor, moved, scrolled, settled
from admin_tui.rows.held import Held, View
from admin_tui.rows.source import Source, Windowed

Row = TypeVar("Row")
_STEPS = 4
"""So many questions in a row, then no more before a tick or a key: a list that runs away is not run after."""


class Feed(Generic[Row]):
    """What is held of a source's list, and the cursor in it.

    A call is never cancelled: its answer is dropped when it comes if another source is shown by then.
    """

    def __init__(self, key: Callable[[Row], str]) -> None:
        self.key = key
        self.held = Held[Row]()
        self.cursor = Cursor()
        self.height = 1
        self.frozen = False
        self.changed = 0
        self._source: Source[Row] | None = None
        self._generation = 0
        self._busy = False
        self._stale = False
        self._tired = False

    def show(self, source: Source[Row]) -> None:
        """Nothing is held of this source's list yet; what is under way for the one before will be dropped."""
        self._source, self._generation = source, self._generation + 1
        self.held, self.cursor = Held[Row](), Cursor()
        self.changed, self._busy, self._stale, self._tired = 0, False, False, False

    def reload(self) -> None:
        """The rows held are to be asked for again."""
        self._stale = True

    @property
    def view(self) -> View:
        """What is on the screen."""
        return View(self.cursor.top, self.height)

    @property
    def due(self) -> bool:
        """Something is to be asked for, and nothing is under way."""
        if self._source is None or self._busy:
            return False
        return self._stale or (not self._tired and missing(self.held, self.view) is not None)

    def move(self, to: int) -> None:
        """The cursor is on that row, or the nearest there is."""
        self.cursor = moved(self.cursor, to, self.held, self.height, self.key)
        self._tired = False

    def scroll(self, top: int) -> None:
        """The screen begins with that row, and has the cursor."""
        self.cursor = scrolled(self.cursor, top, self.held, self.height, self.key)
        self._tired = False

    def resize(self, height: int) -> None:
        """The screen shows so many rows, among them the cursor's."""
        self.height = max(height, 1)
        top = min(max(self.cursor.top, self.cursor.number - self.height + 1), self.cursor.number)
        self.scroll(top)

    def update(self) -> Coroutine[object, object, bool]:
        """Awaited, what was due is held; False if another list is shown by then. Raises what the source raises."""
        if self._source is None or self._busy:
            raise RuntimeError("nothing is due: ask `due` first")
        self._busy = self._tired = True
        return self._update(self._source, self._generation)

    async def _update(self, source: Source[Row], generation: int) -> bool:
        stale = False
        try:
            for _ in range(_STEPS):
                stale, self._stale = stale or self._stale, False
                # First the rows around the cursor: by those it is found again when all are asked for.
                ask = missing(self.held, self.view)
                refresh = ask is None and stale
                if refresh:
                    stale, ask = False, again(self.held, self.view)
                if ask is None:
                    self._tired = False
                    break
                on = self.cursor.key
                answer = await _put(source, ask)
                if generation != self._generation:
                    return False
                new = joined(self.held, ask, answer, self.view, self.key)
                if refresh and self.frozen:
                    self.changed = self._differences(new)
                    continue
                if self._lost(new) and self.cursor.key == on:
                    new = await self._looked_for(source, new)
                    if generation != self._generation:
                        return False
                if self._lost(new) and self.cursor.key != on:
                    stale = refresh  # the cursor went elsewhere meanwhile: these rows are no longer those in view
                    continue
                self._take(new, ask)
        finally:
            if generation == self._generation:
                self._busy = False
        return True

    def _lost(self, held: Held[Row]) -> bool:
        return bool(self.cursor.key) and self.cursor.key not in held.numbers(self.key)

    async def _looked_for(self, source: Source[Row], new: Held[Row]) -> Held[Row]:
        """Other rows, if the cursor's is among them: so many may have come in that it is further down now."""
        other = elsewhere(self.held, self.cursor.number, new.total - self.held.total)
        if other is None:
            return new
        answer = await _put(source, other)
        found = joined(self.held, other, answer, self.view, self.key)
        return new if self._lost(found) else found

    def _take(self, held: Held[Row], ask: Ask) -> None:
        before, self.held = self.held, held
        self.cursor = settled(self.cursor, before, held, self.height, self.key)
        if ask.how == "jump" and held.rows and held.at(self.cursor.number) is None:
            to = min(max(self.cursor.number, held.first), held.end - 1)
            self.cursor = moved(self.cursor, to, held, self.height, self.key)

    def _differences(self, new: Held[Row]) -> int:
        """How many of the rows held are no longer as they are, or have come."""
        before = {self.key(row): row for row in self.held.rows}
        others = sum(before.get(self.key(row)) != row for row in new.rows)
        return max(others, abs(new.total - self.held.total))


async def _put(source: Source[Row], ask: Ask) -> Windowed[Row]:
    return await source.window(ask.size, rank=ask.rank, above=ask.above, below=ask.below)
