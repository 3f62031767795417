"""Jobs run for real, by a worker in the test's own process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from engine.app import App
from engine.config import Settings
from engine.worker import WorkerOptions


async def drain(app: App, queues: Sequence[str] | None = None, settings: Settings | None = None) -> None:
    """A worker in this process has run until nothing of the queues is waiting, delayed or active."""
    await app.run(queues, settings=settings, options=WorkerOptions(drain=True), signals=False)


class Bench:
    """An app on a Redis of its tests, for tests without asyncio: put jobs by `client`, let them run, look at them."""

    def __init__(self, app: App, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.client = app.sync_client(settings)

    def drain(self, queues: Sequence[str] | None = None) -> None:
        """Every job of the queues (default: all) has run to its end, retries and delays among them."""
        asyncio.run(drain(self.app, queues, self.settings))

    def close(self) -> None:
        """The client is closed."""
        self.client.close()
