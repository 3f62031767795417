"""The app of the soak: jobs that end in every way, and a worker that tells its tasks and threads each second.

Workers run it as `python -m engine run --app tests.faults.soak.app:app`; the environment names the file of the gauges.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from engine import App, Constant, JobContext, Keep, Snooze, UnrecoverableError

APP = "tests.faults.soak.app:app"
GAUGES_VARIABLE = "PLAY_GAUGES"
QUEUE = "soak"
LEASE_S, SWEEP_S, KEPT_S = 3.0, 0.5, 20.0
CONCURRENCY = 12
EVERY_S = 1.0

Do = Literal["work", "raise", "fail", "snooze", "notes", "long", "big", "stubborn"]


class Errand(Struct, frozen=True, rename="camel"):
    """What a job does, for how long, and for whom."""

    do: Do = "work"
    seconds: float = 0.0
    tenant_id: str = "t0"


class Inside(Struct, frozen=True):
    """What can only be seen from inside a worker."""

    tasks: int
    threads: int


@asynccontextmanager
async def tell_gauges() -> AsyncGenerator[None]:
    """The file that the environment names always has the newest gauges."""
    path = os.environ.get(GAUGES_VARIABLE)
    task = asyncio.create_task(_tell(Path(path)), name="gauges") if path else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _tell(path: Path) -> None:
    while True:
        inside = Inside(len(asyncio.all_tasks()), threading.active_count())
        new = path.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(inside))
        new.replace(path)
        await asyncio.sleep(EVERY_S)


async def run_errand(job: JobContext[None], errand: Errand) -> str:
    """The errand was run."""
    await asyncio.sleep(errand.seconds)
    match errand.do:
        case "raise" if job.attempt == 1:
            raise ValueError("not at the first attempt")
        case "fail":
            raise UnrecoverableError("never")
        case "snooze" if not job.snoozed_s:
            raise Snooze(0.5)
        case "notes":
            job.log(f"a line of {job.id}")
            job.progress("half", 50)
            await job.checkpoint()
        case "stubborn":
            await _ignore_the_stop()
        case _:
            pass
    return "x" * (20_000 if errand.do == "big" else 10)


async def _ignore_the_stop() -> None:
    for _ in range(3):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(1)


app = App(slot=QUEUE, lifespan=tell_gauges)
_queue = app.queue(
    QUEUE,
    concurrency=CONCURRENCY,
    group_by="tenantId",
    lease_s=LEASE_S,
    sweep_s=SWEEP_S,
    keep_completed=Keep(KEPT_S, count=500),
    keep_failed=Keep(KEPT_S),
)
_queue.job(name="errand", attempts=3, backoff=Constant(0.3), timeout_s=60)(run_errand)
_queue.job(name="hurried", attempts=1, timeout_s=0.5, cancel_grace_s=0.5)(run_errand)
