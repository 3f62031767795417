"""A few synchronous connections that threads share."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from typing import Any, TypeVar

from redis.exceptions import RedisError

from engine.errors import EngineError, Unreachable
from engine.streams.call import Arg, Call
from engine.streams.replies import LINK_ERRORS, to_engine_error
from engine.streams.sync_store import SyncStore

R = TypeVar("R")


class SyncPool:
    """Sends one call at a time over each of up to `size` connections; each opens when it is first needed.

    Safe to share between threads; one that finds them all in use waits for `patience_s`. A forked process opens its
    own: one that it shared with its parent would mix up their replies.
    """

    def __init__(self, url: str, size: int, patience_s: float = 5.0) -> None:
        self._url, self._size, self._patience_s = url, size, patience_s
        self._closed = False
        self._fill()

    def run(self, call: Call[R]) -> R:
        """The call's decoded reply; raises `Unreachable` or a `StoreError`."""
        with self._borrow() as store:
            return store.run(call)

    def command(self, *words: Arg) -> Any:
        """The raw reply of a plain command; raises as `run`."""
        with self._borrow() as store:
            try:
                return store.command(*words)
            except (RedisError, *LINK_ERRORS) as error:
                raise to_engine_error(error) from error

    def close(self) -> None:
        """No connection is open but those in use, which close after their call."""
        self._closed = True
        try:
            while True:
                self._free.get_nowait().close()
        except Empty:
            return

    def _fill(self) -> None:
        # The last one given back is the first one taken: few are opened where few are needed.
        free: LifoQueue[SyncStore] = LifoQueue()
        for _ in range(self._size):
            free.put(SyncStore(self._url))
        self._free, self._process = free, os.getpid()

    @contextmanager
    def _borrow(self) -> Generator[SyncStore]:
        if self._closed:
            raise Unreachable("this client is closed")
        if self._process != os.getpid():
            self._fill()
        free = self._free
        try:
            store = free.get(timeout=self._patience_s)
        except Empty:
            raise Unreachable(
                f"all {self._size} connections of this client are in use: give it more (connections=)"
            ) from None
        try:
            yield store
        except EngineError:
            raise
        except BaseException:
            # Interrupted anywhere, by a signal's handler that raises: the client below may have lost its connection.
            store.close()
            store = SyncStore(self._url)
            raise
        finally:
            self._give_back(free, store)

    def _give_back(self, free: LifoQueue[SyncStore], store: SyncStore) -> None:
        free.put(store)
        if self._closed:
            self.close()
