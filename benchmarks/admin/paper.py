"""A terminal that only notes when something was painted, and how much: the program runs in this process behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size

_CHARACTERS = {"slash": "/", "colon": ":", "space": " ", "asterisk": "*", "question_mark": "?"}
_GIVE_UP_S = 5.0


class Paper(Driver):
    """What is painted is counted; one at a time."""

    painted: ClassVar[list[tuple[float, int]]] = []
    """When (`time.perf_counter`) and how many bytes."""

    def write(self, data: str) -> None:
        if data:
            Paper.painted.append((time.perf_counter(), len(data.encode())))

    def start_application_mode(self) -> None:
        """The first size is told."""
        size = Size(*(self._size or (80, 24)))
        self.send_message(events.Resize(size, size))

    def disable_input(self) -> None:
        """There is none."""

    def stop_application_mode(self) -> None:
        """Nothing was changed."""


@asynccontextmanager
async def on_paper(app: App[Any], columns: int, rows: int) -> AsyncGenerator[App[Any]]:
    """The program, whose driver is `Paper`, runs; it is ended at the end."""
    Paper.painted.clear()
    running = asyncio.create_task(app.run_async(size=(columns, rows)))
    try:
        await painted_after(0)
        yield app
    finally:
        app.exit()
        await running


def press(app: App[Any], key: str) -> float:
    """When the key was pressed: it is on its way to the program."""
    now = time.perf_counter()
    character = key if len(key) == 1 else _CHARACTERS.get(key)
    app.post_message(events.Key(key, character))
    return now


async def painted_after(moment: float, *, quiet_s: float = 0.0) -> float:
    """When the first painting after this moment was done, or the last one before `quiet_s` without any."""
    end = time.perf_counter() + _GIVE_UP_S
    while time.perf_counter() < end:
        later = [at for at, _ in Paper.painted[-64:] if at > moment]
        if later and time.perf_counter() - later[-1] >= quiet_s:
            return later[-1] if quiet_s else later[0]
        await asyncio.sleep(0.0005)
    raise TimeoutError(f"nothing was painted within {_GIVE_UP_S:g} s")


async def key_to_paint_ms(app: App[Any], key: str) -> float:
    """How long after the key something was painted."""
    pressed = press(app, key)
    return (await painted_after(pressed) - pressed) * 1000


async def until(condition: Callable[[], object | Awaitable[object]], within_s: float = 20) -> None:
    """The condition holds; TimeoutError if it does not in time."""
    end = time.perf_counter() + within_s
    while True:
        answer = condition()
        if await answer if isinstance(answer, Awaitable) else answer:
            return
        if time.perf_counter() > end:
            raise TimeoutError(f"{condition} did not become true")
        await asyncio.sleep(0.002)
