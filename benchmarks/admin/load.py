"""The load: queues of a million jobs each, filled within a minute by one script, on a server of the bench's own."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct
from redis import Redis

from benchmarks.admin.house import FULL, OTHERS, SLOT
from engine.streams import Keys, Registry

PREFIX = "pickd"
"""That of the ten big queues."""
A_CALL = 5_000
"""Jobs that one call stores: some 30 ms of the server."""
ENDS = 600
MINUTES = 60
CONSUMERS = 50
RUNNING = 5
"""Active jobs of each queue."""

_ERRORS = [
    ("ConnectionError", "ads api: connection refused (10.0.7.7:443)"),
    ("TimeoutError", "google /reviews 504 after 30.0 s"),
    ("KeyError", "'periodEnd'"),
    ("ValueError", "invalid tenant 4711"),
    ("HTTPStatusError", "429 Too Many Requests for url https://reviews.example/list?page=3"),
]
_STACK = 'File "sync.py", line 88, in fetch_page\nFile "http.py", line 41, in get'


class Size(Struct, frozen=True):
    """How many jobs each queue has in each list."""

    waiting: int = 1_000_000
    delayed: int = 200_000
    failed: int = 100_000

    @classmethod
    def of(cls, rows: int) -> Size:
        """The same proportions around so many waiting jobs."""
        return cls(rows, max(rows // 5, 1), max(rows // 10, 1))


def fill(client: Redis, size: Size, queues: Sequence[str] = (FULL, *OTHERS), prefix: str = PREFIX) -> float:
    """Seconds that it took to fill the queues; every job of the first one has its record."""
    began = time.perf_counter()
    registry = Registry(prefix)
    for n, name in enumerate(queues):
        keys = Keys(prefix, SLOT, name)
        client.zadd(registry.queues, {f"{SLOT}/{name}": 0})
        _fill_queue(client, keys, size, size.waiting if n == 0 else ENDS)
        _start_some(client, keys)
    beat(client, queues, prefix)
    return time.perf_counter() - began


def beat(client: Redis, queues: Sequence[str], prefix: str = PREFIX) -> None:
    """The workers' heartbeats are fresh."""
    registry, now_ms = Registry(prefix), _now_ms(client)
    pipeline = client.pipeline(transaction=False)
    for n in range(CONSUMERS):
        name = queues[n % len(queues)]
        told: Any = {
            "label": f"ops-{n}",
            "host": f"ops-{n % 9}.example",
            "pid": 1000 + n,
            "queues": msgspec.json.encode([name]),
            "concurrency": msgspec.json.encode({name: 5}),
            "version": "2.31.0",
            "started": now_ms - 172_800_000,
            "seen": now_ms,
            "acquired": now_ms - 500,
            "active": 1,
        }
        pipeline.hset(registry.worker(f"ops-{n}~a"), mapping=told)
        pipeline.zadd(registry.workers, {f"ops-{n}~a": now_ms})
    pipeline.execute()


def _fill_queue(client: Redis, keys: Keys, size: Size, ends: int) -> None:
    script = (files("benchmarks.admin") / "fill.lua").read_text()
    sha, now_ms = client.script_load(script), _now_ms(client)
    told = [part for kind, text in _ERRORS for part in _error(kind, text)]

    def call(listed: str, first: int, count: int, total: int) -> None:
        words: list[Any] = [keys.base, listed, first, count, total, ends, now_ms, *told]
        client.evalsha(sha, 0, *words)

    call("statistics", 0, MINUTES, MINUTES)
    for listed, total in msgspec.structs.asdict(size).items():
        for first in range(0, total, A_CALL):
            call(listed, first, min(A_CALL, total - first), total)


def _start_some(client: Redis, keys: Keys) -> None:
    """The first jobs run, each at another worker."""
    now_us = _now_ms(client) * 1000
    for n in range(RUNNING):
        consumer = f"ops-{n}~a"
        reply: Any = client.xreadgroup("workers", consumer, {keys.ready: ">"}, count=1)
        entry, fields = reply[0][1][0]
        job_id, fence = fields[b"id"].decode(), now_us + n
        client.hset(keys.active, job_id, f"{fence} ready {entry.decode()} - {consumer}")
        client.hset(keys.job + job_id, mapping={"state": "active"})
    client.hset(keys.control, "fence", now_us + RUNNING)


def _error(kind: str, text: str) -> tuple[str, bytes]:
    fingerprint = hashlib.sha256(f"{kind} {text}".encode()).hexdigest()[:12]
    return fingerprint, msgspec.json.encode({"type": kind, "message": text, "stack": _STACK})


def _now_ms(client: Redis) -> int:
    now: Any = client.time()
    seconds, micros = now
    return int(seconds) * 1000 + int(micros) // 1000
