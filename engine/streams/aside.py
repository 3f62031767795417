"""A connection with a thread of its own: what goes on while the event loop is blocked."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from typing import NoReturn

from engine.streams.sync_store import SyncStore


class Aside:
    """Runs a function beside the event loop again and again; `store` is for that function alone."""

    def __init__(self, store: SyncStore, name: str) -> None:
        self.store, self._name = store, name
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, beat: Callable[[], None], interval_s: Callable[[], float]) -> None:
        """`beat` runs on the thread, `interval_s()` apart, until `close`; it must not raise."""
        self._thread = threading.Thread(target=self._run, args=(beat, interval_s), name=self._name, daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """The thread has ended and its connection is closed."""
        self._closing.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
        self.store.close()

    def end_process(self, status: int) -> NoReturn:
        """The process ends here and now, whatever its event loop is in; what was logged is written."""
        flushing = threading.Thread(target=logging.shutdown, name="flush", daemon=True)
        flushing.start()
        # Within a second, for the blocked thread may hold what a handler of the log needs.
        flushing.join(1.0)
        os._exit(status)

    def _run(self, beat: Callable[[], None], interval_s: Callable[[], float]) -> None:
        while not self._closing.wait(interval_s()):
            beat()
