"""The plain stream floor: pipelined XADD, XREADGROUP, XACK and XDEL of redis-py, and nothing else."""

from __future__ import annotations

import asyncio
import platform
from itertools import islice
from typing import Any

import msgspec
import redis
from redis.asyncio import Redis

from benchmarks.drivers.base import Driver, Load, run
from benchmarks.drivers.tally import Tally

STREAM, GROUP = "floor", "bench"
BULK = 250
"""Jobs of a pipeline that stores them: as many as ours sends at once."""
BLOCK_MS = 20
"""How long a read waits; so long does `stop` take at most."""


class Stamp(msgspec.Struct):
    """What the floor reads of a payload."""

    at: int


class Floor(Driver):
    """No status, no result, no retry, no deduplication: what is read and answered is gone."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        self._redis, self._reader, self._tally = Redis.from_url(url), Redis.from_url(url), tally
        self._most = options["batch"]
        self._working: asyncio.Task[None] | None = None
        await self._redis.ping()  # pyright: ignore[reportGeneralTypeIssues]  # typed as either kind of client
        try:
            await self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        return {
            "name": "plain stream",
            "version": redis.__version__,
            "runtime": f"Python {platform.python_version()} with uvloop",
            "settings": f"stores {BULK} at once, runs {self._most} at most; an answer and a read in one trip",
            "page": "",
        }

    async def enqueue(self, load: Load) -> None:
        payloads = load.payloads()
        while batch := list(islice(payloads, BULK if load.how != "single" else 1)):
            pipe = self._redis.pipeline(transaction=False)
            for payload in batch:
                pipe.xadd(STREAM, {"p": msgspec.json.encode(payload)})
            await pipe.execute()
            if load.every_ms:
                await asyncio.sleep(load.every_ms / 1000)

    async def work(self, concurrency: int) -> None:
        self._stopping = False
        self._working = asyncio.create_task(self._work(min(concurrency, self._most)))

    async def _work(self, count: int) -> None:
        decoder = msgspec.json.Decoder(Stamp)
        done: list[Any] = []
        while not self._stopping or done:
            pipe = self._reader.pipeline(transaction=False)
            if done:
                pipe.xack(STREAM, GROUP, *done)
                pipe.xdel(STREAM, *done)
            if not self._stopping:
                block = None if done else BLOCK_MS
                pipe.xreadgroup(GROUP, str(id(self)), {STREAM: ">"}, count=count, block=block)
            answers = await pipe.execute()
            done = []
            for _, entries in (not self._stopping and answers[-1]) or ():
                for entry, fields in entries:
                    self._tally.mark(decoder.decode(fields[b"p"]).at)
                    done.append(entry)

    async def stop(self) -> None:
        if self._working is not None:
            self._stopping = True
            await self._working
            self._working = None

    async def close(self) -> None:
        await self.stop()
        await self._redis.aclose()
        await self._reader.aclose()


if __name__ == "__main__":
    run(Floor())
