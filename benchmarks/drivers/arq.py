"""arq: a pool that enqueues and a worker on the driver's loop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

from benchmarks.drivers.base import Driver, FailedOnPurpose, Load, job_id, run
from benchmarks.drivers.handler import Handler
from benchmarks.drivers.peer import about, background, ended, package, send_all
from benchmarks.drivers.tally import Tally


class Arq(Driver):
    """It has no bulk API: a bulk is a thousand enqueues at once. A retry is asked for by its own exception."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        self._handler, self._options = Handler(options, tally), options
        self._redis = package("arq.connections").RedisSettings.from_dsn(url)
        self._pool = await package("arq").create_pool(self._redis)
        self._worker: Any = None
        self._running: asyncio.Task[Any] | None = None
        return about("arq", "arq", options)

    async def enqueue(self, load: Load) -> None:
        defer = timedelta(milliseconds=load.delay_ms) if load.delay_ms else None

        async def send(payload: dict[str, Any]) -> None:
            await self._pool.enqueue_job("noop", payload, _job_id=job_id(payload), _defer_by=defer)

        await send_all(load, send)

    async def work(self, concurrency: int) -> None:
        worker, self._working = package("arq.worker"), await package("arq").create_pool(self._redis)
        self._worker = worker.Worker(
            functions=[worker.func(self._noop, name="noop")],
            redis_pool=self._working,
            max_jobs=concurrency,
            poll_delay=self._options.get("poll_delay_s", 0.5),
            handle_signals=False,
        )
        self._running = background(self._worker.async_run())

    async def _noop(self, context: dict[str, Any], payload: dict[str, Any]) -> str:
        try:
            return await self._handler.run(payload)
        except FailedOnPurpose as error:
            raise package("arq").Retry(defer=0.01) from error

    async def stop(self) -> None:
        if self._running is not None:
            with suppress(asyncio.CancelledError):  # jobs that ran are cancelled, and it says so by raising it
                await self._worker.close()
            await ended(self._running)
            await self._working.aclose(close_connection_pool=True)
            self._running = None

    async def close(self) -> None:
        await self.stop()
        await self._pool.aclose()


if __name__ == "__main__":
    run(Arq())
