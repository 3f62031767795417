"""Takes back what dead workers held, and deletes ended jobs past their retention and a day in the trash."""

from __future__ import annotations

from random import Random
from typing import Any

from engine.clock import Clock
from engine.journal import Journal
from engine.line import Line
from engine.streams import GROUP, Registry, Store
from engine.streams.commands import MAX_BATCH, prune, reclaim

_MOST_CALLS = 100
"""Calls in one sweep: a bound, so that one queue never starves the others."""
_DEAD_EVERY = 24
"""Sweeps between two looks for consumers that no longer beat."""
_WHY: dict[str, dict[str, Any]] = {
    "reclaim": {"error": "the worker stopped renewing the lease"},
    "fail": {"error": "the worker stopped renewing the lease, once too often"},
}
"""What the events of a sweep mean."""


class Sweeper:
    """Sweeps one queue; any number of workers may sweep at once."""

    def __init__(
        self, line: Line, registry: Registry, store: Store, clock: Clock, random: Random, journal: Journal
    ) -> None:
        self._line, self._registry, self._store = line, registry, store
        self._clock, self._random, self._journal = clock, random, journal
        self._sweeps = 0

    def interval_s(self) -> float:
        """Seconds to the next sweep: the queue's interval, a little shorter at random, so that workers spread out."""
        return self._line.sweep_ms / 1000 * (1 - 0.2 * self._random.random())

    async def once(self) -> None:
        """Every lease that had run out is ended and nothing past its retention is left, within a bound of calls."""
        keys, options = self._line.keys, self._line.queue.options
        for _ in range(_MOST_CALLS):
            swept = await self._store.run(reclaim(keys, self._clock.now_us()))
            for verb, job_id in swept.jobs:
                self._journal.tell_of(verb, keys.queue, job_id, **_WHY.get(verb, {}))
            if not swept.more:
                break
        for _ in range(_MOST_CALLS):
            pruned = await self._store.run(prune(keys, self._clock.now_us(), options.keep()))
            if pruned.most:
                gone: dict[str, Any] = {str(state): count for state, count in pruned.ended.items()}
                self._journal.tell_of("prune", keys.queue, **gone, trash=pruned.trash)
            if pruned.most < MAX_BATCH:
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
