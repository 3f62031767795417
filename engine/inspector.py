"""The operator's side: what is where, and what to do about it. The command line uses nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from engine.clock import Clock
from engine.errors import SettingError
from engine.registry import Queue, find_queue
from engine.streams import Keys, Registry, Store
from engine.streams.commands import MAX_BATCH, cancel, pause
from engine.streams.keys import check_id
from engine.streams.reads import counts, list_jobs, show
from engine.types import CancelAnswer, JobLine, JobStatus, QueueCounts, State, WorkerInfo


class Inspector:
    """Reads and operates an app's queues; made by `App.inspect`."""

    def __init__(self, queues: dict[str, Queue], store: Store, prefix: str, clock: Clock) -> None:
        self._queues, self._store, self._prefix, self._clock = queues, store, prefix, clock
        self._registry = Registry(prefix)

    async def snapshot(self) -> Sequence[QueueCounts]:
        """How many jobs of each queue are in each state."""
        return [await self.counts(name) for name in self._queues]

    async def counts(self, queue: str) -> QueueCounts:
        """How many jobs of the queue are in each state; ended ones within their retention."""
        keep = find_queue(self._queues, queue).options
        call = counts(self._keys(queue), self._clock.now_us(), keep.keep_completed, keep.keep_failed)
        return await self._store.run(call)

    async def list(self, queue: str, state: State, limit: int = 50) -> Sequence[JobLine]:
        """The first jobs in one state: waiting and delayed in running order, others newest first."""
        if not 1 <= limit <= MAX_BATCH:
            raise SettingError(f"limit must be between 1 and {MAX_BATCH}, not {limit}")
        return await self._store.run(list_jobs(self._keys(queue), state, limit))

    async def show(self, queue: str, job_id: str) -> JobStatus | None:
        """Everything known of a job's current run; None if there is no record of it."""
        return await self._store.run(show(self._keys(queue), check_id(job_id)))

    async def cancel(self, queue: str, job_id: str) -> CancelAnswer:
        """`cancelled`, `requested` (it runs: it is told), `not_cancellable` (it ended) or `unknown`."""
        status = await self.show(queue, job_id)
        if status is None:
            return "unknown"
        return await self._store.run(cancel(self._keys(queue), self._clock.now_us(), job_id, status.run))

    async def pause(self, queue: str) -> bool:
        """Nothing of the queue is acquired any more; what runs goes on. True if it was not paused."""
        return await self._store.run(pause(self._keys(queue), paused=True))

    async def resume(self, queue: str) -> bool:
        """The queue is acquired again; True if it was paused."""
        return await self._store.run(pause(self._keys(queue), paused=False))

    async def workers(self) -> Sequence[WorkerInfo]:
        """The processes whose heartbeat is younger than 30 s, oldest first."""
        names = await self._store.command("ZRANGE", self._registry.workers, 0, -1)
        replies = [await self._store.command("HGETALL", self._registry.worker(name.decode())) for name in names]
        found = [_worker(name.decode(), reply) for name, reply in zip(names, replies, strict=True) if reply]
        return sorted(found, key=lambda worker: worker.started)

    def _keys(self, queue: str) -> Keys:
        return Keys(self._prefix, find_queue(self._queues, queue).slot, queue)


def _worker(consumer: str, flat: list[bytes]) -> WorkerInfo:
    fields: dict[str, Any] = {k.decode(): v.decode() for k, v in zip(flat[::2], flat[1::2], strict=True)}
    fields["queues"] = msgspec.json.decode(fields["queues"])
    fields["concurrency"] = msgspec.json.decode(fields["concurrency"])
    return msgspec.convert({"consumer": consumer, **fields}, WorkerInfo, strict=False)
