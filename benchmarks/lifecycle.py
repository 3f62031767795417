"""No-op jobs through their whole life in one worker process, beside a plain pipelined stream of the same payloads.

Both sides use one client library, one server and one payload, and take turns; the ratio is the median over the
rounds. `python -m benchmarks.lifecycle --jobs 20000 --rounds 5`
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec
import redis.asyncio
from msgspec import Struct

from engine import VERSION, App, Client, JobContext, Settings, Spec, WorkerOptions
from engine.embedded import EmbeddedValkey

BATCH = 250


class Note(Struct):
    """A payload of about a hundred bytes, like an ingest job's."""

    tenant_id: str
    connector_id: str
    correlation_id: str


app = App(slot="bench")
queue = app.queue("noop", concurrency=BATCH)


class Goal:
    """How many jobs are still to run; what the handlers share."""

    def __init__(self, count: int) -> None:
        self._left = count
        self.reached = asyncio.Event()

    def count(self) -> None:
        """One job more has run."""
        self._left -= 1
        if not self._left:
            self.reached.set()


@queue.job(attempts=1)
async def noop(job: JobContext[Goal], payload: Note) -> None:
    """Nothing, counted."""
    job.resources.count()


def payloads(count: int) -> list[Note]:
    """Payloads that differ."""
    return [Note(f"tenant-{n % 97}", f"connector-{n % 13}", f"{n:032x}") for n in range(count)]


async def plain(url: str, count: int) -> float:
    """Seconds for XADD, XREADGROUP, XACK and XDEL of every payload, 250 a pipeline."""
    client = redis.asyncio.Redis.from_url(url, protocol=2)
    key, group = "plain", "workers"
    await client.delete(key)
    await client.xgroup_create(key, group, id="0", mkstream=True)
    bodies = [msgspec.json.encode(payload) for payload in payloads(count)]
    began = time.perf_counter()
    for start in range(0, count, BATCH):
        pipeline = client.pipeline(transaction=False)
        for body in bodies[start : start + BATCH]:
            pipeline.xadd(key, {"payload": body})
        await pipeline.execute()
    left = count
    while left:
        reply: Any = await client.xreadgroup(group, "one", {key: ">"}, count=BATCH)
        ids: list[bytes] = [entry for entry, _ in reply[0][1]]
        pipeline = client.pipeline(transaction=False)
        pipeline.xack(key, group, *ids)
        pipeline.xdel(key, *ids)
        await pipeline.execute()
        left -= len(ids)
    took = time.perf_counter() - began
    await client.aclose()
    return took


async def engine(settings: Settings, count: int) -> float:
    """Seconds from the first enqueue to the last settled job."""
    specs = [Spec(payload) for payload in payloads(count)]
    async with app.connect(settings) as client:
        await run_all(client, settings, specs[:1])  # connections are open and scripts are loaded on both sides
        return await run_all(client, settings, specs)


async def run_all(client: Client, settings: Settings, specs: list[Spec]) -> float:
    """Seconds to enqueue the jobs, and to run and settle them all in one worker."""
    goal = Goal(len(specs))
    began = time.perf_counter()
    await client.enqueue_many(noop, specs)
    enqueued_s = time.perf_counter() - began
    worker = app.worker(settings=settings, options=WorkerOptions(grace_s=5))
    began = time.perf_counter()
    running = asyncio.create_task(worker.run(nullcontext(goal)))
    await goal.reached.wait()
    async with app.inspect(settings) as inspector:
        while (await inspector.counts(queue.name)).active:
            pass
    worked_s = time.perf_counter() - began
    worker.stop()
    await running
    return enqueued_s + worked_s


async def measure(url: str, count: int, rounds: int) -> None:
    """Prints each round and the median ratio."""
    ratios: list[float] = []
    settings = Settings(redis_url=url, worker_id="bench")
    for number in range(rounds):
        sides: dict[str, Callable[[], Awaitable[float]]] = {
            "plain": lambda: plain(url, count),
            "engine": lambda: engine(settings, count),
        }
        # Turns swap, so that a slow spell of the machine does not always hit the same side.
        order = list(sides) if number % 2 == 0 else list(reversed(sides))
        took = {name: await sides[name]() for name in order}
        ratios.append(took["plain"] / took["engine"])
        rates = ", ".join(f"{name} {count / took[name]:,.0f} jobs/s" for name in sides)
        print(f"round {number + 1}: {rates}, ratio {ratios[-1]:.2f}")
    print(f"median ratio: {statistics.median(ratios):.2f} (engine / plain stream, {count:,} jobs, batches of {BATCH})")


def main() -> None:
    """Runs the rounds against a server of its own, with its append-only file on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--loop", choices=("uvloop", "asyncio"), default="uvloop")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder)) as valkey:
        versions = f"engine {VERSION}, Python {platform.python_version()}, redis-py {redis.__version__}"
        print(f"{versions}, {arguments.loop}, AOF on")
        main_task = measure(valkey.url, arguments.jobs, arguments.rounds)
        if arguments.loop == "uvloop":
            import uvloop  # noqa: PLC0415 - an extra

            uvloop.run(main_task)
        else:
            asyncio.run(main_task)


if __name__ == "__main__":
    main()
