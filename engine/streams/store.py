"""The asynchronous way to Redis: one connection, whole pipelines, and no command that is sent twice unseen."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, TypeVar

from redis.exceptions import InvalidResponse, RedisError, ResponseError

from engine.errors import EngineError, Unreachable
from engine.streams.call import Arg, Call
from engine.streams.connection import Connect, Connection, connect_to
from engine.streams.replies import LINK_ERRORS, is_elsewhere, is_unknown_script, to_engine_error

R = TypeVar("R")
_MAX_IN_FLIGHT = 64
_LOOK_S = 0.001


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

    def __init__(self, url: str, timeout_s: float = 5.0, connect: Connect = connect_to) -> None:
        self._open, self._timeout_s = connect(url, timeout_s), timeout_s
        self._connection: Connection | None = None
        self._opening: asyncio.Task[None] | None = None
        self._queue: deque[_Request] = deque()
        self._sent: deque[_Request] = deque()
        """In the order in which Redis answers them."""
        self._flush_is_due = False
        self._heard_s = 0.0
        """By the loop's clock, when the wait for the next reply began, or the last one ended."""
        self._watch: asyncio.TimerHandle | None = None
        self._loaded: set[str] = set()
        """The scripts that this connection has sent as text."""
        self._moved = False
        """Whether this server is no primary any more: a new connection is made once what is in flight is answered."""
        self._closed = False
        self._news = asyncio.Event()

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

    def flush(self) -> None:
        """What was submitted is on its way, or waits for a connection or for the answers to many earlier calls."""
        self._flush_is_due = False
        if self._queue and self._is_usable():
            self._send()

    async def close(self) -> None:
        """The connection is closed, after what was submitted before is answered."""
        self._closed = True
        while self._queue or self._sent or self._opening is not None:
            self._news.clear()
            await self._news.wait()
        self._break(Unreachable("this client is closed"))

    def _enqueue(self, words: Sequence[Arg], call: Call[R] | None) -> asyncio.Future[R]:
        if self._closed:
            raise Unreachable("this client is closed")
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._queue.append(_Request(words, call, future))
        self._flush_soon()
        return future

    def _is_usable(self) -> bool:
        """Whether there is a connection; if not, one is opened."""
        if self._connection is not None and self._connection.is_closing:
            self._break(Unreachable("Redis does not answer: the connection was closed"))
        if self._connection is None:
            if self._opening is None:
                self._opening = asyncio.create_task(self._connect(), name="store connects")
            return False
        if not self._sent and self._connection.has_news:
            # The other side has closed it while nobody asked: the loop is given a turn to see that.
            self._flush_soon()
            return False
        return True

    def _flush_soon(self) -> None:
        if not self._flush_is_due:
            self._flush_is_due = True
            asyncio.get_running_loop().call_soon(self.flush)

    def _send(self) -> None:
        """As much of the queue as there is room for is in flight."""
        connection = self._connection
        assert connection is not None
        room = min(_MAX_IN_FLIGHT - len(self._sent), len(self._queue))
        if room <= 0 or self._moved or connection.is_full:
            return
        batch = [self._queue.popleft() for _ in range(room)]
        loop = asyncio.get_running_loop()
        if not self._sent:
            self._heard_s = loop.time()
        self._sent.extend(batch)
        connection.send([self._words(request) for request in batch])
        if self._watch is None:
            self._watch = loop.call_later(self._timeout_s, self._check)

    def _hear(self, replies: Sequence[Any]) -> None:
        """The oldest calls in flight are answered; those whose script Redis did not know are sent again."""
        self._heard_s = asyncio.get_running_loop().time()
        again: list[_Request] = []
        asked = min(len(replies), len(self._sent))
        for reply in replies[:asked]:
            request = self._sent.popleft()
            if not isinstance(reply, ResponseError):
                _answer(request, reply)
            elif request.call is not None and is_unknown_script(reply):
                # Somebody flushed the scripts: its text goes with it, and only what Redis refused is sent again.
                request.words = request.call.command_with_text()
                again.append(request)
            else:
                self._moved = self._moved or is_elsewhere(reply)
                _fail(request, to_engine_error(reply))
        self._queue.extendleft(reversed(again))
        if len(replies) > asked:
            self._break(_meaning(InvalidResponse("an answer to nothing")))
        elif self._moved and not self._sent:
            self._break(Unreachable("this server is no primary any more"))
        self.flush()
        self._news.set()

    def _lose(self, error: Exception) -> None:
        self._break(_meaning(error))
        self.flush()

    def _check(self, looked: bool = False) -> None:  # noqa: FBT001, FBT002 - called by the loop
        """The connection is given up if Redis has said nothing for too long."""
        self._watch = None
        if not self._sent:
            return
        loop = asyncio.get_running_loop()
        left_s = self._heard_s + self._timeout_s - loop.time()
        if left_s > 0:
            self._watch = loop.call_later(left_s, self._check)
        elif not looked:
            # A loop that a handler blocked for as long has not looked yet at what has come.
            self._watch = loop.call_later(_LOOK_S, self._check, True)  # noqa: FBT003
        else:
            self._lose(TimeoutError())

    async def _connect(self) -> None:
        """There is a connection and the queue is on its way, or what was queued has failed."""
        try:
            self._connection = await self._open(self._hear, self._lose)
        except (RedisError, *LINK_ERRORS) as error:
            self._give_up(_meaning(error))
        except BaseException as error:
            self._give_up(Unreachable(f"the exchange with Redis was cut: {error!r}"))
            raise
        finally:
            self._opening = None
            self._news.set()
        self.flush()

    def _give_up(self, error: EngineError) -> None:
        while self._queue:
            _fail(self._queue.popleft(), error)

    def _break(self, error: EngineError) -> None:
        """There is no connection, and what was in flight on it has failed."""
        if self._connection is not None:
            self._connection.close()
        if self._watch is not None:
            self._watch.cancel()
        self._connection = self._watch = None
        self._loaded.clear()
        self._moved = False
        while self._sent:
            _fail(self._sent.popleft(), error)
        self._news.set()

    def _words(self, request: _Request) -> Sequence[Arg]:
        """The call with its script's text at the first use: sent again it would lose its place in the pipeline."""
        if request.call is None or request.call.script.sha in self._loaded:
            return request.words
        self._loaded.add(request.call.script.sha)
        return request.call.command_with_text()


def _meaning(error: Exception) -> EngineError:
    return to_engine_error(TimeoutError("no word from it in time") if isinstance(error, TimeoutError) else error)


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
