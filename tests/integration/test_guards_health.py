"""A worker that lives and asks for nothing is not healthy."""

from __future__ import annotations

import pytest

from engine.streams import Registry, SyncStore
from tests.support.workers import Theatre


@pytest.mark.parametrize(("idle_s", "code"), [(20, 0), (40, 1)])
def test_health_is_by_when_a_worker_last_asked_for_jobs(theatre: Theatre, idle_s: int, code: int) -> None:
    """It beats all the same: exit 1 once it has not asked for more than 30 s."""
    registry, store = Registry(theatre.prefix), SyncStore(theatre.url)
    now_ms = int(store.command("TIME")[0]) * 1000
    fields: dict[str, str | int] = {
        "label": "w",
        "host": "here",
        "pid": 1,
        "queues": '["play"]',
        "concurrency": '{"play":1}',
        "version": "1",
        "started": now_ms - 60_000,
        "seen": now_ms,
        "acquired": now_ms - idle_s * 1000,
        "active": 0,
    }
    store.command("HSET", registry.worker("w~1"), *(word for pair in fields.items() for word in pair))
    store.command("ZADD", registry.workers, now_ms, "w~1")
    store.close()
    assert theatre.engine("health", "--worker", "w").returncode == code
