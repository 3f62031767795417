"""A queue whose every text was given by somebody: ids, tenants, payloads, errors, logs, workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from redis import Redis

from engine.streams import Keys, Registry, SyncStore
from engine.streams.commands import Note, Settle, acquire, configure, enqueue, note, settle
from engine.streams.commands.producer import NewJob
from tests.support.till import app, till

A_CALL = 100


class World:
    """The queue `till` of one prefix, filled from outside as producers and workers would."""

    def __init__(self, url: str, prefix: str) -> None:
        self.url, self.prefix = url, prefix
        self.keys = Keys(prefix, till.slot, till.name)
        self._store = SyncStore(url)
        self._client = Redis.from_url(url)
        for queue in app.queues.values():
            self._store.run(configure(Keys(prefix, queue.slot, queue.name), queue.limits()))

    def fail(self, texts: Sequence[str], *, lines: int = 3) -> list[str]:
        """The ids of jobs that failed by the engine's own scripts: each text is one's id, tenant, payload and error."""
        ids = [f"{text[:60]}-{n}" for n, text in enumerate(texts)]
        for first in range(0, len(ids), A_CALL):
            batch = list(zip(ids, texts, strict=True))[first : first + A_CALL]
            jobs = [NewJob(job_id, "settle", _payload(text), 0, text, "") for job_id, text in batch]
            self._store.run(enqueue(self.keys, 0, f"world-{first}", 600, jobs))
            taken = self._store.run(acquire(self.keys, 0, "ops~a", len(batch), alone=True)).deliveries
            text_of = dict(batch)
            notes = [
                Note(each.id, each.fence, "log", f"{text_of[each.id]} line {n}".encode(errors="replace"))
                for each in taken
                for n in range(lines)
            ]
            for start in range(0, len(notes), A_CALL):
                self._store.run(note(self.keys, 0, notes[start : start + A_CALL]))
            settles = [
                Settle(each.id, each.fence, "fail", _error(text_of[each.id]), 0, f"{first + n:012x}")
                for n, each in enumerate(taken)
            ]
            settled = self._store.run(settle(self.keys, 0, settles))
            assert set(settled) == {"ok"}
        return ids

    def write_raw(self, texts: Sequence[str]) -> int:
        """How many failed jobs another producer wrote: each has three of the texts, as its id, tenant and error."""
        pipeline, count = self._client.pipeline(transaction=False), 0
        for at in range(0, len(texts) - 2, 3):
            # At least one character of every text is within the column that shows it.
            job_id, tenant, error = (text.encode(errors="replace") for text in texts[at : at + 3])
            job_id += b"-%d" % at
            fields: Any = {
                "name": error[:40],
                "payload": _payload(texts[at]),
                "state": "failed",
                "run": 1_790_000_000_000_000 + at,
                "attempts": 1,
                "ended": 1_790_000_000_000 + at,
                "tenant": tenant,
                "error": _error(texts[at + 2]),
                "worker": tenant[:40] + b"~a",
            }
            pipeline.hset(self.keys.job + job_id.decode(), mapping=fields)
            pipeline.zadd(self.keys.failed, {job_id: 1_790_000_000_000 + at})
            count += 1
            if not count % 1000:
                pipeline.execute()
        pipeline.execute()
        return count

    def beat(self, texts: Sequence[str]) -> None:
        """Workers that another engine wrote tell of themselves with these texts."""
        registry, now = Registry(self.prefix), self._now_ms()
        for n, text in enumerate(texts):
            told: Any = {
                "label": text,
                "host": text,
                "pid": n,
                "queues": msgspec.json.encode([till.name, text]),
                "concurrency": msgspec.json.encode({till.name: 5}),
                "version": text,
                "started": now - 60_000,
                "seen": now,
                "acquired": now,
                "active": 0,
            }
            consumer = f"{n}{text}~a"
            self._client.hset(registry.worker(consumer), mapping=told)
            self._client.zadd(registry.workers, {consumer: now})

    def log(self, job_id: str, texts: Sequence[str]) -> None:
        """Another producer wrote these lines into the job's trail."""
        run = self._client.hget(self.keys.job + job_id, "run")
        pipeline = self._client.pipeline(transaction=False)
        for text in texts:
            fields: Any = {"kind": "log", "run": run, "at": self._now_ms(), "text": text.encode(errors="replace")}
            pipeline.xadd(self.keys.trail + job_id, fields)
        pipeline.execute()

    def close(self) -> None:
        """The connections are closed."""
        self._store.close()
        self._client.close()

    def _now_ms(self) -> int:
        now: Any = self._client.time()
        return int(now[0]) * 1000 + int(now[1]) // 1000


def _payload(text: str) -> bytes:
    return msgspec.json.encode({"tenantId": text, "text": text, text[:40]: {"deep": [text, {"deeper": text}]}})


def _error(text: str) -> bytes:
    return msgspec.json.encode({"type": text[:30], "message": text, "stack": f'File "{text}", line 7, in {text}'})
