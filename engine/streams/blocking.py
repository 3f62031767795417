"""A connection for one blocking command after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError, ResponseError

from engine.errors import Unreachable
from engine.streams.call import Arg
from engine.streams.connection import Connect, Connection, connect_to
from engine.streams.replies import LINK_ERRORS, to_engine_error

_CONNECT_S = 5.0


class BlockingLink:
    """Asks and waits, on a connection of its own. It is never cancelled: a reply in flight would be lost; close it."""

    def __init__(self, url: str, connect: Connect = connect_to) -> None:
        self._open = connect(url, _CONNECT_S)
        self._connection: Connection | None = None
        self._reply: asyncio.Future[Any] | None = None
        self._closed = False

    async def ask(self, *words: Arg, within_s: float) -> Any:
        """The raw reply; Unreachable if none came within that time, or the link broke or is closed."""
        if self._closed:
            raise Unreachable("this connection is closed")
        try:
            return await self._exchange(words, within_s)
        except (RedisError, *LINK_ERRORS) as error:
            self._drop()
            raise to_engine_error(error) from error

    async def close(self) -> None:
        """The connection is closed, or will be in a moment; a command in progress ends as Unreachable."""
        self._closed = True
        self._lose(ConnectionAbortedError("this connection is closed"))

    async def _exchange(self, words: Sequence[Arg], within_s: float) -> Any:
        if self._connection is None:
            self._connection = await self._open(self._hear, self._lose)
            if self._closed:
                raise ConnectionAbortedError("this connection is closed")
        self._reply = asyncio.get_running_loop().create_future()
        self._connection.send([words])
        # A server that is gone without a word is found out by this limit.
        async with asyncio.timeout(within_s):
            reply = await self._reply
        if isinstance(reply, ResponseError):
            raise reply
        return reply

    def _hear(self, replies: Sequence[Any]) -> None:
        for reply in replies:
            if self._reply is not None and not self._reply.done():
                self._reply.set_result(reply)

    def _lose(self, error: Exception) -> None:
        self._drop()
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(error)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
