"""A connection for one blocking command after the other."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Any, cast

from redis.exceptions import RedisError

from engine.errors import Unreachable
from engine.streams.call import Arg
from engine.streams.packing import pack
from engine.streams.replies import LINK_ERRORS, to_engine_error
from engine.streams.store import Connect, connection_to

_SEND_S = 5.0
"""How long a connection may take to be made and written to."""


class BlockingLink:
    """Asks and waits, on a connection of its own. It is never cancelled: a reply in flight would be lost; close it."""

    def __init__(self, url: str, connect: Connect = connection_to) -> None:
        self._connection = connect(url, _SEND_S)
        self._closed = self._sending = False

    async def ask(self, *words: Arg, within_s: float) -> Any:
        """The raw reply; Unreachable if none came within that time, or the link broke or is closed."""
        if self._closed:
            raise Unreachable("this connection is closed")
        try:
            await self._send(words)
            # A server that is gone without a word is found out by this limit. redis-py's own would answer None, as if
            # Redis had, and keep a connection on which a late reply could still come.
            async with asyncio.timeout(within_s):
                return cast("Any", await self._connection.read_response(disable_decoding=True, timeout=math.inf))
        except (RedisError, *LINK_ERRORS) as error:
            await self._connection.disconnect(nowait=True)
            raise to_engine_error(error) from error

    async def close(self) -> None:
        """The connection is closed, or will be in a moment; a command in progress ends as Unreachable."""
        self._closed = True
        if not self._sending:
            await self._connection.disconnect(nowait=True)

    async def _send(self, words: Sequence[Arg]) -> None:
        # redis-py trips over a connection that is closed while it is being made or written to.
        self._sending = True
        try:
            async with asyncio.timeout(_SEND_S):
                await self._connection.connect()  # type: ignore[no-untyped-call]
                await self._connection.send_packed_command(pack(self._connection, [words]), check_health=False)
        finally:
            self._sending = False
        if self._closed:
            raise ConnectionAbortedError("this connection is closed")
