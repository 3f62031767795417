"""Workers, a client and an inspector of the play app in this loop, all of them closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Unpack

from engine import App, Client, Enqueued, Inspector, JobStatus, Settings, Spec, Worker, WorkerInfo, WorkerOptions
from engine.registry import QueueSettings
from engine.streams import Keys, SyncStore
from tests.support.apps import Play, Scene, make_app
from tests.support.ledger import Ledger
from tests.support.servers import scratch
from tests.support.wait import eventually

LABEL = "here"


class Stage:
    """What a test of workers needs; `queue` is the first of the app's."""

    def __init__(self, app: App, settings: Settings, scene: Scene, client: Client, inspector: Inspector) -> None:
        self.app, self.settings, self.scene = app, settings, scene
        self.client, self.inspector = client, inspector
        self.queue = next(iter(app.queues))
        self._runs: list[tuple[Worker, asyncio.Task[None]]] = []

    @property
    def ledger(self) -> Ledger:
        return self.scene.ledger

    def keys(self, queue: str | None = None) -> Keys:
        """The keys of a queue."""
        name = queue or self.queue
        return Keys(self.settings.prefix, self.app.queues[name].slot, name)

    def server_now_us(self) -> int:
        """The server's clock, by which fences are made."""
        with Plain(self.settings.redis_url) as redis:
            seconds, micros = redis.command("TIME")
        return int(seconds) * 1_000_000 + int(micros)

    def launch(self, *, label: str = LABEL, options: WorkerOptions | None = None) -> Worker:
        """A worker that runs in this loop from the next turn on; it is stopped at the end."""
        settings = Settings(redis_url=self.settings.redis_url, worker_id=label, prefix=self.settings.prefix)
        worker = self.app.worker(None, settings, options)
        self._runs.append((worker, asyncio.create_task(worker.run(self.app.lifespan()), name=f"worker {label}")))
        return worker

    async def start(self, *, label: str = LABEL, options: WorkerOptions | None = None) -> Worker:
        """A worker that runs in this loop and has told Redis so; it is stopped at the end."""
        worker = self.launch(label=label, options=options)
        run = self.run_of(worker)

        async def listed() -> WorkerInfo | None:
            if run.done():
                self.forget(worker)
                run.result()
            return next((info for info in await self.inspector.workers() if info.label == label), None)

        await eventually(listed)
        return worker

    async def stop(self) -> None:
        """Every worker has stopped; raises what ended one before its time."""
        runs, self._runs = self._runs, []
        for worker, _ in runs:
            worker.stop()
            worker.stop()
        for _, run in runs:
            await run

    def run_of(self, worker: Worker) -> asyncio.Task[None]:
        """The task that a worker runs in."""
        return next(run for other, run in self._runs if other is worker)

    def forget(self, worker: Worker) -> None:
        """The worker has ended and is not waited for."""
        self._runs = [(other, run) for other, run in self._runs if other is not worker]

    async def put(self, payload: Play, job_id: str | None = None, *, job: str = "play", **given: Any) -> Enqueued:
        """The ticket of a job of the first queue."""
        return await self.client.enqueue(self.app.queues[self.queue].find(job), payload, job_id=job_id, **given)

    async def put_many(self, count: int, payload: Play, *, job: str = "play", name: str = "j") -> list[Enqueued]:
        """The tickets of equal jobs with the ids j0, j1 and so on."""
        specs = [Spec(payload, f"{name}{n}") for n in range(count)]
        return await self.client.enqueue_many(self.app.queues[self.queue].find(job), specs)

    async def status(self, ticket: Enqueued) -> JobStatus:
        """What is known of the ticket's job."""
        status = await self.client.status(ticket.queue, ticket.id)
        assert status is not None, f"{ticket.id} has no record"
        return status

    async def ended(self, ticket: Enqueued, *, within_s: float = 10) -> JobStatus:
        """The status of the ticket's job, which has ended."""
        return await self.reached(ticket, "completed", "failed", "cancelled", within_s=within_s)

    async def reached(self, ticket: Enqueued, *states: str, within_s: float = 10) -> JobStatus:
        """The status of the ticket's job, which is in one of these states."""

        async def there() -> JobStatus | None:
            status = await self.status(ticket)
            return status if status.state in states else None

        return await eventually(there, within_s=within_s)

    async def all_ended(self, tickets: Sequence[Enqueued], *, within_s: float = 20) -> list[JobStatus]:
        """The statuses of these jobs, which have all ended."""
        return [await self.ended(ticket, within_s=within_s) for ticket in tickets]

    async def started(self, job_id: str, *, times: int = 1, within_s: float = 10) -> int:
        """The fence of a job's newest execution, once there were `times` of them."""
        found = await eventually(lambda: self.ledger.starts().get(job_id, [])[times - 1 :], within_s=within_s)
        return found[-1].fence


@asynccontextmanager
async def open_stage(
    url: str, prefix: str, *queues: str, slot: str | None = None, **settings: Unpack[QueueSettings]
) -> AsyncGenerator[Stage]:
    """A stage whose queues (default: `play`) all have these settings; no worker runs yet."""
    with scratch() as directory:
        scene = Scene(Ledger(directory / "ledger"), asyncio.Event())

        @asynccontextmanager
        async def lifespan() -> AsyncGenerator[Scene]:
            yield scene

        app = make_app(lifespan, *queues, slot=slot, **settings)
        told = Settings(redis_url=url, worker_id=LABEL, prefix=prefix)
        try:
            async with app.connect(told) as client, app.inspect(told) as inspector:
                stage = Stage(app, told, scene, client, inspector)
                try:
                    yield stage
                finally:
                    await stage.stop()
        finally:
            scene.ledger.close()


class Plain:
    """A plain connection, for what no worker would do."""

    def __init__(self, url: str) -> None:
        self.store = SyncStore(url)

    def __enter__(self) -> SyncStore:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def ledger_at(directory: Path) -> Ledger:
    """A ledger for worker processes in this directory."""
    return Ledger(directory / "ledger")
