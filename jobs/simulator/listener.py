"""A small HTTP/1.1 server on loopback: keep-alive, plain bodies, and endings no real server would choose."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Struct, field

_LONGEST_HEAD = 64 * 1024
_LONGEST_BODY = 1024 * 1024


class Request(Struct, frozen=True):
    """A request that was read whole; header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Response(Struct, frozen=True):
    """An answer. `sent` bytes of it leave before the connection is cut; None sends it whole."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None


Handler = Callable[[Request], Awaitable[Response]]


class _BadRequest(Exception):
    pass


def json_response(status: int, body: Any, **headers: str) -> Response:
    """An answer of JSON; `retry_after="1"` becomes the header retry-after."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, msgspec.json.encode(body), {"content-type": "application/json", **named})


class Listener:
    """Serves one handler until closed; an async context manager."""

    def __init__(self, handler: Handler, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._handler = handler
        self._host = host
        self._port = port
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, self._host, self._port, limit=_LONGEST_HEAD)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            # A client that goes away mid-sentence is none of our trouble.
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether another may follow."""
        try:
            request = await _read(reader)
        except (_BadRequest, asyncio.LimitOverrunError) as error:
            writer.write(_encode(Response(400, str(error).encode()), keep=False))
            await writer.drain()
            return False
        response = await self._handler(request)
        keep = request.headers.get("connection", "").lower() != "close" and response.sent is None
        writer.write(_encode(response, keep=keep)[: response.sent])
        await writer.drain()
        if not keep and response.sent is None:
            writer.write_eof()
            await reader.read()  # until the client has read it all and closes too
        return keep


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head[:-4].split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] != "HTTP/1.1":
        raise _BadRequest("not an HTTP/1.1 request")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdecimal() or int(length) > _LONGEST_BODY:
        raise _BadRequest(f"a body needs a Content-Length of at most {_LONGEST_BODY}")
    target = urlsplit(words[1])
    body = await reader.readexactly(int(length))
    return Request(words[0], target.path, dict(parse_qsl(target.query)), headers, body)


def _encode(response: Response, *, keep: bool) -> bytes:
    headers = {
        **response.headers,
        "content-length": str(len(response.body)),
        "connection": "keep-alive" if keep else "close",
    }
    lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode("latin-1") + response.body
