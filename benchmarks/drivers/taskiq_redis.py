"""taskiq with taskiq-redis: its stream broker and its result backend; its receiver, as `taskiq worker` runs it."""

from __future__ import annotations

import asyncio
from typing import Any

from benchmarks.drivers.base import Driver, Load, job_id, run
from benchmarks.drivers.handler import Handler
from benchmarks.drivers.peer import about, background, ended, package, send_all
from benchmarks.drivers.tally import Tally

STOP_S = 10.0
"""How long running jobs are waited for as it stops; without it one that never ends would hold it for good."""


class TaskiqRedis(Driver):
    """It has no bulk API: a bulk is a thousand enqueues at once. Ids are given, but nothing is deduplicated by them."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        self._prefetch: int = options.get("prefetch", 0)
        handler, redis = Handler(options, tally), package("taskiq_redis")
        results = redis.RedisAsyncResultBackend(redis_url=url, result_ex_time=1000)
        self._broker = redis.RedisStreamBroker(url=url, queue_name="bench").with_result_backend(results)
        self._broker = self._broker.with_middlewares(package("taskiq").SimpleRetryMiddleware(default_retry_count=3))

        async def noop(payload: dict[str, Any]) -> str:
            return await handler.run(payload)

        self._noop = self._broker.register_task(noop, task_name="noop", retry_on_error=True)
        await self._broker.startup()
        self._running: asyncio.Task[Any] | None = None
        return about("taskiq-redis", "taskiq-redis", options)

    async def enqueue(self, load: Load) -> None:
        async def send(payload: dict[str, Any]) -> None:
            await self._noop.kicker().with_task_id(job_id(payload)).kiq(payload)

        await send_all(load, send)

    async def work(self, concurrency: int) -> None:
        settings: dict[str, Any] = {
            "max_async_tasks": concurrency,
            "max_prefetch": self._prefetch,
            "run_startup": False,
        }
        settings["wait_tasks_timeout"] = STOP_S
        self._broker.is_worker_process, self._stopping = True, asyncio.Event()
        receiver = package("taskiq.receiver").Receiver(broker=self._broker, **settings)
        self._running = background(receiver.listen(self._stopping))

    async def stop(self) -> None:
        if self._running is not None:
            self._stopping.set()
            await ended(self._running)
            self._running = None

    async def close(self) -> None:
        await self.stop()
        await self._broker.shutdown()


if __name__ == "__main__":
    run(TaskiqRedis())
