"""streaQ: one object that enqueues, and another that works, on the driver's loop."""

from __future__ import annotations

import asyncio
from typing import Any

from benchmarks.drivers.base import Driver, FailedOnPurpose, Load, job_id, run
from benchmarks.drivers.handler import Handler
from benchmarks.drivers.peer import about, background, batches, ended, package, send_all
from benchmarks.drivers.tally import Tally


class _Started:
    """What a worker tells when it is ready, as a task group of anyio hears it."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def started(self, value: object = None) -> None:
        self.event.set()


class Streaq(Driver):
    """Its `enqueue_many` stores a bulk; a retry is asked for by its own exception."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        self._url, self._options, self._handler = url, options, Handler(options, tally)
        self._client, self._noop = self._make()
        await self._client.__aenter__()
        self._working: asyncio.Task[Any] | None = None
        return about("streaQ", "streaq", options)

    def _make(self, concurrency: int = 16) -> tuple[Any, Any]:
        streaq = package("streaq")
        settings = {"concurrency": concurrency, "prefetch": self._options.get("prefetch"), "grace_period": 5}
        worker = streaq.Worker(redis_url=self._url, queue_name="bench", **settings)

        async def noop(payload: dict[str, Any]) -> str:
            try:
                return await self._handler.run(payload)
            except FailedOnPurpose as error:
                raise package("streaq.types").StreaqRetry(delay=0.01) from error

        return worker, worker.task(name="noop")(noop)

    def _task(self, payload: dict[str, Any], load: Load) -> Any:
        task = self._noop.enqueue(payload)
        task.id = job_id(payload)
        return task.start(delay=package("datetime").timedelta(milliseconds=load.delay_ms)) if load.delay_ms else task

    async def enqueue(self, load: Load) -> None:
        if load.how == "bulk":
            for batch in batches(load):
                await self._client.enqueue_many([self._task(payload, load) for payload in batch])
            return

        async def send(payload: dict[str, Any]) -> None:
            await self._task(payload, load)

        await send_all(load, send)

    async def work(self, concurrency: int) -> None:
        worker, _ = self._make(concurrency)
        started = _Started()
        self._working = background(worker.run_async(task_status=started))
        await started.event.wait()

    async def stop(self) -> None:
        if self._working is not None:
            self._working.cancel()
            await ended(self._working)
            self._working = None

    async def close(self) -> None:
        await self.stop()
        await self._client.__aexit__(None, None, None)


if __name__ == "__main__":
    run(Streaq())
