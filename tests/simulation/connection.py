"""What the engine's stores hold instead of a connection to Redis, with the same manners."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Sequence
from typing import Any, cast

from redis.exceptions import ConnectionError as Broken
from redis.exceptions import TimeoutError as TimedOut

from engine.streams.call import Arg
from engine.streams.connection import Connection, Hear, Lose, Open
from tests.simulation.network import Network
from tests.simulation.process import Process
from tests.simulation.wire import Wire


def opener(network: Network, process: Process, timeout_s: float) -> Open:
    """How a process opens connections over the simulated network."""

    async def _open(hear: Hear, lose: Lose) -> Connection:
        try:
            async with asyncio.timeout(timeout_s):
                wire = await network.open(process)
        except TimeoutError:
            raise TimedOut("no connection in time") from None
        return cast("Connection", SimConnection(wire, hear, lose))

    return _open


class SimConnection:
    """Open until one side closes it; what comes is handed over in the process's own steps, and in order."""

    is_full = False

    def __init__(self, wire: Wire, hear: Hear, lose: Lose) -> None:
        self._wire, self._hear, self._lose = wire, hear, lose
        self._context = contextvars.copy_context()
        self._loop = asyncio.get_running_loop()
        self._due = False
        wire.on_news = self._tell

    @property
    def is_closing(self) -> bool:
        return self._wire.closed

    @property
    def has_news(self) -> bool:
        return bool(self._wire.inbox) or self._wire.broken

    def send(self, commands: Sequence[Sequence[Arg]]) -> None:
        self._wire.send([[_to_bytes(word) for word in words] for words in commands])

    def close(self) -> None:
        if not self._wire.closed:
            self._wire.close()

    def _tell(self) -> None:
        if not self._due:
            self._due = True
            self._loop.call_soon(self._hand_over, context=self._context.copy())

    def _hand_over(self) -> None:
        self._due = False
        replies, broken = list(self._wire.inbox), self._wire.broken
        self._wire.inbox.clear()
        if replies and not self._wire.closed:
            self._hear(replies)
        if broken and not self._wire.closed:
            self.close()
            self._lose(Broken("connection reset by peer"))


class Asking:
    """One command after the other over connections of its own, for who waits for each answer."""

    def __init__(self, network: Network, process: Process, timeout_s: float) -> None:
        self._open, self._timeout_s = opener(network, process, timeout_s), timeout_s
        self._connection: Connection | None = None
        self._reply: asyncio.Future[Any] | None = None

    async def ask(self, words: Sequence[Arg]) -> Any:
        """The reply, an error of Redis's among them; raises if there is none in time."""
        try:
            if self._connection is None:
                self._connection = await self._open(self._hear, self._lose)
            self._reply = asyncio.get_running_loop().create_future()
            self._connection.send([words])
            async with asyncio.timeout(self._timeout_s):
                return await self._reply
        except TimeoutError:
            self.close()
            raise TimedOut("no reply in time") from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """The connection is closed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _hear(self, replies: Sequence[Any]) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_result(replies[0])

    def _lose(self, error: Exception) -> None:
        self.close()
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(error)


def _to_bytes(word: Arg) -> bytes:
    return word if isinstance(word, bytes) else str(word).encode()
