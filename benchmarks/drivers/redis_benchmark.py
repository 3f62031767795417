"""The server's own bench as a floor of enqueues: XADD of the same payload, as `redis-benchmark` sends it."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from benchmarks.drivers.base import Driver, Load, run
from benchmarks.drivers.tally import Tally

IN_FLIGHT = {"single": 1, "concurrent": 1_000, "bulk": 250}
"""Commands of one pipeline, by how jobs are stored: a bulk as many as ours sends at once."""


class RedisBenchmark(Driver):
    """It stores and nothing else; the start of its program is in the time."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        self._program: str = options["program"]
        self._port = str(urlsplit(url).port)
        return {
            "name": self._program.rpartition("/")[2],
            "version": (await self._call("--version")).split()[1],
            "runtime": "C",
            "settings": "one connection; XADD: 1, 250 (bulk) or 1,000 (concurrent) in flight",
            "page": "redis.io/docs/latest/operate/oss_and_stack/management/optimization/benchmarks",
        }

    async def enqueue(self, load: Load) -> None:
        payload = json.dumps(next(load.payloads()))
        told = ("-p", self._port, "-q", "-c", "1", "-n", str(load.count), "-P", str(IN_FLIGHT[load.how]))
        await self._call(*told, "XADD", "floor", "*", "p", payload)

    async def _call(self, *words: str) -> str:
        process = await asyncio.create_subprocess_exec(self._program, *words, stdout=asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"{self._program} ended with {process.returncode}: {said.decode().strip()}")
        return said.decode()

    async def work(self, concurrency: int) -> None:
        raise NotImplementedError

    async def stop(self) -> None:
        pass

    async def close(self) -> None:
        pass


if __name__ == "__main__":
    run(RedisBenchmark())
