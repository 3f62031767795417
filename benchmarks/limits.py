"""Starts under one limit over two queues and several worker processes: never too many, and nearly as many as allowed.

Handlers write their fence, the server's start time, to a file; the windows are checked from that.
`python -m benchmarks.limits --rate 10 --workers 4 --seconds 60`
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import IO

from msgspec import Struct

from engine import App, Client, JobContext, Rate, Settings, Spec
from engine.embedded import EmbeddedValkey

QUEUES = ("ingest", "score")


class Nothing(Struct):
    """The payload."""


def _own_file() -> IO[str]:
    return Path(os.environ["LEDGER"], f"{os.getpid()}").open("a", buffering=1)


@asynccontextmanager
async def open_ledger() -> AsyncGenerator[IO[str]]:
    """A file that this process alone appends to."""
    with _own_file() as ledger:
        yield ledger


app = App(slot="limits", rate=Rate(float(os.environ.get("RATE", "10"))), lifespan=open_ledger)


async def _start(job: JobContext[IO[str]], payload: Nothing) -> None:
    job.resources.write(f"{job.fence} {job.queue}\n")


for _name in QUEUES:
    app.queue(_name, concurrency=10).job(name="start", attempts=1)(_start)


def most_over(starts_us: Sequence[int], rate: float, burst: int) -> float:
    """By how many starts the worst window passes burst + rate * window; 0 or less: none does."""
    # The worst window begins and ends at a start: its slack is a running maximum of what each start leaves.
    worst, best_before = float("-inf"), float("-inf")
    for n, at_us in enumerate(starts_us):
        used = n - rate * at_us / 1_000_000
        best_before = max(best_before, -used)
        worst = max(worst, used + 1 + best_before - burst)
    return worst


def most_in_a_second(starts_us: Sequence[int]) -> int:
    """The most starts in any window of one second."""
    most, first = 0, 0
    for n, at_us in enumerate(starts_us):
        while at_us - starts_us[first] >= 1_000_000:
            first += 1
        most = max(most, n - first + 1)
    return most


async def _fill(client: Client, count: int) -> None:
    for name in QUEUES:
        await client.enqueue_many(app.queues[name].find(), [Spec(Nothing()) for _ in range(count)])


def measure(rate: float, workers: int, seconds: float) -> None:
    """The figures of one run are printed."""
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as ledger, ExitStack() as stack:
        valkey = stack.enter_context(EmbeddedValkey(Path(data)))
        settings = Settings(redis_url=valkey.url)

        async def fill() -> None:
            async with app.connect(settings) as client:
                await _fill(client, int(rate * seconds) + 100)

        asyncio.run(fill())
        env = {**os.environ, "REDIS_URL": valkey.url, "LEDGER": ledger, "RATE": f"{rate}", "LOG_LEVEL": "warn"}
        command = [sys.executable, "-m", "engine", "--app", "benchmarks.limits:app", "run"]
        processes = [subprocess.Popen(command, env={**env, "WORKER_ID": f"{n}"}) for n in range(workers)]
        try:
            time.sleep(seconds + 3)
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            for process in processes:
                process.wait(timeout=40)
        report(sorted(line for file in Path(ledger).iterdir() for line in file.read_text().splitlines()), rate, seconds)


def report(lines: Sequence[str], rate: float, seconds: float) -> None:
    """The windows, the utilisation and each queue's share, from a full second after the first start on."""
    burst = Rate(rate).burst_size
    fences = [(int(fence), queue) for fence, queue in (line.split() for line in lines)]
    begin = fences[0][0]
    within = [(at, queue) for at, queue in fences if at - begin <= seconds * 1_000_000]
    starts = [at for at, _ in within]
    shares = {name: sum(queue == name for _, queue in within) for name in QUEUES}
    print(
        f"rate {rate:g}/s, burst {burst}: {len(starts)} starts in {seconds:g} s = "
        f"{len(starts) / (rate * seconds):.1%} of the rate; at most {most_in_a_second(starts)} in any second; "
        f"the worst window is {most_over(starts, rate, burst):+.3f} starts from burst + rate * window; {shares}"
    )


def main() -> None:
    """One run as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    measure(given.rate, given.workers, given.seconds)


if __name__ == "__main__":
    main()
