"""A server that passes for another: a relay in front of a real one, which changes words of the same length."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit


@asynccontextmanager
async def open_masked(url: str, socket: Path, words: Mapping[bytes, bytes]) -> AsyncGenerator[str]:
    """The URL of a socket behind which the server at `url` answers with these words changed."""
    real = unquote(urlsplit(url).path)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        there, back = await asyncio.open_unix_connection(real)
        try:
            await asyncio.gather(_relay(reader, back, {}), _relay(there, writer, words))
        finally:
            tasks.discard(task)

    assert all(len(word) == len(other) for word, other in words.items()), "a reply names its length"
    server = await asyncio.start_unix_server(serve, str(socket))
    try:
        yield f"unix://{quote(str(socket))}?db=0"
    finally:
        server.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _relay(source: asyncio.StreamReader, sink: asyncio.StreamWriter, words: Mapping[bytes, bytes]) -> None:
    while data := await source.read(1 << 20):
        for word, other in words.items():
            data = data.replace(word, other)
        sink.write(data)
        await sink.drain()
    sink.close()
    await sink.wait_closed()
