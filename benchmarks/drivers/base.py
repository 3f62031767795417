"""What the Python drivers share: commands in, answers out, and the words of a command."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from benchmarks.drivers.tally import Tally

ORPHAN_S = 5.0
"""How long a command may go on once nobody waits for its answer."""
How = Literal["bulk", "concurrent", "single"]


@dataclass(frozen=True)
class Load:
    """Jobs to enqueue: from number `first` on, with `size` bytes of padding, due `delay_ms` after now."""

    first: int
    count: int
    size: int
    how: How
    delay_ms: int = 0
    every_ms: float = 0.0
    """The wait between two single enqueues; 0: none."""
    fails: bool = False
    """Every tenth job fails at its first attempt."""

    def payloads(self) -> Iterator[dict[str, Any]]:
        """The payloads, each stamped with the moment at which it is made, or is due."""
        pad = "x" * self.size
        for n in range(self.first, self.first + self.count):
            stamp_ns = time.monotonic_ns() + self.delay_ms * 1_000_000
            yield {
                "tenantId": f"tenant-{n % 97}",
                "n": n,
                "at": stamp_ns,
                "fails": self.fails and not n % 10,
                "pad": pad,
            }


def job_id(payload: dict[str, Any]) -> str:
    """The id by which a job is deduplicated."""
    return f"job-{payload['n']}"


class Driver(Protocol):
    """One side: opened with the server's URL and the tally, it enqueues loads and works."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        """Connected; answers versions and settings, as they are printed beside its figures."""
        ...

    async def enqueue(self, load: Load) -> None:
        """Every job of the load is stored."""
        ...

    async def work(self, concurrency: int) -> None:
        """A worker runs jobs from now on."""
        ...

    async def stop(self) -> None:
        """No worker runs any more; `work` may start another."""
        ...

    async def close(self) -> None:
        """All connections are closed."""
        ...


class FailedOnPurpose(Exception):
    """A tenth of the jobs raise it at their first attempt."""


def run(driver: Driver) -> None:
    """Serves commands from standard input until it ends; argv: URL, options as JSON, the tally's file."""
    url, options, path = sys.argv[1], json.loads(sys.argv[2]), Path(sys.argv[3])
    if options.get("uvloop"):
        import uvloop  # noqa: PLC0415 - a driver without it runs on asyncio's own loop

        uvloop.run(_serve(driver, url, options, path))
    else:
        asyncio.run(_serve(driver, url, options, path))


async def _serve(driver: Driver, url: str, options: dict[str, Any], path: Path) -> None:
    answer(await driver.open(url, options, Tally(path)))
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop, done = asyncio.get_running_loop(), threading.Event()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")
        # Whoever told it what to do is gone: a command that waits for a server that is gone too has no other end.
        if not done.wait(ORPHAN_S):
            os._exit(1)

    threading.Thread(target=read, name="commands", daemon=True).start()
    while line := await lines.get():
        answer(await _do(driver, json.loads(line)))
    done.set()


async def _do(driver: Driver, command: dict[str, Any]) -> dict[str, Any]:
    what = command.pop("do")
    began = time.perf_counter()
    if what == "enqueue":
        await driver.enqueue(Load(**command))
    elif what == "work":
        await driver.work(command["concurrency"])
    elif what == "stop":
        await driver.stop()
    elif what == "close":
        await driver.close()
    return {"seconds": time.perf_counter() - began, "cpu_s": time.process_time()}


def answer(value: dict[str, Any]) -> None:
    """One line on standard output."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def send_each(load: Load, send: Any) -> None:
    """The load by single enqueues: one after the other, at its pace, or all at once."""
    if load.how == "concurrent":
        await asyncio.gather(*(send(payload) for payload in load.payloads()))
        return
    began = time.perf_counter()
    for sent, payload in enumerate(load.payloads(), 1):
        await send(payload)
        wait_s = began + sent * load.every_ms / 1000 - time.perf_counter()
        if load.every_ms and wait_s > 0:
            await asyncio.sleep(wait_s)
