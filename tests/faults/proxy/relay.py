"""One connection of a client and the one to Redis that stands for it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from tests.faults.proxy.dice import Fate
from tests.faults.proxy.wire import Requests

_CHUNK = 1 << 16
_DELAY_S = 1.0
"""The longest delay."""
_PIECE, _PIECES = 3, 200
"""Bytes of each piece of what is split, and how many pieces there are at most before the rest."""


class End(NamedTuple):
    """One side's connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Relay:
    """Passes bytes while `way` is open; what becomes of each request is for `judge` to say."""

    def __init__(self, client: End, server: End, judge: Callable[[list[str]], Fate | None], way: asyncio.Event) -> None:
        self._client, self._server, self._judge, self._way = client, server, judge, way
        self._fate: Fate | None = None
        self._silent = False
        self.under_way: list[str] = []
        """What was asked since Redis last said something."""

    async def run(self) -> None:
        """Both connections are closed: one side closed its own, or a fault did."""
        pumps = [asyncio.create_task(self._up()), asyncio.create_task(self._down())]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            # First of all, for the waits may be cut off: what was written before is still sent.
            self._client.writer.close()
            self._server.writer.close()
        for error in await asyncio.gather(*pumps, return_exceptions=True):
            if isinstance(error, Exception) and not isinstance(error, OSError):
                raise error
        for end in (self._client, self._server):
            with suppress(OSError):
                await end.writer.wait_closed()

    async def _up(self) -> None:
        requests = Requests()
        while data := await self._client.reader.read(_CHUNK):
            if self._silent:
                continue
            await self._way.wait()
            asked = requests.feed(data)
            self.under_way += asked
            fate = self._judge(asked) if asked else None
            if fate is None:
                await _send(self._server, data)
            elif not await self._suffer(fate, data):
                return

    async def _down(self) -> None:
        while data := await self._server.reader.read(_CHUNK):
            await self._way.wait()
            if self._silent:
                continue
            self.under_way.clear()
            fate, self._fate = self._fate, None
            if fate is None:
                await _send(self._client, data)
            elif fate.kind == "reply":
                # Half of them are dropped whole, and of the others a part comes.
                await _send(self._client, data[: int(len(data) * max(0.0, fate.share * 2 - 1))])
                return
            else:
                await _hold_up(self._client, data, fate)

    async def _suffer(self, fate: Fate, data: bytes) -> bool:
        """The request has met its fate; False: that was the end of the connection."""
        if fate.kind == "reply" or (fate.kind in ("delay", "split") and fate.passed):
            self._fate = fate
            await _send(self._server, data)
        elif fate.kind in ("delay", "split"):
            await _hold_up(self._server, data, fate)
        else:
            self._silent = fate.kind == "silence"
            if fate.passed and fate.kind != "request":
                await _send(self._server, data)
            if fate.kind == "reset":
                _reset(self._client)
            return self._silent
        return True


async def _send(end: End, data: bytes) -> None:
    end.writer.write(data)
    await end.writer.drain()


async def _hold_up(end: End, data: bytes, fate: Fate) -> None:
    """The bytes come late, or a few at a time."""
    if fate.kind == "delay":
        await asyncio.sleep(_DELAY_S * fate.share)
    else:
        for _ in range(min(_PIECES, len(data) // _PIECE)):
            piece, data = data[:_PIECE], data[_PIECE:]
            await _send(end, piece)
            await asyncio.sleep(0)
    await _send(end, data)


def _reset(end: End) -> None:
    connection = end.writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.writer.transport.abort()
