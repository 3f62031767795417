"""A connection to Redis: commands go out as they are sent, and replies are handed over as they come."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, cast

import hiredis
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import InvalidResponse, RedisError, ResponseError

from engine.errors import SettingError
from engine.streams.call import Arg

_NOTHING = object()
_Packer = Callable[[tuple[Arg, ...]], bytes]
_PACK = cast("_Packer", hiredis.pack_command)


class Connection(asyncio.Protocol):
    """Open from the start, until either side closes it; calls `hear` with all that came at once, and `lose` once.

    An error that Redis answers is a `ResponseError` among the replies. Nothing is called after `close`.
    """

    def __init__(self, writer: asyncio.StreamWriter, hear: Hear, lose: Lose) -> None:
        self._writer, self._hear, self._lose = writer, hear, lose
        self._transport = cast("asyncio.Transport", writer.transport)
        self._reader = hiredis.Reader(InvalidResponse, ResponseError, notEnoughData=_NOTHING)
        self.is_full = False
        """Whether what was sent still waits for the network: more should wait elsewhere."""
        self._poll = select.poll()
        self._poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        self._transport.set_protocol(self)

    @property
    def is_closing(self) -> bool:
        """Whether it has ended, though `lose` may not have been called yet."""
        return self._transport.is_closing()

    @property
    def has_news(self) -> bool:
        """Whether something has come that the loop has not seen yet: a reply, or the end."""
        return bool(self._poll.poll(0))

    def send(self, commands: Sequence[Sequence[Arg]]) -> None:
        """The commands are on their way, in one piece."""
        self._transport.write(b"".join([_PACK(tuple(words)) for words in commands]))

    def close(self) -> None:
        """It ends, after what was sent."""
        self._hear, self._lose = _ignore, _ignore
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        replies: list[Any] = []
        broken: Exception | None = None
        try:
            while (reply := self._reader.gets()) is not _NOTHING:
                replies.append(reply)
        except InvalidResponse as error:
            broken = error
        if replies:
            self._hear(replies)
        if broken is not None:
            self._end(broken)

    def eof_received(self) -> None:
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc)

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False
        self._hear(())

    def _end(self, error: Exception | None) -> None:
        lose = self._lose
        self.close()
        lose(error or ConnectionResetError("it closed the connection"))


Hear = Callable[[Sequence[Any]], None]
"""Is called with the replies that came; without any when the connection can take more."""
Lose = Callable[[Exception], None]
Open = Callable[[Hear, Lose], Awaitable[Connection]]
"""Opens a connection; raises an error of redis-py's or of the link if there is none in time."""
Connect = Callable[[str, float], Open]
"""How connections are opened to a URL, each within so many seconds."""


def connect_to(url: str, timeout_s: float) -> Open:
    """How connections are opened to this URL; SettingError says what is wrong with it."""
    _make(url, timeout_s)
    return partial(_open, url, timeout_s)


async def _open(url: str, timeout_s: float, hear: Hear, lose: Lose) -> Connection:
    opened = _make(url, timeout_s)
    async with asyncio.timeout(timeout_s):
        await opened.connect()  # type: ignore[no-untyped-call]
    # redis-py knows how to open it: sockets, TLS, who one is, which database. From here on it is this class's alone.
    writer = opened._writer  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    opened._reader = opened._writer = None  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    assert writer is not None
    return Connection(writer, hear, lose)


def _make(url: str, timeout_s: float) -> AbstractConnection:
    """A connection of redis-py's that is not open yet. It retries nothing: that would send writes again."""
    try:
        pool: ConnectionPool = ConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType] - untyped kwargs
            url, retry=Retry(NoBackoff(), 0), socket_timeout=None, socket_connect_timeout=timeout_s, protocol=2
        )
        return cast("AbstractConnection", pool.make_connection())  # type: ignore[no-untyped-call]
    except (TypeError, ValueError, RedisError) as error:
        raise SettingError(f"REDIS_URL has an option that cannot be used: {error}") from error


def _ignore(_: object) -> None:
    """Nobody listens any more."""
