"""What the job of every Python side does, so that sides differ in nothing but their queue."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.drivers.base import FailedOnPurpose
from benchmarks.drivers.tally import Tally


class Handler:
    """A job: it is marked, may fail on purpose the first time that this process sees it, may hold, and says `done`."""

    def __init__(self, options: dict[str, Any], tally: Tally) -> None:
        self._holds_s: float = options.get("holds_s") or 0.0
        self._tally = tally
        self._failed: set[int] = set()

    async def run(self, payload: dict[str, Any]) -> str:
        """The job has run on the event loop."""
        self._begin(payload)
        if self._holds_s:
            await asyncio.sleep(self._holds_s)
        return "done"

    def run_here(self, payload: dict[str, Any]) -> str:
        """The job has run in this thread."""
        self._begin(payload)
        if self._holds_s:
            time.sleep(self._holds_s)
        return "done"

    def _begin(self, payload: dict[str, Any]) -> None:
        self._tally.mark(payload["at"])
        if payload["fails"] and payload["n"] not in self._failed:
            self._failed.add(payload["n"])
            raise FailedOnPurpose
