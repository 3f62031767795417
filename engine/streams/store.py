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
"""Makes a connection by its URL and the seconds after which it gives up to be made."""
_MAX_IN_FLIGHT = 64
_BROKEN = (RedisError, *LINK_ERRORS)


def connection_to(url: str, timeout_s: float) -> AbstractConnection:
    """A connection that is not open yet, without retries and limits of its own once it is.

    Retries would send writes again; a limit makes a task of each write, and its callers have theirs.
    """
    try:
        pool: ConnectionPool = ConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType] - untyped kwargs
            url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=None,
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
    """Sends calls over one connection: those of one loop tick travel together, and none waits for earlier answers.

    A caller that is cancelled abandons its reply and nothing else: the exchange with Redis goes on. After an error
    of the link every call in flight fails with `Unreachable`; whether Redis ran it is unknown, and every call of the
    engine may be sent again. The next call opens a new connection.
    """

    def __init__(self, url: str, timeout_s: float = 5.0, connect: Connect = connection_to) -> None:
        self._connection, self._timeout_s = connect(url, timeout_s), timeout_s
        self._queue: deque[_Request] = deque()
        self._sent: deque[_Request] = deque()
        """In the order in which Redis answers them."""
        self._writing: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._room = asyncio.Event()
        """Set by each answer, for a writer that waits for some."""
        self._on_its_way = asyncio.Event()
        """Set once a pipeline is written, or has to wait first: nobody else waits for that."""
        self._loaded: set[str] = set()
        """The scripts that this connection has sent as text."""
        self._moved = False
        """Whether this server is no primary any more: a new connection is made once what is in flight is answered."""
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
        """What was submitted is on its way, or waits for a connection or for the answers to many earlier calls."""
        if self._writing is not None:
            await self._on_its_way.wait()

    async def close(self) -> None:
        """The connection is closed, after what was submitted before is answered."""
        self._closed = True
        while tasks := [task for task in (self._writing, self._reading) if task is not None]:
            await asyncio.wait(tasks)
        await self._connection.disconnect(nowait=True)

    def _enqueue(self, words: Sequence[Arg], call: Call[R] | None) -> asyncio.Future[R]:
        if self._closed:
            raise Unreachable("this client is closed")
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._queue.append(_Request(words, call, future))
        self._start_writing()
        return future

    def _start_writing(self) -> None:
        if self._writing is None:
            self._on_its_way.clear()
            self._writing = asyncio.create_task(self._write_all(), name="store writes")

    async def _write_all(self) -> None:
        """Whatever is queued is written, a pipeline at a time."""
        try:
            while self._queue:
                try:
                    await self._write()
                except _BROKEN as error:
                    await self._break(_meaning(error))
        except BaseException as error:
            await self._break(_cut(error))
            raise
        finally:
            self._writing = None
            self._on_its_way.set()

    async def _write(self) -> None:
        """As much of the queue as there is room for is in flight."""
        connection = self._connection
        while self._moved or len(self._sent) >= _MAX_IN_FLIGHT:
            self._room.clear()
            self._on_its_way.set()
            await self._room.wait()
        if connection.is_connected and not self._sent:
            await self._drop_if_closed()
        if not connection.is_connected and self._reading is not None:
            # It reads from the connection that is gone, and closes whichever is there when it finds out.
            await asyncio.wait([self._reading])
        batch = [self._queue.popleft() for _ in range(min(_MAX_IN_FLIGHT - len(self._sent), len(self._queue)))]
        self._sent.extend(batch)
        async with asyncio.timeout(self._timeout_s):
            if not connection.is_connected:
                self._on_its_way.set()
                await connection.connect()  # type: ignore[no-untyped-call]
            packed = pack(connection, [self._words(request) for request in batch])
            await connection.send_packed_command(packed, check_health=False)
        self._on_its_way.set()
        if self._reading is None and self._sent:
            self._reading = asyncio.create_task(self._read_all(), name="store reads")

    async def _read_all(self) -> None:
        """Whatever is in flight is answered."""
        try:
            while self._sent:
                await self._read()
            if self._moved:
                await self._break(Unreachable("this server is no primary any more"))
        except AttributeError as error:
            if self._connection.is_connected:
                raise
            # redis-py trips over a connection that the writer closed in the moment in which a reply came.
            await self._break(Unreachable(f"Redis does not answer: {error}"))
        except _BROKEN as error:
            await self._break(_meaning(error))
        except BaseException as error:
            await self._break(_cut(error))
            raise
        finally:
            self._reading = None
            self._room.set()

    async def _read(self) -> None:
        """The oldest call in flight is answered, or sent again: Redis did not know its script."""
        try:
            async with asyncio.timeout(self._timeout_s):
                reply = cast("Any", await self._connection.read_response(disable_decoding=True))
        except LINK_ERRORS:
            raise
        except RedisError as error:
            request = self._sent.popleft()
            self._moved = self._moved or is_elsewhere(error)
            if request.call is not None and is_unknown_script(error):
                # Somebody flushed the scripts: its text goes with it, and only what Redis refused is sent again.
                request.words = request.call.command_with_text()
                self._queue.appendleft(request)
                self._start_writing()
            else:
                _fail(request, to_engine_error(error))
        else:
            _answer(self._sent.popleft(), reply)
        self._room.set()

    async def _break(self, error: EngineError) -> None:
        """The connection is closed, and what was in flight on it has failed."""
        self._loaded.clear()
        self._moved = False
        await self._connection.disconnect(nowait=True)
        while self._sent:
            _fail(self._sent.popleft(), error)
        self._room.set()

    async def _drop_if_closed(self) -> None:
        """A connection that the server closed meanwhile is given up, before a call is lost on it."""
        await asyncio.sleep(0)  # one turn of the loop, so that a close that has arrived is seen
        try:
            closed = await self._connection.can_read()
        except LINK_ERRORS:
            closed = True
        if closed:
            self._loaded.clear()
            await self._connection.disconnect(nowait=True)

    def _words(self, request: _Request) -> Sequence[Arg]:
        """The call with its script's text at the first use: sent again it would lose its place in the pipeline."""
        if request.call is None or request.call.script.sha in self._loaded:
            return request.words
        self._loaded.add(request.call.script.sha)
        return request.call.command_with_text()


def _meaning(error: Exception) -> EngineError:
    return to_engine_error(TimeoutError("no word from it in time") if isinstance(error, TimeoutError) else error)


def _cut(error: BaseException) -> Unreachable:
    return Unreachable(f"the exchange with Redis was cut: {error!r}")


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
