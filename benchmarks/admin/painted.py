"""The program in this process, painting on paper: `python -m benchmarks.admin.painted WHAT URL` tells its samples."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

import msgspec

from admin_tui.admin import Eyes
from admin_tui.app import AdminApp
from admin_tui.known import Who
from admin_tui.session import Session
from admin_tui.tidy import begin
from admin_tui.widgets.window_table import WindowTable
from benchmarks.admin.house import FULL, app
from benchmarks.admin.load import PREFIX
from benchmarks.admin.paper import Paper, key_to_paint_ms, on_paper, painted_after, press, until
from engine import JobDetail, JobLine, Listed, Settings, Snapshot, Window

Samples = dict[str, list[float]]
REFRESHES = 30
KEYS = 200
GROWTH = 10_000
LAST = "G"


class Timed:
    """Eyes that note when an answer was there; all else is the engine's."""

    def __init__(self, eyes: Eyes) -> None:
        self._eyes = eyes
        self.answered: list[float] = []
        """Snapshots."""
        self.read: list[float] = []
        """Jobs and windows of lists."""

    async def snapshot(self, minutes: int = 30) -> Snapshot:
        """The engine's."""
        found = await self._eyes.snapshot(minutes)
        self.answered.append(time.perf_counter())
        return found

    async def job(self, queue: str, job_id: str) -> JobDetail | None:
        """The engine's."""
        found = await self._eyes.job(queue, job_id)
        self.read.append(time.perf_counter())
        return found

    async def window(
        self, queue: str, listed: Listed, size: int, *, rank: int | None = None, above: str = "", below: str = ""
    ) -> Window:
        """The engine's."""
        found = await self._eyes.window(queue, listed, size, rank=rank, above=above, below=below)
        self.read.append(time.perf_counter())
        return found

    def has_read_since(self, moment: float) -> bool:
        """A job or a window was there later."""
        return bool(self.read) and self.read[-1] > moment

    def has_answered(self, times: int) -> bool:
        """So many snapshots were there."""
        return len(self.answered) >= times

    def __getattr__(self, name: str) -> object:
        return getattr(self._eyes, name)


@asynccontextmanager
async def program(url: str, size: tuple[int, int], interval_s: float = 1.0) -> AsyncGenerator[tuple[AdminApp, Timed]]:
    """The program on the filled queues, its first screen painted."""
    async with app.inspect(Settings(redis_url=url, prefix=PREFIX)) as inspector:
        eyes = Timed(cast("Eyes", inspector))
        session = Session(cast("Eyes", eyes), None, Who("bench"), await eyes.snapshot())
        admin = AdminApp(session, interval_s=interval_s)
        admin.driver_class = Paper
        begin()
        async with on_paper(admin, *size):
            yield admin, eyes


async def refreshes(url: str) -> Samples:
    """From each snapshot to the end of its painting, at two sizes; another process changes every row meanwhile."""
    found: Samples = {}
    for size in ((80, 24), (200, 50)):
        async with program(url, size) as (_, eyes):
            took = found[f"{size[0]}x{size[1]}"] = []
            for n in range(REFRESHES):
                await until(partial(eyes.has_answered, n + 3))
                moment = eyes.answered[-1]
                took.append((await painted_after(moment) - moment) * 1000)
    return found


async def keys(url: str) -> Samples:
    """In the list of a million rows: a row down, far jumps; a job opened; dialogs."""
    async with program(url, (80, 24)) as (admin, eyes):
        await _open_list(admin)
        for _ in range(12):  # so that every key measured moves the cursor
            press(admin, "j")
        found: Samples = {"row": [], "page": [], "jump": [], "open": [], "cpu": []}
        for n in range(KEYS):
            found["row"].append(await key_to_paint_ms(admin, "j" if n // 10 % 2 == 0 else "k"))
            await asyncio.sleep(0.03)
        for n in range(KEYS // 4):
            found["page"].append(await key_to_paint_ms(admin, "pagedown" if n % 2 == 0 else "pageup"))
            await asyncio.sleep(0.05)
        for n in range(KEYS // 4):
            found["jump"].append(await _on_a_row_ms(admin, LAST if n % 2 == 0 else "g"))
            await asyncio.sleep(0.1)
        for _ in range(KEYS // 2):
            before_s = time.process_time()
            found["open"].append(await _read_and_painted_ms(admin, eyes, "enter"))
            found["cpu"].append((time.process_time() - before_s) * 1000)
            await asyncio.sleep(0.1)
            press(admin, "escape")
            await asyncio.sleep(0.1)
        return found


async def growth(url: str) -> Samples:
    """The memory of this process, in MB, ten times over ten thousand refreshes."""
    found: Samples = {"mb": []}
    async with program(url, (80, 24), 0.0) as (_, eyes):
        for part in range(11):
            wanted = 200 + part * GROWTH // 10
            await until(partial(eyes.has_answered, wanted), within_s=600)
            gc.collect()
            found["mb"].append(_resident_mb())
    return found


async def _read_and_painted_ms(admin: AdminApp, eyes: Timed, key: str) -> float:
    """How long after the key what it asked for was there and painted."""
    pressed = press(admin, key)
    await until(partial(eyes.has_read_since, pressed), within_s=5)
    return (await painted_after(eyes.read[-1]) - pressed) * 1000


async def _on_a_row_ms(admin: AdminApp, key: str) -> float:
    """How long after the key a row is under the cursor again, and painted: what is not here yet is blank."""
    table = cast("WindowTable[JobLine]", admin.screen.query_one("#jobs #table"))
    pressed = press(admin, key)
    painted = await painted_after(pressed)
    while table.row is None:
        painted = await painted_after(painted)
    return (painted - pressed) * 1000


async def _open_list(admin: AdminApp) -> None:
    await until(lambda: admin.focused is not None)
    admin.open_queue(FULL, "waiting")
    jobs = admin.screen.query_one("#jobs #table")
    await until(lambda: admin.focused is jobs and cast("WindowTable[JobLine]", jobs).row is not None)


def _resident_mb() -> float:
    with open("/proc/self/status") as status:  # noqa: PTH123 - as short as it can be
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024


WHAT: dict[str, Callable[[str], Awaitable[Samples]]] = {"refreshes": refreshes, "keys": keys, "growth": growth}


async def _measure(what: str, url: str) -> Samples:
    return await WHAT[what](url)


def main() -> None:
    """The samples are on stdout."""
    samples = asyncio.run(_measure(*sys.argv[1:]))
    sys.stdout.buffer.write(msgspec.json.encode(samples))


if __name__ == "__main__":
    main()
