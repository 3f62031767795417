"""The admin opened on the invented system, which stands still unless the test moves it; what it changes is noted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, cast

from textual.pilot import Pilot
from textual.screen import Screen

from admin_tui.admin import Hands
from admin_tui.app import AdminApp
from admin_tui.demo import DemoWorld, FakeEngine
from admin_tui.dialogs.dialog import Dialog
from admin_tui.known import Who
from admin_tui.session import Session
from admin_tui.widgets.lines import Lines
from engine.testing import FakeClock
from tests.support.wait import eventually

CHANGES = ("plan", "apply", "carry_out", "stop", "undo", "pause", "resume", "set_limits", "reveal")


class Call(NamedTuple):
    """A call that changes something, or plans to."""

    name: str
    args: tuple[Any, ...]
    more: dict[str, Any]


class Noting:
    """Hands that note what they are asked to change."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self.calls: list[Call] = []

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._engine, name)
        if name not in CHANGES:
            return method

        def noted(*args: Any, **more: Any) -> Any:
            self.calls.append(Call(name, args, more))
            return method(*args, **more)

        return noted

    def named(self, name: str) -> list[Call]:
        """The calls of this name."""
        return [call for call in self.calls if call.name == name]


class Opened(NamedTuple):
    """The program, the system beneath it, and the keys."""

    app: AdminApp
    pilot: Pilot[None]
    engine: FakeEngine
    hands: Noting
    clock: FakeClock

    async def press(self, *keys: str) -> None:
        """The keys were pressed one after the other, and what they lead to is shown."""
        for key in keys:
            await self.pilot.press(key)
            await self.rest()

    async def rest(self) -> None:
        """No question is under way, and what was answered is shown."""
        await self.pilot.pause()
        await self.app.calls.settled()
        await self.pilot.pause()

    async def on(self, *keys: str) -> None:
        """Keys that need no waiting for were pressed."""
        await self.pilot.press(*keys)

    async def refresh(self) -> None:
        """A new snapshot is shown."""
        self.app.refresh_now()
        await self.rest()

    async def dialog(self) -> Dialog[Any]:
        """The dialog on top, once it can be answered."""
        dialog = await eventually(lambda: self.app.screen if isinstance(self.app.screen, Dialog) else None)
        await eventually(lambda: dialog.counting)
        await self.rest()
        return dialog

    @property
    def screen(self) -> Screen[Any]:
        return cast("Screen[Any]", self.app.screen)

    def text(self) -> str:
        """All that the screen on top shows by lines."""
        shown = [line for widget in self.screen.query(Lines) if widget.display for line in widget.lines]
        return "\n".join("".join(span.text for span in line).rstrip() for line in shown)

    def said(self) -> str:
        """What stands above the footer: what came of the last key."""
        shell = self.app.shell
        return "" if shell is None else shell.words


async def _at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


@asynccontextmanager
async def opened(
    *, writes: bool = True, profile: str = "", size: tuple[int, int] = (80, 24), look_s: float = 0.001
) -> AsyncGenerator[Opened]:
    """The program runs; it asks for nothing by itself. Dialogs can be answered `look_s` after they are painted."""
    clock = FakeClock(1_790_000_000_000_000)
    engine = DemoWorld(clock, random.Random(1)).engine
    engine._sleep = _at_once  # pyright: ignore[reportPrivateUsage]  the pace of batches is not tested here
    hands = Noting(engine)
    who = Who("demo", "ana@ops1" if writes else "", writes, profile)
    session = Session(engine, cast("Hands", hands) if writes else None, who, await engine.snapshot())
    app = AdminApp(session, interval_s=3_600.0)
    before, Dialog.look_s = Dialog.look_s, look_s
    try:
        async with app.run_test(size=size) as pilot:
            shown = Opened(app, pilot, engine, hands, clock)
            await shown.rest()
            yield shown
            app.polling.close()
            await app.calls.settled()
    finally:
        Dialog.look_s = before
