"""The producer's and the operator's side of a theatre, synchronously: enqueue, look, count."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from engine import Client, Enqueued, Inspector, JobStatus, QueueCounts, Settings, Spec
from engine.streams import Keys, SyncStore
from tests.support.apps import Play, app
from tests.support.wait import eventually_sync
from tests.support.workers import Theatre

T = TypeVar("T")
SLOT = "play"


class BoxOffice:
    """Talks to the queue `play` of a theatre; every call opens and closes its own connection."""

    def __init__(self, theatre: Theatre) -> None:
        self.settings = Settings(redis_url=theatre.url, prefix=theatre.prefix)
        self.keys = Keys(theatre.prefix, SLOT, "play")

    def put(self, payload: Play, *ids: str, job: str = "play") -> list[Enqueued]:
        """The tickets of equal jobs of the queue `play`."""
        specs = [Spec(payload, job_id) for job_id in ids]
        return self._ask(lambda client: client.enqueue_many(app.queues["play"].find(job), specs))

    def status(self, job_id: str) -> JobStatus:
        """What is known of a job that is there."""
        (status,) = self.statuses([job_id])
        return status

    def statuses(self, ids: Sequence[str]) -> list[JobStatus]:
        """What is known of jobs that are there."""

        async def look(client: Client) -> list[JobStatus]:
            found = [await client.status("play", job_id) for job_id in ids]
            assert None not in found, "a job has no record"
            return [status for status in found if status is not None]

        return self._ask(look)

    def counts(self) -> QueueCounts:
        """How many jobs are in each state."""

        async def look() -> QueueCounts:
            async with app.inspect(self.settings) as inspector:
                return await _counts(inspector)

        return asyncio.run(look())

    def await_ended(self, count: int, *, within_s: float = 40) -> QueueCounts:
        """The counts, once this many jobs have ended."""

        def ended() -> QueueCounts | None:
            counts = self.counts()
            return counts if counts.completed + counts.failed + counts.cancelled >= count else None

        found = eventually_sync(ended, within_s=within_s, every_s=0.1)
        assert found is not None
        return found

    def await_state(self, job_id: str, *states: str, within_s: float = 20) -> JobStatus:
        """The status of a job, once it is in one of these states."""

        def there() -> JobStatus | None:
            status = self.status(job_id)
            return status if status.state in states else None

        found = eventually_sync(there, within_s=within_s, every_s=0.05)
        assert found is not None
        return found

    def held_by(self, label: str) -> list[str]:
        """The ids of the jobs that Redis believes to run in the process of this label."""
        store = SyncStore(self.settings.redis_url)
        try:
            flat = [word.decode() for word in store.command("HGETALL", self.keys.active)]
        finally:
            store.close()
        return [job for job, holding in zip(flat[::2], flat[1::2], strict=True) if f" {label}~" in holding]

    def _ask(self, question: Callable[[Client], Awaitable[T]]) -> T:
        async def ask() -> T:
            async with app.connect(self.settings) as client:
                return await question(client)

        return asyncio.run(ask())


async def _counts(inspector: Inspector) -> QueueCounts:
    return await inspector.counts("play")
