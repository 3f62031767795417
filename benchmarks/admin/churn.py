"""Every queue changes every second, so that every row of an overview does."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from redis import Redis

from benchmarks.admin.house import FULL, OTHERS, SLOT
from benchmarks.admin.load import PREFIX, beat
from engine.streams import Keys

EVERY_S = 0.5
A_TURN = 1_100
"""Failures of each queue: of hundreds of thousands, thousands are told."""
_BEATS = 10


@contextmanager
def churning(url: str) -> Generator[None]:
    """Jobs fail, come and go in all queues meanwhile, and the workers beat."""
    stop = threading.Event()
    thread = threading.Thread(target=_churn, args=(url, stop), name="churn")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _churn(url: str, stop: threading.Event) -> None:
    with Redis.from_url(url) as client:
        for turn in itertools.count():
            now_s = client.time()[0]
            pipeline = client.pipeline(transaction=False)
            for n, name in enumerate((FULL, *OTHERS)):
                keys = Keys(PREFIX, SLOT, name)
                pipeline.xadd(keys.ready, {"id": f"churn-{turn}"})
                pipeline.zadd(keys.failed, dict.fromkeys(_failed(turn), now_s * 1000))
                pipeline.zadd(keys.delayed, {f"churn-{turn}": (now_s + 3_600) * 1000})
                for verb in ("enqueue", "complete", "fail", "retry"):
                    pipeline.hincrby(f"{keys.stats}{now_s // 60}", verb, 100 + 37 * n + turn)
            pipeline.execute()
            if turn % _BEATS == 0:
                beat(client, (FULL, *OTHERS))
            if stop.wait(EVERY_S):
                _take_back(client, turn)
                return


def _failed(turn: int) -> list[str]:
    return [f"churn-{turn}-{n}" for n in range(A_TURN)]


def _take_back(client: Redis, last: int) -> None:
    """What came is gone: it has no records, and nobody is to find it in a list."""
    ids = [f"churn-{turn}" for turn in range(last + 1)]
    for name in (FULL, *OTHERS):
        keys = Keys(PREFIX, SLOT, name)
        for turn in range(last + 1):
            client.zrem(keys.failed, *_failed(turn))
        client.zrem(keys.delayed, *ids)
        newest: Any = client.xrevrange(keys.ready, count=last + 1)
        client.xdel(keys.ready, *[entry for entry, _ in newest])
