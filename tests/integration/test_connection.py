"""What a server may do on a connection: speak in pieces, nonsense, or not at all, through TLS or without."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import hiredis
import pytest

from engine.errors import StoreError, Unreachable
from engine.streams import Store
from engine.streams.blocking import BlockingLink
from tests.support.certificates import tls_for

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(30)]
Answer = Callable[[list[bytes]], bytes | None]
"""What the server says to a command of the test; None: it says no more on this connection."""
PONG = b"+PONG\r\n"


class Server:
    """Speaks as the test tells it, on a port of its own; `met` has the commands, without those of the handshake."""

    def __init__(self, answer: Answer, piece: int) -> None:
        self.met: list[list[bytes]] = []
        self.connections = 0
        self._answer, self._piece = answer, piece

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self.connections += 1
        parser, mute = hiredis.Reader(), False
        while data := await reader.read(65536):
            parser.feed(data)
            while words := parser.gets():
                reply = b"+OK\r\n" if words[0] == b"CLIENT" else self._meet(words)
                mute = mute or reply is None
                if not mute and reply is not None:
                    await self._say(writer, reply)
        writer.close()

    def _meet(self, words: list[bytes]) -> bytes | None:
        self.met.append(words)
        return self._answer(words)

    async def _say(self, writer: asyncio.StreamWriter, reply: bytes) -> None:
        for at in range(0, len(reply), self._piece):
            writer.write(reply[at : at + self._piece])
            await writer.drain()
            await asyncio.sleep(0)


@asynccontextmanager
async def served(
    answer: Answer, tls: ssl.SSLContext | None = None, piece: int = 65536
) -> AsyncGenerator[tuple[Server, int]]:
    """The server and its port."""
    server = Server(answer, piece)
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0, ssl=tls)
    try:
        yield server, listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


@asynccontextmanager
async def opened(url: str, timeout_s: float = 5.0) -> AsyncGenerator[Store]:
    """A store that is closed in the end, and answers in time."""
    store = Store(url, timeout_s)
    try:
        async with asyncio.timeout(15):
            yield store
    finally:
        async with asyncio.timeout(5):
            await store.close()


async def test_replies_that_come_in_pieces_are_whole() -> None:
    """A byte at a time, and two at once."""
    replies = {b"LIST": b"*2\r\n$3\r\none\r\n:7\r\n", b"PING": PONG}
    async with (
        served(lambda words: replies[words[0]], piece=1) as (_, port),
        opened(f"redis://127.0.0.1:{port}") as store,
    ):
        assert [*await asyncio.gather(store.command("LIST"), store.command("PING"))] == [[b"one", 7], b"PONG"]


async def test_nonsense_costs_the_connection() -> None:
    """What is in flight fails with what was wrong, and the next call goes over a new connection."""
    replies = iter((b"HTTP/1.1 400 Bad Request\r\n", PONG))
    async with (
        served(lambda _: next(replies)) as (server, port),
        opened(f"redis://127.0.0.1:{port}") as store,
    ):
        with pytest.raises(StoreError, match="Protocol error"):
            await store.command("PING")
        assert await store.command("PING") == b"PONG"
        assert server.connections == 2


async def test_an_answer_to_nothing_is_nobodys() -> None:
    """It could be taken for that of the next call: the connection is given up."""
    replies = iter((PONG + b"+SURPRISE\r\n", b"+SECOND\r\n"))
    async with (
        served(lambda _: next(replies)) as (server, port),
        opened(f"redis://127.0.0.1:{port}") as store,
    ):
        assert await store.command("PING") == b"PONG"
        assert await store.command("PING") == b"SECOND"
        assert server.connections == 2


async def test_silence_ends_as_unreachable_and_costs_the_connection() -> None:
    """Everything in flight fails: a late reply could be taken for another call's."""
    replies = {b"PING": PONG, b"ONE": None, b"TWO": None}
    async with (
        served(lambda words: replies[words[0]]) as (server, port),
        opened(f"redis://127.0.0.1:{port}", timeout_s=0.2) as store,
    ):
        assert await store.command("PING") == b"PONG"
        outcomes = await asyncio.gather(store.command("ONE"), store.command("TWO"), return_exceptions=True)
        assert [type(each) for each in outcomes] == [Unreachable, Unreachable]
        assert "no word from it in time" in str(outcomes[0])
        assert await store.command("PING") == b"PONG"
        assert server.connections == 2


async def test_many_megabytes_are_sent_as_the_network_takes_them() -> None:
    """What it does not take waits, in order."""
    async with (
        served(lambda words: b":%d\r\n" % len(words[1])) as (_, port),
        opened(f"redis://127.0.0.1:{port}") as store,
    ):
        sizes = [1_000_000 + n for n in range(80)]
        assert await asyncio.gather(*(store.command("SIZE", b"x" * size) for size in sizes)) == sizes


async def test_tls_is_spoken_where_the_url_says_so(tmp_path: Path) -> None:
    """By calls and by those that wait; a server that nobody vouches for is refused."""
    server_side, _ = tls_for("localhost", tmp_path)
    async with served(lambda _: PONG, server_side) as (server, port):
        known = f"rediss://localhost:{port}?ssl_ca_certs={tmp_path / 'certificate.pem'}"
        async with opened(known) as store:
            assert [*await asyncio.gather(store.command("PING"), store.command("PING"))] == [b"PONG", b"PONG"]
        link = BlockingLink(known)
        assert await link.ask("BLPOP", "bell", 5, within_s=5) == b"PONG"
        await link.close()
        async with opened(f"rediss://localhost:{port}") as store:
            with pytest.raises(Unreachable, match="certificate"):
                await store.command("PING")
        assert len(server.met) == 3


async def test_a_link_that_waits_hears_of_the_end() -> None:
    """Of nonsense, of its own limit, and of a close here."""
    async with served(lambda words: None if words[0] == b"BLPOP" else b"?") as (_, port):
        url = f"redis://127.0.0.1:{port}"
        patient = BlockingLink(url)
        with pytest.raises(StoreError, match="Protocol error"):
            await patient.ask("NONSENSE", within_s=5)
        with pytest.raises(Unreachable, match="does not answer"):
            await patient.ask("BLPOP", "bell", 0, within_s=0.1)
        waiting = asyncio.create_task(patient.ask("BLPOP", "bell", 0, within_s=5))
        await asyncio.sleep(0)
        await patient.close()
        with pytest.raises(Unreachable, match="closed"):
            await waiting
        with pytest.raises(Unreachable, match="closed"):
            await patient.ask("BLPOP", "bell", 0, within_s=5)
