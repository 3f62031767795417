"""The handler loop without Redis: as many coroutines as told take payloads from files."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from benchmarks.drivers.base import Driver, Load, run
from benchmarks.drivers.handler import Handler
from benchmarks.drivers.tally import Tally

PART = 1000
"""Jobs in a file; a file is one worker's."""
LOOK_S = 0.002


class Loop(Driver):
    """Nothing is stored, and nothing is sure: this is what the handlers cost, and what a loop costs around them."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        self._folder, self._name = tally.path.parent / "loop", tally.path.name
        self._folder.mkdir(exist_ok=True)
        self._handler = Handler(options, tally)
        self._sent = 0
        self._working: list[asyncio.Task[None]] = []
        return {
            "name": "loop",
            "version": msgspec.__version__,
            "runtime": f"Python {platform.python_version()} with uvloop",
            "settings": "no Redis: payloads come from files",
            "page": "",
        }

    async def enqueue(self, load: Load) -> None:
        payloads = load.payloads()
        while batch := list(islice(payloads, PART)):
            self._sent += 1
            part = self._folder / f"{self._name}-{self._sent:08}"
            part.write_bytes(b"\n".join(msgspec.json.encode(payload) for payload in batch))
            part.rename(part.with_suffix(".jobs"))

    async def work(self, concurrency: int) -> None:
        self._stopping = False
        waiting: Iterator[dict[str, Any]] = self._payloads()
        self._working = [asyncio.create_task(self._work(waiting)) for _ in range(concurrency)]

    def _payloads(self) -> Iterator[dict[str, Any]]:
        decode = msgspec.json.Decoder(dict[str, Any]).decode
        for part in sorted(self._folder.glob("*.jobs")):
            mine = part.with_suffix(f".{self._name}")
            try:
                part.rename(mine)
            except FileNotFoundError:
                continue  # another worker's
            for line in mine.read_bytes().splitlines():
                yield decode(line)
            mine.unlink()

    async def _work(self, waiting: Iterator[dict[str, Any]]) -> None:
        while not self._stopping:
            payload = next(waiting, None)
            if payload is None:
                await asyncio.sleep(LOOK_S)
                waiting = self._payloads()
                continue
            await self._handler.run(payload)

    async def stop(self) -> None:
        self._stopping = True
        if self._working:
            await asyncio.wait(self._working)
        self._working = []

    async def close(self) -> None:
        await self.stop()


if __name__ == "__main__":
    run(Loop())
