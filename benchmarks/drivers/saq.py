"""SAQ: a queue and a worker on the driver's loop."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.drivers.base import Driver, Load, job_id, run
from benchmarks.drivers.handler import Handler
from benchmarks.drivers.peer import about, background, ended, package, send_all
from benchmarks.drivers.tally import Tally


class Saq(Driver):
    """It has no bulk API: a bulk is a thousand enqueues at once."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        self._handler = Handler(options, tally)
        self._queue = package("saq").Queue.from_url(url, name="bench", max_concurrent_ops=options.get("operations", 20))
        await self._queue.connect()
        self._worker: Any = None
        self._running: asyncio.Task[Any] | None = None
        return about("SAQ", "saq", options)

    async def enqueue(self, load: Load) -> None:
        async def send(payload: dict[str, Any]) -> None:
            due = {"scheduled": time.time() + load.delay_ms / 1000} if load.delay_ms else {}
            await self._queue.enqueue("noop", key=job_id(payload), retries=3, retry_delay=0.01, payload=payload, **due)

        await send_all(load, send)

    async def work(self, concurrency: int) -> None:
        self._worker = package("saq").Worker(self._queue, functions=[("noop", self._noop)], concurrency=concurrency)
        self._running = background(self._worker.start())

    async def _noop(self, context: dict[str, Any], *, payload: dict[str, Any]) -> str:
        return await self._handler.run(payload)

    async def stop(self) -> None:
        if self._running is not None:
            await self._worker.stop()
            await ended(self._running)
            self._running = None

    async def close(self) -> None:
        await self.stop()
        await self._queue.disconnect()


if __name__ == "__main__":
    run(Saq())
