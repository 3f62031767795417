"""The connections of one process, made in one place: a test may put itself between the engine and Redis here."""

from __future__ import annotations

from functools import cached_property

from engine.streams.aside import Aside
from engine.streams.blocking import BlockingLink
from engine.streams.store import Store
from engine.streams.sync_store import SyncStore

_ASIDE_TIMEOUT_S = 3.0


class Links:
    """Makes each kind of connection to one Redis; none is open before its first use."""

    def __init__(self, url: str) -> None:
        self._url = url

    @cached_property
    def store(self) -> Store:
        """For commands of the event loop: one for the whole process."""
        return Store(self._url)

    def blocking(self) -> BlockingLink:
        """For one command that waits in Redis."""
        return BlockingLink(self._url)

    def aside(self, name: str) -> Aside:
        """For what goes on beside the event loop, in a thread of this name."""
        return Aside(SyncStore(self._url, timeout_s=_ASIDE_TIMEOUT_S), name)
