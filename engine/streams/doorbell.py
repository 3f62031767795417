"""Waits for wake-ups on a connection of its own."""

from __future__ import annotations

from typing import cast

from redis.exceptions import RedisError

from engine.errors import Unreachable
from engine.streams.packing import pack
from engine.streams.replies import LINK_ERRORS, to_engine_error
from engine.streams.store import connection_to

_LISTEN_S = 5


class Doorbell:
    """BLPOP over the wake lists of one slot. It is never cancelled: a wake-up in flight would be lost; close it."""

    def __init__(self, url: str, wake_lists: list[str]) -> None:
        self._connection = connection_to(url, timeout_s=5.0)
        self._words: tuple[str | int, ...] = ("BLPOP", *wake_lists, _LISTEN_S)
        self._closed = False

    async def wait(self) -> str | None:
        """The list that rang, or None after a few quiet seconds; Unreachable if the link broke or is closed."""
        if self._closed:
            raise Unreachable("the doorbell is closed")
        try:
            await self._connection.connect()  # type: ignore[no-untyped-call]
            await self._connection.send_packed_command(pack(self._connection, [self._words]), check_health=False)
            # A server that is gone without a word is found out by the read's own limit.
            reply = cast("list[bytes] | None", await self._connection.read_response(True, timeout=_LISTEN_S * 2))  # noqa: FBT003 - bytes, undecoded
        except (RedisError, *LINK_ERRORS) as error:
            await self._connection.disconnect(nowait=True)
            raise to_engine_error(error) from error
        return None if reply is None else str(reply[0], "utf-8")

    async def close(self) -> None:
        """The connection is closed; a wait in progress ends as Unreachable."""
        self._closed = True
        await self._connection.disconnect(nowait=True)
