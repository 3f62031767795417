"""Takes back what dead workers held, and deletes ended jobs past their retention."""

from __future__ import annotations

import logging
from random import Random

from engine.clock import Clock
from engine.fetcher import Line
from engine.streams import GROUP, Registry, Store
from engine.streams.commands import MAX_BATCH, prune, reclaim

_MOST_CALLS = 100
"""Calls in one sweep: a bound, so that one queue never starves the others."""
_DEAD_EVERY = 24
"""Sweeps between two looks for consumers that no longer beat."""
_log = logging.getLogger("engine.sweeper")


class Sweeper:
    """Sweeps one queue; any number of workers may sweep at once."""

    def __init__(self, line: Line, registry: Registry, store: Store, clock: Clock, random: Random) -> None:
        self._line, self._registry, self._store = line, registry, store
        self._clock, self._random = clock, random
        self._sweeps = 0

    def interval_s(self) -> float:
        """Seconds to the next sweep: the queue's interval, a little shorter at random, so that workers spread out."""
        return self._line.sweep_ms / 1000 * (1 - 0.2 * self._random.random())

    async def once(self) -> None:
        """Every lease that had run out is ended and nothing past its retention is left, within a bound of calls."""
        keys, options = self._line.keys, self._line.queue.options
        for _ in range(_MOST_CALLS):
            swept = await self._store.run(reclaim(keys, self._clock.now_us()))
            if swept.reclaimed or swept.failed or swept.uncharged:
                _log.warning(
                    "reclaim queue=%s: %d wait again, %d failed, %d uncharged",
                    keys.queue,
                    swept.reclaimed,
                    swept.failed,
                    swept.uncharged,
                )
            if not swept.more:
                break
        for _ in range(_MOST_CALLS):
            pruned = await self._store.run(prune(keys, self._clock.now_us(), options.keep()))
            if max(pruned.values()) < MAX_BATCH:
                break
        self._sweeps += 1
        if self._sweeps % _DEAD_EVERY == 0:
            # Last, so that trouble here never keeps a job waiting.
            await self._store.run(reclaim(keys, self._clock.now_us(), await self._dead()))

    async def _dead(self) -> list[str]:
        """Consumers of the queue without a heartbeat; the script deletes those that hold nothing."""
        keys = self._line.keys
        names: set[str] = set()
        for stream in (keys.again, keys.ready, keys.suspect):
            for consumer in await self._store.command("XINFO", "CONSUMERS", stream, GROUP):
                fields = dict(zip(consumer[::2], consumer[1::2], strict=True))
                if fields[b"pending"] == 0 and fields[b"idle"] > 60_000:
                    names.add(fields[b"name"].decode())
        return [name for name in names if not await self._store.command("EXISTS", self._registry.worker(name))][
            :MAX_BATCH
        ]
