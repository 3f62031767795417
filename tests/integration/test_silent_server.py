"""A server that takes what it is sent and says nothing: as behind a network that went away without a word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from engine.errors import Unreachable
from engine.streams.blocking import BlockingLink
from tests.support.servers import scratch

pytestmark = pytest.mark.anyio


class Silence:
    """Greets each client as Redis does, and answers what it asks then with the client's number: only if it speaks."""

    def __init__(self) -> None:
        self.came = 0
        self.speaks = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Every command of the client is heard."""
        self.came += 1
        number = self.came
        while words := await reader.read(1024):
            greetings = words.count(b"SETINFO")
            writer.write(b"+OK\r\n" * greetings)
            if not greetings and self.speaks:
                writer.write(b"+%d\r\n" % number)
        writer.close()


@asynccontextmanager
async def silent() -> AsyncGenerator[tuple[Silence, str]]:
    silence = Silence()
    with scratch() as directory:
        server = await asyncio.start_unix_server(silence.serve, directory / "s")
        async with server:
            yield silence, f"unix://{directory / 's'}"


async def test_a_wait_that_nobody_answers_gives_the_connection_up() -> None:
    """Without a reply in time the link is Unreachable, and the next command goes over a new connection."""
    async with silent() as (silence, url):
        link = BlockingLink(url)
        with pytest.raises(Unreachable):
            await link.ask("BLPOP", "a", 1, within_s=0.1)
        before, silence.speaks = silence.came, True
        assert await link.ask("BLPOP", "a", 1, within_s=5) == b"%d" % (before + 1)
        await link.close()
