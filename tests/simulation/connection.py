"""What the engine's stores hold instead of a connection of redis-py, with the same manners."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from redis.connection import Connection
from redis.exceptions import ConnectionError as Broken
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as TimedOut

from engine.streams.call import Arg
from tests.simulation.network import Network
from tests.simulation.process import Process
from tests.simulation.resp import words_of
from tests.simulation.wire import Wire

_PACKER = Connection()  # type: ignore[no-untyped-call]


class SimConnection:
    """Opens when it is first needed and again after each error; gives a reply up after `timeout_s`."""

    def __init__(self, network: Network, process: Process, timeout_s: float) -> None:
        self._network, self._process, self._timeout_s = network, process, timeout_s
        self._wire: Wire | None = None

    @property
    def is_connected(self) -> bool:
        return self._wire is not None

    async def connect(self) -> None:
        if self._wire is None:
            try:
                async with asyncio.timeout(self._timeout_s):
                    self._wire = await self._network.open(self._process)
            except TimeoutError:
                raise TimedOut("no connection in time") from None

    async def send_packed_command(self, packed: list[bytes], check_health: bool = True) -> None:  # noqa: FBT001, FBT002
        self._open().send(words_of(b"".join(packed)))

    async def read_response(self, disable_decoding: bool = False, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002
        wire = self._open()
        try:
            async with asyncio.timeout(self._timeout_s if timeout is None else timeout):
                await wire.news()
        except TimeoutError:
            if timeout is not None:
                return None
            await self.disconnect()
            raise TimedOut("no reply in time") from None
        except BaseException:
            await self.disconnect()
            raise
        if not wire.inbox:
            await self.disconnect()
            raise Broken("connection reset by peer")
        reply = wire.inbox.popleft()
        if isinstance(reply, ResponseError):
            raise reply
        return reply

    async def can_read(self) -> bool:
        wire = self._open()
        return bool(wire.inbox) or wire.broken

    async def disconnect(self, nowait: bool = False) -> None:  # noqa: FBT001, FBT002
        if self._wire is not None:
            wire, self._wire = self._wire, None
            wire.close()

    def pack_commands(self, commands: Sequence[Sequence[Arg]]) -> list[bytes]:
        return cast("list[bytes]", _PACKER.pack_commands(commands))  # type: ignore[no-untyped-call]

    def _open(self) -> Wire:
        if self._wire is None:
            raise Broken("connection closed")
        return self._wire
