"""RQ: a client in the driver, and a worker in a script of its own, as its documentation has it."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import cache
from typing import Any

from benchmarks.drivers.base import Driver, Load, job_id, run
from benchmarks.drivers.outside import TOLD, Inside, Outside, inside
from benchmarks.drivers.peer import about, batches, package, send_all_here
from benchmarks.drivers.tally import Tally

JOB = "benchmarks.drivers.rq.noop"


@cache
def _told() -> Inside:
    told = inside()
    assert told is not None
    return told


def noop(payload: dict[str, Any]) -> str:
    """The job, as the worker finds it by its name."""
    return _told().handler.run_here(payload)


def work() -> None:
    """The worker has run jobs, one at a time and in this process, until it was told to stop."""
    told = _told()
    connection = package("redis").Redis.from_url(told.url)
    worker = package("rq").SimpleWorker(["bench"], connection=connection)
    told.ready()
    worker.work(with_scheduler=bool(told.options.get("scheduler")), logging_level="WARNING")


class Rq(Driver):
    """Its `enqueue_many` stores a bulk. A worker's process runs one job at a time, whatever the concurrency."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        self._outside = Outside(url, options, tally)
        self._connection = package("redis").Redis.from_url(url)
        self._queue = package("rq").Queue("bench", connection=self._connection)
        self._retry = package("rq").Retry(max=2)
        return about("RQ", "rq", options)

    async def enqueue(self, load: Load) -> None:
        queue = self._queue
        if load.how == "bulk" and not load.delay_ms:
            for batch in batches(load):
                queue.enqueue_many(
                    [queue.prepare_data(JOB, (data,), job_id=job_id(data), retry=self._retry) for data in batch]
                )
            return

        def send(payload: dict[str, Any]) -> None:
            words = {"args": (payload,), "job_id": job_id(payload), "retry": self._retry}
            if load.delay_ms:
                queue.enqueue_in(timedelta(milliseconds=load.delay_ms), JOB, **words)
            else:
                queue.enqueue(JOB, **words)

        send_all_here(load, send)

    async def work(self, concurrency: int) -> None:
        self._outside.start(("-m", "benchmarks.drivers.rq"))

    async def stop(self) -> None:
        self._outside.stop()

    async def close(self) -> None:
        await self.stop()
        self._connection.close()


if __name__ == "__main__":
    if TOLD in os.environ:
        package("benchmarks.drivers.rq").work()  # under the name by which jobs find it, not as `__main__`
    else:
        run(Rq())
