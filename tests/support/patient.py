"""A server and an app to be looked at by the doctor, in this process."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from engine import App, JobContext, Settings
from engine.clock import SystemClock
from engine.doctor import Context, Finding, Repaired, examine, repair_queue
from engine.registry import Queue
from engine.streams import Store
from tests.support.queue import Rig


class Patient:
    """The queue `q` of a server, damaged by its `rig` and looked at by `findings`."""

    def __init__(self, context: Context, rig: Rig) -> None:
        self.context, self.rig = context, rig
        self.told: list[str] = []

    @property
    def queue(self) -> Queue:
        return self.context.queues["q"]

    async def findings(self) -> list[Finding]:
        """What is not in order."""
        return [found for found in await examine(self.context) if found.level != "ok"]

    async def about(self, part: str) -> Finding:
        """The one finding that is not in order and whose text has this part."""
        found = await self.findings()
        matching = [one for one in found if part in one.text]
        assert len(matching) == 1, f"{part!r} in {found}"
        assert matching[0].mend, "no command mends it"
        return matching[0]

    async def repair(self) -> list[Repaired]:
        """What was repaired."""
        return [repaired async for repaired in repair_queue(self.context, self.queue)]


async def _work(job: JobContext[None], payload: dict[str, int]) -> None:
    """The job of a rig's `enqueue`; it never runs."""


@asynccontextmanager
async def open_patient(
    url: str,
    prefix: str,
    *,
    login: str | None = None,
    wall_s: Callable[[], float] = time.time,
    silent_ms: int = 60_000,
) -> AsyncGenerator[Patient]:
    """A patient with one queue; `login` is another URL by which the doctor comes."""
    app = App(slot="s")
    app.queue("q").job(name="work")(_work)
    store, rig, told = Store(login or url), Rig(url, prefix), list[str]()
    context = Context(
        store=store,
        settings=Settings(redis_url=login or url, prefix=prefix),
        queues=app.queues,
        clock=SystemClock(),
        wall_s=wall_s,
        tell=told.append,
        silent_ms=silent_ms,
    )
    patient = Patient(context, rig)
    patient.told = told
    try:
        yield patient
    finally:
        rig.close()
        await store.close()
