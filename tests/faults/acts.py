"""What the cut processes do: calls of the producer's and the operator's side, and lives of a worker."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from engine import App, Settings, Spec, State, WorkerOptions
from engine.types import JobLine
from tests.faults.play import QUEUE, Part
from tests.support.apps import LEDGER_VARIABLE
from tests.support.ledger import Ledger
from tests.support.wait import eventually

Before = Literal["unknown", "waiting", "delayed", "cancelled"]
Run = Callable[[App, Settings, Sequence[str]], Awaitable[None]]
_MANY = 251
"""More than one call carries."""


class Act(Struct, frozen=True):
    """One call: how many jobs it is about, what they are before it, and as what they end once all is done."""

    run: Run
    before: Before = "unknown"
    after: State = State.COMPLETED
    jobs: int = 1
    part: Part = Part()


async def _enqueue(app: App, settings: Settings, ids: Sequence[str]) -> None:
    async with app.connect(settings) as client:
        await client.enqueue_many(app.queues[QUEUE].find("part"), [Spec(Part(), each) for each in ids])


async def _enqueue_at_once(app: App, settings: Settings, ids: Sequence[str]) -> None:
    job = app.queues[QUEUE].find("part")
    async with app.connect(settings) as client:
        await asyncio.gather(*(client.enqueue(job, Part(), job_id=each) for each in ids))


async def _enqueue_delayed(app: App, settings: Settings, ids: Sequence[str]) -> None:
    async with app.connect(settings) as client:
        await client.enqueue_many(app.queues[QUEUE].find("part"), [Spec(Part(), each, 0.3) for each in ids])


async def _sync_enqueue(app: App, settings: Settings, ids: Sequence[str]) -> None:
    with app.sync_client(settings) as client:
        client.enqueue_many(app.queues[QUEUE].find("part"), [Spec(Part(), each) for each in ids])


async def _cancel(app: App, settings: Settings, ids: Sequence[str]) -> None:
    async with app.connect(settings) as client:
        for each in ids:
            await client.cancel(QUEUE, each)


async def _sync_cancel(app: App, settings: Settings, ids: Sequence[str]) -> None:
    with app.sync_client(settings) as client:
        for each in ids:
            client.cancel(QUEUE, each)


async def _requeue(app: App, settings: Settings, ids: Sequence[str]) -> None:
    async with app.inspect(settings) as inspector:
        for each in ids:
            await inspector.requeue(QUEUE, each)


async def _requeue_many(app: App, settings: Settings, ids: Sequence[str]) -> None:
    async with app.inspect(settings) as inspector:
        lines: list[JobLine] = [line async for line in inspector.jobs(QUEUE, State.CANCELLED) if line.id in ids]
        await inspector.requeue_many(QUEUE, lines)


async def _sync_retry(app: App, settings: Settings, ids: Sequence[str]) -> None:
    with app.sync_client(settings) as client:
        for each in ids:
            client.retry(QUEUE, each)


async def _promote(app: App, settings: Settings, ids: Sequence[str]) -> None:
    async with app.inspect(settings) as inspector:
        for each in ids:
            await inspector.promote(QUEUE, each)


async def _pause_and_resume(app: App, settings: Settings, _ids: Sequence[str]) -> None:
    async with app.inspect(settings) as inspector:
        await inspector.pause(QUEUE)
        await inspector.resume(QUEUE)


async def _set_limits(app: App, settings: Settings, _ids: Sequence[str]) -> None:
    async with app.inspect(settings) as inspector:
        await inspector.set_limits(QUEUE, max_active=1)
        await inspector.reset_limits(QUEUE)


async def work(app: App, settings: Settings, _ids: Sequence[str]) -> None:
    """A worker has lived until nothing was left."""
    await app.worker([QUEUE], settings, WorkerOptions(drain=True)).run(app.lifespan())


async def _work_and_stop(app: App, settings: Settings, ids: Sequence[str]) -> None:
    """A worker was stopped at once while it ran these jobs."""
    worker = app.worker([QUEUE], settings)
    life = asyncio.create_task(worker.run(app.lifespan()))
    ledger = Ledger(Path(os.environ[LEDGER_VARIABLE]))
    await eventually(lambda: life.done() or set(ids) <= set(ledger.ids("start")), within_s=30)
    ledger.close()
    worker.stop()
    worker.stop()
    await life


ACTS = {
    "enqueue": Act(_enqueue),
    "enqueue-many": Act(_enqueue, jobs=_MANY),
    "enqueue-at-once": Act(_enqueue_at_once, jobs=_MANY),
    "enqueue-delayed": Act(_enqueue_delayed, jobs=3),
    "enqueue-again": Act(_enqueue, "cancelled", jobs=3),
    "sync-enqueue": Act(_sync_enqueue, jobs=_MANY),
    "cancel": Act(_cancel, "waiting", State.CANCELLED, jobs=2),
    "cancel-delayed": Act(_cancel, "delayed", State.CANCELLED, jobs=2),
    "sync-cancel": Act(_sync_cancel, "waiting", State.CANCELLED, jobs=2),
    "requeue": Act(_requeue, "cancelled", jobs=2),
    "requeue-many": Act(_requeue_many, "cancelled", jobs=5),
    "sync-retry": Act(_sync_retry, "cancelled", jobs=2),
    "promote": Act(_promote, "delayed", jobs=2),
    "pause": Act(_pause_and_resume, "waiting"),
    "limits": Act(_set_limits, "waiting"),
    "work": Act(work, "waiting", jobs=3),
    "retry": Act(work, "waiting", jobs=2, part=Part("raise")),
    "stop": Act(_work_and_stop, "waiting", jobs=3, part=Part("work", 0.5)),
}
"""Each call that is cut at every point. A worker's act takes whatever waits: it is alone with its jobs."""
