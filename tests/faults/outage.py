"""Redis away for a while, and how long it takes until jobs complete again once it is back."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Literal

from redis.exceptions import RedisError

from tests.faults.evidence import Fault
from tests.faults.figures import Spread, spread
from tests.faults.house import House
from tests.support.ledger import Entry

LEASE_S, SWEEP_S = 4.5, 0.5
"""A lease has as many sweeps as at the defaults and more: within it, an outage too short to be seen is no harm."""
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


async def until_flowing(house: House, since_s: float, *, within_s: float = 30.0) -> float:
    """Seconds from then until one more job has completed; AssertionError if none does in time."""
    before: int | None = None
    while True:
        completed = _completed(house)
        if completed is not None and before is not None and completed > before:
            return time.monotonic() - since_s
        before = completed if before is None else before
        assert time.monotonic() - since_s < within_s, f"no job completes {within_s:g} s after Redis is back"
        await asyncio.sleep(0.005)


def everyone_back(executions: Sequence[Entry], moments_us: Sequence[int], pids: Collection[int]) -> Spread:
    """Seconds from each of these moments to the next delivery that each of these workers began."""
    begun: defaultdict[int, list[int]] = defaultdict(list)
    for entry in executions:
        if entry.event == "start" and entry.pid in pids:
            begun[entry.pid].append(entry.fence)
    waits = [
        min((fence - moment for fence in begun[pid] if fence > moment), default=None)
        for moment in moments_us
        for pid in pids
    ]
    return spread([wait / 1_000_000 for wait in waits if wait is not None])


def _completed(house: House) -> int | None:
    try:
        return int(house.store.command("ZCARD", house.keys.completed))
    except (RedisError, OSError):
        return None
