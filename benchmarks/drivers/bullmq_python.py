"""BullMQ for Python: a Queue and a Worker in one process."""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.drivers.base import Driver, Load, job_id, run
from benchmarks.drivers.handler import Handler
from benchmarks.drivers.peer import about, batches, package, send_all
from benchmarks.drivers.tally import Tally


def _complain(error: object, *about: object) -> None:
    sys.stderr.write(f"{error!r}\n")


class BullMq(Driver):
    """Its `addBulk` stores a bulk; its worker runs on the driver's loop."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        self._url, self._options = url, options
        self._handler = Handler(options, tally)
        self._queue = package("bullmq").Queue("bench", {"connection": url})
        self._worker: Any = None
        return about("BullMQ", "bullmq", options)

    async def enqueue(self, load: Load) -> None:
        def opts(payload: dict[str, Any]) -> dict[str, Any]:
            delay = {"delay": load.delay_ms} if load.delay_ms else {}
            return {"jobId": job_id(payload), "attempts": 3, "backoff": {"type": "fixed", "delay": 10}, **delay}

        if load.how == "bulk":
            for batch in batches(load):
                await self._queue.addBulk([{"name": "noop", "data": data, "opts": opts(data)} for data in batch])
            return
        await send_all(load, lambda data: self._queue.add("noop", data, opts(data)))

    async def work(self, concurrency: int) -> None:
        settings: dict[str, Any] = {"connection": self._url, "concurrency": concurrency}
        if self._options.get("rate"):
            settings["limiter"] = {"max": self._options["rate"], "duration": 1000}
        self._worker = package("bullmq").Worker("bench", self._noop, settings)
        self._worker.on("error", _complain)

    async def _noop(self, job: Any, token: str) -> str:
        return await self._handler.run(job.data)

    async def stop(self) -> None:
        if self._worker is not None:
            await self._worker.close()
            self._worker = None

    async def close(self) -> None:
        await self.stop()
        await self._queue.close()


if __name__ == "__main__":
    run(BullMq())
