"""Redis away for a while, and how long it takes until jobs complete again once it is back."""

from __future__ import annotations

import asyncio
import time
from typing import Literal

from redis.exceptions import RedisError

from tests.faults.crew import Crew
from tests.faults.evidence import Fault
from tests.faults.house import House

LEASE_S, SWEEP_S = 4.5, 0.5
"""A lease has as many sweeps as at the defaults and more: within it, an outage too short to be seen is no harm."""
LONG_S = LEASE_S + 1.0
"""An outage that outlasts every lease: were they to end by it, every running job would be charged."""
BACK_S = 5.0
"""The promise: so soon after Redis is back, with all that is the queue's, a job completes."""
EVERYONE_S = 6.0
"""The longest pause between two tries of a worker, and what a machine of two processors needs besides."""


async def away(house: House, kind: Literal["restart", "redis_kill"], seconds: float) -> tuple[float, int]:
    """Redis was shut down or killed, was away for so long and serves again.

    The moment, in seconds of the monotonic clock and in microseconds since 1970.
    """
    house.faults.append(Fault(kind, house.valkey.pid, time.time_ns() // 1000))
    await asyncio.to_thread(house.valkey.stop if kind == "restart" else house.valkey.kill)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(house.valkey.start)
    return time.monotonic(), time.time_ns() // 1000


async def until_flowing(house: House, since_s: float, *, within_s: float = 20.0) -> float:
    """Seconds from then until one more job has completed; `within_s` and more if none does in time."""
    before: int | None = None
    while True:
        completed = _completed(house)
        waited_s = time.monotonic() - since_s
        if waited_s >= within_s or (completed is not None and before is not None and completed > before):
            return waited_s
        before = completed if before is None else before
        await asyncio.sleep(0.005)


async def until_everyone(house: House, crew: Crew, since_us: int, *, within_s: float = 20.0) -> list[float]:
    """Seconds from then until each worker had a delivery that began later; `within_s` for those that had none."""
    waits: dict[str, float] = {}
    end_s = time.monotonic() + within_s
    while len(waits) < len(crew.at_work) and time.monotonic() < end_s:
        for worker in crew.at_work:
            later = [fence for fence in house.held(f" {worker.label}~").values() if fence > since_us]
            if later and worker.label not in waits:
                waits[worker.label] = (min(later) - since_us) / 1_000_000
        await asyncio.sleep(0.01)
    return [waits.get(worker.label, within_s) for worker in crew.at_work]


def _completed(house: House) -> int | None:
    try:
        return int(house.store.command("ZCARD", house.keys.completed))
    except (RedisError, OSError):
        return None
