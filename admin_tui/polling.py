"""One loop asks for snapshots: never two at once, slower where it costs, and it says so when nothing comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from admin_tui.admin import Eyes
from admin_tui.asking import Calls
from admin_tui.link import Link
from engine import EngineError, Snapshot

TICK_S = 1.0
"""While an answer or the next question is awaited, the time that goes by is told so often."""


class Polling:
    """Snapshots as they come. `tell` gets each new state of the link, with the snapshot if one came."""

    def __init__(
        self,
        eyes: Eyes,
        calls: Calls,
        tell: Callable[[Link, Snapshot | None], None],
        now_s: Callable[[], float],
        *,
        interval_s: float = 1.0,
        link: Link,
    ) -> None:
        self._eyes, self._calls, self._tell, self._now_s = eyes, calls, tell, now_s
        self.link, self.interval_s = link, interval_s
        self.focused = True
        self._closed, self._wake = False, asyncio.Event()

    def refresh(self) -> None:
        """The next question is asked now."""
        self._wake.set()

    def close(self) -> None:
        """Nothing more is asked; what is under way comes to its end."""
        self._closed = True
        self._wake.set()

    async def run(self) -> None:
        """Asks until it is closed."""
        started_s = self._now_s()
        while await self._wait(started_s):
            started_s = self._now_s()
            with self._calls:
                await self._ask(started_s)

    async def _ask(self, started_s: float) -> None:
        asked = asyncio.ensure_future(self._eyes.snapshot())
        while not (await asyncio.wait({asked}, timeout=TICK_S))[0]:
            self.link = self.link.overdue()
            self._tell(self.link, None)
        error, now_s = asked.exception(), self._now_s()
        if error is None:
            snapshot = asked.result()
            share = snapshot.cost_us / 1e6 / max(now_s - self.link.answered_s, TICK_S)
            self.link = self.link.answered(now_s, (now_s - started_s) * 1000, share)
            self._tell(self.link, snapshot)
        elif isinstance(error, EngineError):
            self.link = self.link.failed(str(error))
            self._tell(self.link, None)
        else:
            raise error

    async def _wait(self, started_s: float) -> bool:
        """The next question's time has come; False: there is none, this is closed."""
        while not self._closed:
            now_s = self._now_s()
            left_s = started_s + self.link.wait_s(now_s, self.interval_s, focused=self.focused) - now_s
            if left_s <= 0 or self._wake.is_set():
                break
            try:
                async with asyncio.timeout(min(left_s, TICK_S)):
                    await self._wake.wait()
            except TimeoutError:
                if left_s > TICK_S:
                    self._tell(self.link, None)
        self._wake.clear()
        return not self._closed
