"""Keys one at a time: one that comes while another is being handled acts on what that one led to.

Typed fast, or arriving together over a slow line, the letters behind `/` are text for the field that `/` opens. Handed
on at once they would be keys of the table, and change things.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

LONGEST_S = 1.0
"""A key whose end is never told, as what handled it is gone, holds up the others no longer."""


class InTurn:
    """Keys in the order in which they were pressed; each is handed on when the one before it is done with."""

    def __init__(self, app: App[None], hand_on: Callable[[events.Key], Awaitable[None]]) -> None:
        self._app, self._hand_on = app, hand_on
        self._waiting: deque[events.Key] = deque()
        self._under_way: events.Key | None = None
        self._since_s = 0.0

    async def press(self, key: events.Key) -> None:
        """The key is handed on, or waits for its turn."""
        self._waiting.append(key)
        if self._under_way is None or time.monotonic() - self._since_s > LONGEST_S:
            await self._next()

    async def _next(self) -> None:
        key = self._under_way = self._waiting.popleft()
        self._since_s = time.monotonic()
        target = self._app.focused or self._app.screen
        await self._hand_on(key)
        self._follow(target, key)

    def _follow(self, pump: MessagePump, key: events.Key) -> None:
        """The key is done with when it has been through this one and all above, and what it asked of the app is so."""
        # A key bubbles by it, also where DOM nodes have no parent.
        above = pump._parent  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - there is no public name for it
        if pump is self._app or above is None or not pump.call_later(self._follow, above, key):
            self._app.call_later(self._app.call_later, self._done, key)

    async def _done(self, key: events.Key) -> None:
        if key is self._under_way:
            self._under_way = None
            if self._waiting:
                await self._next()
