"""The bad network does what it is told: seen from a client, and from the server behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random

import pytest

from engine.embedded import EmbeddedValkey
from engine.streams import Keys, SyncStore
from engine.streams.commands import acquire, renew
from tests.faults.proxy import Dice, Fate, Proxy, Requests, open_proxy
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio
KEYS = Keys("test", "q", "q")
INCR = b"*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n"


@pytest.fixture
def anyio_backend() -> str:
    """Rows play on asyncio's own loop, and the proxy with them: uvloop leaves transports open that are aborted."""
    return "asyncio"


class Loaded:
    """Dice that fall as they were laid, then on no fault."""

    def __init__(self, *fates: Fate | None) -> None:
        self._fates = list(fates)

    def roll(self, asked: Sequence[str]) -> Fate | None:
        """The next fate."""
        assert asked
        return self._fates.pop(0) if self._fates else None


class Bench:
    """A server whose `n` is counted up, the proxy before it, and clients."""

    def __init__(self, valkey: EmbeddedValkey, proxy: Proxy) -> None:
        self._direct, self.proxy = SyncStore(valkey.url), proxy
        self._open: list[asyncio.StreamWriter] = []

    @property
    def count(self) -> int:
        """How many INCR the server has done."""
        return int(self._direct.command("GET", "n") or 0)

    async def client(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection through the proxy."""
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.proxy.url.split(":")[2].split("/")[0]))
        self._open.append(writer)
        return reader, writer

    async def close(self) -> None:
        """Every connection is closed."""
        self._direct.close()
        for writer in self._open:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def bench(own_valkey: Callable[..., EmbeddedValkey], *fates: Fate | None) -> AsyncGenerator[Bench]:
    valkey = own_valkey(appendonly=False)
    async with open_proxy(valkey.socket, Loaded(*fates)) as proxy:
        made = Bench(valkey, proxy)
        proxy.harmful = True
        try:
            yield made
        finally:
            await made.close()


async def test_without_a_fault_it_is_not_there(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """Requests and replies pass, and no fault is counted."""
    async with bench(own_valkey) as made:
        reader, writer = await made.client()
        writer.write(INCR + INCR)
        assert await reader.readexactly(8) == b":1\r\n:2\r\n"
        assert made.proxy.hits.total() == 0


@pytest.mark.parametrize(
    ("fate", "done"),
    [
        (Fate("request"), 0),
        (Fate("request", passed=True), 0),
        (Fate("reply"), 1),
        (Fate("reset"), 0),
        (Fate("reset", passed=True), 1),
    ],
)
async def test_a_connection_ends(own_valkey: Callable[..., EmbeddedValkey], fate: Fate, done: int) -> None:
    """The client hears nothing but the end, and the server has done what it was given; the next client is served."""
    async with bench(own_valkey, fate) as made:
        reader, writer = await made.client()
        writer.write(INCR)
        if fate.kind == "reset":
            with pytest.raises(ConnectionResetError):
                await reader.read()
        else:
            assert await reader.read() == b""
        await eventually(lambda: made.count == done)
        reader, writer = await made.client()
        writer.write(INCR)
        assert await reader.readexactly(4) == b":%d\r\n" % (done + 1)
        assert made.proxy.hit == {(fate.kind, "incr"): 1}


async def test_a_part_of_a_reply(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """A reply that is dropped may end in its middle."""
    async with bench(own_valkey, Fate("reply", 0.75)) as made:
        reader, writer = await made.client()
        writer.write(INCR)
        assert await reader.read() == b":1"


@pytest.mark.parametrize(("fate", "done"), [(Fate("silence"), 0), (Fate("silence", passed=True), 1)])
async def test_silence(own_valkey: Callable[..., EmbeddedValkey], fate: Fate, done: int) -> None:
    """Nothing comes on the connection any more, whatever else is asked, nor its end; others are served."""
    async with bench(own_valkey, fate) as made:
        reader, writer = await made.client()
        silent = asyncio.create_task(reader.read())
        writer.write(INCR)
        await eventually(lambda: made.count == done and made.proxy.hits["silence"] == 1)
        writer.write(INCR)
        other_reader, other = await made.client()
        other.write(INCR)
        assert await other_reader.readexactly(4) == b":%d\r\n" % (done + 1)
        assert not silent.done()
        assert made.count == done + 1
        writer.close()
        assert await silent == b""


@pytest.mark.parametrize(
    "fate",
    [Fate("split"), Fate("split", passed=True), Fate("delay", 0.01), Fate("delay", 0.01, passed=True)],
)
async def test_late_but_whole(own_valkey: Callable[..., EmbeddedValkey], fate: Fate) -> None:
    """What is split or delayed arrives, all of it, and the connection goes on."""
    async with bench(own_valkey, fate) as made:
        reader, writer = await made.client()
        writer.write(b"*2\r\n$4\r\nECHO\r\n$1000\r\n%s\r\n" % (b"x" * 1000))
        assert await reader.readexactly(1009) == b"$1000\r\n%s\r\n" % (b"x" * 1000)
        writer.write(INCR)
        assert await reader.readexactly(4) == b":1\r\n"
        assert made.proxy.hits == {fate.kind: 1}


async def test_a_partition(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """Nothing passes while it lasts; it is counted only if somebody waits for an answer; then all comes."""
    async with bench(own_valkey) as made:
        reader, writer = await made.client()
        await made.proxy.part(0)
        assert made.proxy.hits.total() == 0
        waiting_reader, waiting = await made.client()
        waiting.write(b"*3\r\n$5\r\nBLPOP\r\n$1\r\nl\r\n$1\r\n0\r\n")
        writer.write(INCR)
        await reader.readexactly(4)
        parted = asyncio.create_task(made.proxy.part(3600))
        await eventually(lambda: made.proxy.hits == {"partition": 1})
        writer.write(INCR)
        asked = asyncio.create_task(reader.readexactly(4))
        for _ in range(100):
            await asyncio.sleep(0)  # turns in which it could pass
        assert made.count == 1
        assert not asked.done()
        parted.cancel()
        assert await asked == b":2\r\n"
        assert made.proxy.hit == {("partition", "blpop"): 1}
        waiting.close()
        await waiting_reader.read()


def test_commands_are_told_from_pieces() -> None:
    """A pipeline that comes a byte at a time is known by its scripts, sent as text or as a hash, and its commands."""
    first, second = acquire(KEYS, 0, "w\r\n*1\r\n", 1, alone=True), renew(KEYS, 0, "w", [], strays=True, lease_ms=0)
    sent = _packed(first.command_with_text()) + _packed(second.command()) + _packed(["BLPOP", "l", 5])
    requests = Requests()
    pieces = [requests.feed(sent[n : n + 1]) for n in range(len(sent))]
    assert [name for piece in pieces for name in piece] == ["acquire", "renew", "blpop"]
    assert Requests().feed(sent) == ["acquire", "renew", "blpop"]


def test_the_seed_decides() -> None:
    """The nth exchange has the same fate for the same seed, whatever was asked before; other seeds, other fates."""
    asked = [["enqueue"], ["settle", "acquire"], ["renew"], ["client"]] * 500

    def fates(seed: int, exchanges: Sequence[Sequence[str]]) -> list[Fate | None]:
        dice = Dice(Random(seed))
        return [dice.roll(each) for each in exchanges]

    assert fates(1, asked) == fates(1, asked)
    assert fates(1, asked) != fates(2, asked)
    assert fates(1, [["note"], *asked[1:]])[1:] == fates(1, asked)[1:]
    kinds = {fate.kind for fate in fates(1, asked) if fate is not None}
    assert kinds == {"request", "reply", "reset", "silence", "delay", "split"}


def test_silence_spares_leases() -> None:
    """However often renewals meet with silence by the dice, no two of them do within a few seconds."""
    dice = Dice(Random(1))
    fates = [dice.roll(["renew"]) for _ in range(5_000)]
    assert sum(fate is not None and fate.kind == "silence" for fate in fates) == 1


def _packed(words: Sequence[str | bytes | int]) -> bytes:
    encoded = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)
