"""Producers of the play app and jobs that end by hand, without a worker: what a test of clients needs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any, Unpack

from engine import App, Client, Job, Settings
from engine.registry import QueueSettings
from engine.streams import Keys, SyncStore
from engine.streams.commands import Settle, acquire, configure, settle
from tests.support.apps import Play, Played, Scene, make_app

QUEUE = "play"


class Yard:
    """An app with a queue `play`, and hands to end its jobs."""

    def __init__(self, url: str, prefix: str, *queues: str, **settings: Unpack[QueueSettings]) -> None:
        self.settings = Settings(redis_url=url, worker_id="yard", prefix=prefix)
        self.app: App = make_app(_no_scene, *(queues or (QUEUE,)), **settings)
        self.store = SyncStore(url)
        for name, queue in self.app.queues.items():
            configured = configure(self.keys(name), queue.limits())
            self.store.run(configured)

    def keys(self, queue: str = QUEUE) -> Keys:
        """The keys of a queue."""
        return Keys(self.settings.prefix, self.app.queues[queue].slot, queue)

    def job(self, queue: str = QUEUE) -> Job[Play, Played]:
        """The job of a queue."""
        return self.app.queues[queue].find("play")

    def end(self, verb: Any = "complete", data: bytes = b"1", queue: str = QUEUE) -> list[str]:
        """The ids of the waiting jobs, which have now been taken and ended."""
        keys = self.keys(queue)
        taken = self.store.run(acquire(keys, 0, "yard", 250, alone=True)).deliveries
        settled = settle(keys, 0, [Settle(delivery.id, delivery.fence, verb, data) for delivery in taken])
        assert not taken or "lost" not in self.store.run(settled)
        return [delivery.id for delivery in taken]

    def calls(self, queue: str = QUEUE) -> list[list[str]]:
        """The ids that each enqueue call stored: each wrote one entry of events."""
        entries = self.store.command("XRANGE", self.keys(queue).events, "-", "+")
        told = [list(zip(flat[::2], flat[1::2], strict=True)) for _, flat in entries]
        return [[job_id.decode() for verb, job_id in batch if verb == b"enqueue"] for batch in told]

    def stored(self, queue: str = QUEUE) -> list[str]:
        """The ids of all stored jobs, in the order in which they were."""
        return [job_id for call in self.calls(queue) for job_id in call]

    def connections(self) -> int:
        """How many clients the server has, this one among them."""
        listed: Sequence[bytes] = self.store.command("CLIENT", "LIST").splitlines()
        return len(listed)

    def listeners(self) -> int:
        """How many clients wait for events."""
        listed: Sequence[bytes] = self.store.command("CLIENT", "LIST").splitlines()
        return sum(b" cmd=xread " in line for line in listed)

    def close(self) -> None:
        """The connection is closed."""
        self.store.close()


@asynccontextmanager
async def open_yard(
    url: str, prefix: str, *queues: str, **settings: Unpack[QueueSettings]
) -> AsyncGenerator[tuple[Yard, Client]]:
    """A yard and a client of its app."""
    yard = Yard(url, prefix, *queues, **settings)
    try:
        async with yard.app.connect(yard.settings) as client:
            yield yard, client
    finally:
        yard.close()


def _no_scene() -> nullcontext[Scene]:
    raise AssertionError("nothing runs in a yard")
