"""The worker processes that tell of themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from engine.errors import StoreMisused
from engine.streams import Registry, Store
from engine.streams.reads import MOST_WORKERS, decode_worker
from engine.types import WorkerInfo

Listing = tuple[asyncio.Future[Any], dict[str, asyncio.Future[Any]]]
"""The list to come, and what each worker that was known before tells."""


class Workers:
    """Reads the list of workers and what those of the last list tell, in one round trip while no other joins them."""

    def __init__(self, store: Store, registry: Registry) -> None:
        self._store, self._registry = store, registry
        self._known: Sequence[str] = []

    def submit(self) -> Listing:
        """What `read` takes; it travels with what else is submitted in this tick."""
        listed = self._store.submit_command("ZREVRANGE", self._registry.workers, 0, MOST_WORKERS - 1)
        return listed, {each: self._ask(each) for each in self._known}

    async def read(self, listing: Listing) -> list[WorkerInfo]:
        """The workers whose heartbeat is younger than 30 s, oldest first; the newest thousand of them."""
        listed, told = listing
        replies = {each: await _told(reply) for each, reply in told.items()}
        consumers = [name.decode(errors="backslashreplace") for name in await listed]
        joined = {each: self._ask(each) for each in consumers if each not in replies}
        replies |= {each: await _told(reply) for each, reply in joined.items()}
        found = [decode_worker(each, replies[each]) for each in consumers]
        workers = sorted((worker for worker in found if worker is not None), key=lambda worker: worker.started)
        self._known = [worker.consumer for worker in workers]
        return workers

    def _ask(self, consumer: str) -> asyncio.Future[Any]:
        return self._store.submit_command("HGETALL", self._registry.worker(consumer))


async def _told(reply: asyncio.Future[Any]) -> Sequence[bytes]:
    """The worker's fields; none where its key holds something else, which costs nobody but itself."""
    try:
        fields: Sequence[bytes] = await reply
    except StoreMisused as error:
        if "WRONGTYPE" not in str(error):
            raise
        return ()
    return fields
