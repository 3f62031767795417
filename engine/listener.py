"""Hears wake-ups for a worker's queues and passes them to its fetcher."""

from __future__ import annotations

import asyncio

from engine.errors import Unreachable
from engine.fetcher import Fetcher
from engine.streams import Keys, Store
from engine.streams.blocking import BlockingLink
from engine.streams.doorbell import Doorbell

_PLACE_S = 0.05
"""How often a full process looks whether it was given more places, or is closed."""


class Listener:
    """Listens for one slot while the process has a free place; puts back what it cannot use."""

    def __init__(self, link: BlockingLink, keys: list[Keys], store: Store, fetcher: Fetcher) -> None:
        self._queues = {k.wake: k.queue for k in keys}
        self._doorbell = Doorbell(link, list(self._queues))
        self._store, self._fetcher = store, fetcher
        self._closed = asyncio.Event()

    async def once(self) -> None:
        """One wake-up has reached the fetcher, or was put back for another worker, or none came."""
        while not self._fetcher.wants and not self._closed.is_set():
            await self._fetcher.wait_for_place(_PLACE_S)
        if self._closed.is_set():
            return
        try:
            rang = await self._doorbell.wait()
        except Unreachable:
            if self._closed.is_set():
                return
            raise
        if rang is None:
            return
        if self._fetcher.wants:
            self._fetcher.wake(self._queues[rang])
        else:
            await self._store.command("LPUSH", rang, "1")

    async def close(self) -> None:
        """No wake-up is taken any more."""
        self._closed.set()
        await self._doorbell.close()
