"""The asynchronous way to Redis: one connection, whole pipelines, and no command that is sent twice unseen."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from engine.errors import EngineError, SettingError, Unreachable
from engine.streams.call import Arg, Call
from engine.streams.packing import pack
from engine.streams.replies import LINK_ERRORS, is_elsewhere, is_unknown_script, to_engine_error

R = TypeVar("R")
Connect = Callable[[str, float], AbstractConnection]
"""Makes a connection by its URL and the seconds after which it gives a reply up."""
_MAX_PIPELINE = 64


def connection_to(url: str, timeout_s: float) -> AbstractConnection:
    """A connection that is not open yet, with no retries of its own: they would send writes again."""
    try:
        pool: ConnectionPool = ConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType] - untyped kwargs
            url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            protocol=2,
        )
        return cast("AbstractConnection", pool.make_connection())  # type: ignore[no-untyped-call]
    except (TypeError, ValueError, RedisError) as error:
        raise SettingError(f"REDIS_URL has an option that cannot be used: {error}") from error


class _Request:
    __slots__ = ("call", "future", "words")

    def __init__(self, words: Sequence[Arg], call: Call[Any] | None, future: asyncio.Future[Any]) -> None:
        self.words, self.call, self.future = words, call, future


class Store:
    """Sends calls over one connection; those of one loop tick travel together.

    A caller that is cancelled abandons its reply and nothing else: the exchange with Redis goes on. After an error
    of the link every call in flight fails with `Unreachable`; whether Redis ran it is unknown, and every call of the
    engine may be sent again. The next call opens a new connection.
    """

    def __init__(self, url: str, timeout_s: float = 5.0, connect: Connect = connection_to) -> None:
        self._connection = connect(url, timeout_s)
        self._queue: deque[_Request] = deque()
        self._exchange: asyncio.Task[None] | None = None
        self._loaded: set[str] = set()
        """The scripts that this connection has sent as text."""
        self._on_its_way = asyncio.Event()
        """Set once an exchange is written, or has to connect first: nobody waits for that."""
        self._closed = False

    def submit(self, call: Call[R]) -> asyncio.Future[R]:
        """The reply to come; calls submitted in one tick are one pipeline, in order."""
        return self._enqueue(call.command(), call)

    async def run(self, call: Call[R]) -> R:
        """The call's decoded reply; raises `Unreachable` or a `StoreError`."""
        return await self._enqueue(call.command(), call)

    def submit_command(self, *words: Arg) -> asyncio.Future[Any]:
        """The raw reply to come of a plain command, which travels with the calls of its tick."""
        return self._enqueue(words, None)

    async def command(self, *words: Arg) -> Any:
        """The raw reply of a plain command."""
        return await self._enqueue(words, None)

    async def written(self) -> None:
        """What was submitted is on its way, or waits for a connection or for the answers to an earlier pipeline."""
        if self._exchange is not None:
            await self._on_its_way.wait()

    async def close(self) -> None:
        """The connection is closed, after what was submitted before is answered."""
        self._closed = True
        if self._exchange is not None:
            await asyncio.wait([self._exchange])
        await self._connection.disconnect(nowait=True)

    def _enqueue(self, words: Sequence[Arg], call: Call[R] | None) -> asyncio.Future[R]:
        if self._closed:
            raise Unreachable("this client is closed")
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._queue.append(_Request(words, call, future))
        if self._exchange is None:
            self._on_its_way.clear()
            self._exchange = asyncio.create_task(self._serve(), name="store")
        return future

    async def _serve(self) -> None:
        try:
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(_MAX_PIPELINE, len(self._queue)))]
                await self._serve_batch(batch)
        finally:
            self._on_its_way.set()
            self._exchange = None

    async def _serve_batch(self, batch: list[_Request]) -> None:
        try:
            unknown = await self._send(batch, [self._words(request) for request in batch])
            if unknown:
                # Somebody flushed the scripts. EVAL runs and loads in one; only what Redis refused is sent again.
                await self._send(unknown, [_with_text(request) for request in unknown])
        except (RedisError, *LINK_ERRORS) as error:
            await self._disconnect()
            for request in batch:
                _fail(request, to_engine_error(error))
        except BaseException as error:
            await self._disconnect()
            for request in batch:
                _fail(request, Unreachable(f"the exchange with Redis was cut: {error!r}"))
            raise

    async def _disconnect(self) -> None:
        self._loaded.clear()
        await self._connection.disconnect(nowait=True)

    async def _drop_if_closed(self) -> None:
        """A connection that the server closed meanwhile is given up, before a call is lost on it."""
        await asyncio.sleep(0)  # one turn of the loop, so that a close that has arrived is seen
        try:
            closed = await self._connection.can_read()
        except LINK_ERRORS:
            closed = True
        if closed:
            await self._connection.disconnect(nowait=True)

    def _words(self, request: _Request) -> Sequence[Arg]:
        """The call with its script's text at the first use: sent again it would lose its place in the pipeline."""
        if request.call is None or request.call.script.sha in self._loaded:
            return request.words
        self._loaded.add(request.call.script.sha)
        return _with_text(request)

    async def _send(self, batch: list[_Request], words: list[Sequence[Arg]]) -> list[_Request]:
        """Every request is answered, but for those returned: Redis does not know their script."""
        connection = self._connection
        if connection.is_connected:
            await self._drop_if_closed()
        if not connection.is_connected:
            self._on_its_way.set()
            await connection.connect()  # type: ignore[no-untyped-call]
        await connection.send_packed_command(pack(connection, words), check_health=False)
        self._on_its_way.set()
        unknown: list[_Request] = []
        elsewhere = False
        for request in batch:
            try:
                reply = cast("Any", await connection.read_response(disable_decoding=True))
            except LINK_ERRORS:
                raise
            except RedisError as error:
                elsewhere = elsewhere or is_elsewhere(error)
                if request.call is not None and is_unknown_script(error):
                    unknown.append(request)
                else:
                    _fail(request, to_engine_error(error))
                continue
            _answer(request, reply)
        if elsewhere:
            await self._disconnect()
        return unknown


def _with_text(request: _Request) -> Sequence[Arg]:
    return request.words if request.call is None else request.call.command_with_text()


def _answer(request: _Request, reply: Any) -> None:
    if request.future.done():
        return
    try:
        request.future.set_result(request.call.decode(reply) if request.call is not None else reply)
    except Exception as error:  # noqa: BLE001 - a reply that cannot be decoded fails its own caller, not the pipeline
        request.future.set_exception(error)


def _fail(request: _Request, error: EngineError) -> None:
    if not request.future.done():
        request.future.set_exception(error)
