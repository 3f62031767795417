"""This project, as `engine run` has it: events, retention, results, tenant index, a limit, renewals and logs."""

from __future__ import annotations

import asyncio
import platform
from contextlib import nullcontext
from typing import Any

from msgspec import Struct

from benchmarks.drivers.base import Driver, FailedOnPurpose, Load, job_id, run, send_each
from benchmarks.drivers.tally import Tally
from benchmarks.drivers.without_limiter import work_without_limiter
from engine import VERSION, App, Client, Constant, JobContext, Keep, Rate, Settings, Spec, Worker, WorkerOptions, days
from engine.logs import logs_to_stderr

SWEEP_S = 2.5
"""The default; a shorter lease is swept more often."""


class Payload(Struct):
    """What every side's jobs carry."""

    tenantId: str  # noqa: N815 - the wire's word
    n: int
    at: int
    fails: bool
    pad: str


class Ours(Driver):
    """A client and a worker in one process."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        rate = options.get("rate")
        if options.get("limiter") == "none":
            work_without_limiter()
        app = App(slot="bench", rate=Rate(rate) if rate else None)
        lease_s = options.get("lease_s", 15.0)
        queues = [
            app.queue(
                name,
                group_by="tenantId",
                keep_completed=Keep(days(1)),
                lease_s=lease_s,
                sweep_s=min(SWEEP_S, lease_s / 3),
            )
            for name in ("bench", *(f"bench-{n}" for n in range(1, options.get("queues", 1))))
        ]

        async def noop(job: JobContext[None], payload: Payload) -> str:
            tally.mark(payload.at)
            if payload.fails and job.attempt == 1:
                raise FailedOnPurpose
            if options.get("holds_s"):
                await asyncio.sleep(options["holds_s"])
            return "done"

        self._app = app
        self._jobs = [queue.job(name="noop", attempts=3, backoff=Constant(0.01))(noop) for queue in queues]
        self._settings = Settings(redis_url=url, worker_id="bench")
        self._connecting = app.connect(self._settings)
        self._client: Client = await self._connecting.__aenter__()
        self._worker: Worker | None = None
        self._logging = logs_to_stderr("info", "json")
        self._logging.__enter__()
        return {
            "name": "engine",
            "version": VERSION,
            "runtime": f"Python {platform.python_version()}{' with uvloop' if options.get('uvloop') else ''}",
            "settings": "its defaults, tenant index, results, a day of retention, a log line for each job"
            + (f", a shared limit of {rate:g}/s" if rate else ""),
            "page": "README.md",
        }

    async def enqueue(self, load: Load) -> None:
        if load.how == "bulk":
            specs = [
                Spec(Payload(**payload), job_id=job_id(payload), delay_s=load.delay_ms / 1000)
                for payload in load.payloads()
            ]
            for n, job in enumerate(self._jobs):
                await self._client.enqueue_many(job, specs[n :: len(self._jobs)])
            return

        async def send(payload: dict[str, Any]) -> None:
            await self._client.enqueue(
                self._jobs[0], Payload(**payload), job_id=job_id(payload), delay_s=load.delay_ms / 1000
            )

        await send_each(load, send)

    async def work(self, concurrency: int) -> None:
        each = max(1, concurrency // len(self._jobs))
        options = WorkerOptions(grace_s=5, concurrency=dict.fromkeys(self._app.queues, each))
        self._worker = self._app.worker(settings=self._settings, options=options)
        self._running = asyncio.create_task(self._worker.run(nullcontext(None)))

    async def stop(self) -> None:
        if self._worker is not None:
            self._worker.stop()
            await self._running
            self._worker = None

    async def close(self) -> None:
        await self.stop()
        await self._connecting.__aexit__(None, None, None)
        self._logging.__exit__(None, None, None)


if __name__ == "__main__":
    run(Ours())
