"""Tells Redis that this process works, and on what."""

from __future__ import annotations

import os
import socket

from engine.clock import Clock
from engine.codec import encode_json
from engine.fetcher import Fetcher
from engine.roster import Roster
from engine.streams import Registry, Store
from engine.version import VERSION

BEAT_S = 5.0
TTL_S = 30


class Heartbeat:
    """Writes the process's hash, which expires, and its place in the list of workers."""

    def __init__(self, registry: Registry, store: Store, consumer: str, label: str) -> None:
        self._registry, self._store, self._consumer, self._label = registry, store, consumer, label
        self._started_ms = 0

    def watch(self, fetcher: Fetcher, roster: Roster, clock: Clock) -> None:
        """What the beats tell of."""
        self._fetcher, self._roster, self._clock = fetcher, roster, clock

    async def once(self) -> None:
        """The hash is fresh for 30 s; processes silent for an hour are gone from the list."""
        seconds, micros = await self._store.command("TIME")
        now_ms = int(seconds) * 1000 + int(micros) // 1000
        self._started_ms = self._started_ms or now_ms
        acquired_ms = now_ms - round((self._clock.monotonic_s() - self._fetcher.acquired_s) * 1000)
        key = self._registry.worker(self._consumer)
        fields: dict[str, str | int | bytes] = {
            "label": self._label,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "queues": encode_json(sorted(line.queue.name for line in self._fetcher.lines)),
            "concurrency": encode_json(self._roster.concurrency),
            "version": VERSION,
            "started": self._started_ms,
            "seen": now_ms,
            "acquired": acquired_ms,
            "active": self._roster.busy(),
        }
        words = [word for pair in fields.items() for word in pair]
        await self._store.command("HSET", key, *words)
        await self._store.command("EXPIRE", key, TTL_S)
        await self._store.command("ZADD", self._registry.workers, now_ms, self._consumer)
        await self._store.command("ZREMRANGEBYSCORE", self._registry.workers, "-inf", now_ms - 3_600_000)

    async def end(self) -> None:
        """The process is no longer listed."""
        await self._store.command("DEL", self._registry.worker(self._consumer))
        await self._store.command("ZREM", self._registry.workers, self._consumer)
