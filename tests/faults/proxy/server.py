"""The proxy: a TCP port on loopback, behind which is a Redis on a unix socket."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from tests.faults.proxy.dice import Fate
from tests.faults.proxy.relay import End, Relay


class Chance(Protocol):
    """What decides."""

    def roll(self, asked: Sequence[str]) -> Fate | None:
        """What becomes of an exchange that asks this; None: nothing."""
        ...


class Proxy:
    """Relays every client that comes. It does no harm before it is told to, and counts what it does."""

    def __init__(self, upstream: Path, chance: Chance, tasks: asyncio.TaskGroup) -> None:
        self._upstream, self._chance, self._tasks = upstream, chance, tasks
        self._relays: dict[asyncio.Task[None], Relay | None] = {}
        self._way = asyncio.Event()
        self._way.set()
        self._server: asyncio.Server | None = None
        self.harmful = False
        self.hits: Counter[str] = Counter()
        """How many faults of each kind hit, a partition as one."""
        self.hit: Counter[tuple[str, str]] = Counter()
        """How many faults of a kind hit an exchange that carried such a command."""

    @property
    def url(self) -> str:
        """Where clients connect to."""
        assert self._server is not None
        return f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"

    async def listen(self) -> None:
        """Clients can connect."""
        self._server = await asyncio.start_server(self._come, "127.0.0.1", 0)

    async def part(self, seconds: float) -> None:
        """Nothing passed in either direction for so long, on no connection; then what was held up came."""
        relays = [relay for relay in self._relays.values() if relay is not None]
        under_way = {name for relay in relays for name in relay.under_way}
        if under_way:
            self._count("partition", under_way)
        self._way.clear()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._way.set()

    async def close(self) -> None:
        """No connection is left."""
        assert self._server is not None
        self._server.close()
        for task in self._relays:
            task.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)
        await self._server.wait_closed()

    def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._tasks.create_task(self._relay(End(reader, writer)))
        self._relays[task] = None
        task.add_done_callback(lambda task: self._leave(task, writer))

    def _leave(self, task: asyncio.Task[None], writer: asyncio.StreamWriter) -> None:
        """Also of a relay that was cut off before it began is nothing left."""
        del self._relays[task]
        writer.close()

    async def _relay(self, client: End) -> None:
        try:
            server = End(*await asyncio.open_unix_connection(self._upstream))
        except BaseException as error:
            client.writer.close()
            if isinstance(error, OSError):
                return
            raise
        relay = Relay(client, server, self._judge, self._way)
        task = asyncio.current_task()
        assert task is not None
        self._relays[task] = relay
        await relay.run()

    def _judge(self, asked: list[str]) -> Fate | None:
        fate = self._chance.roll(asked) if self.harmful else None
        if fate is not None:
            self._count(fate.kind, set(asked))
        return fate

    def _count(self, kind: str, asked: set[str]) -> None:
        self.hits[kind] += 1
        self.hit.update((kind, name) for name in asked)


@asynccontextmanager
async def open_proxy(upstream: Path, chance: Chance) -> AsyncGenerator[Proxy]:
    """A proxy before the server on this unix socket; a fault of its own ends the block."""
    async with asyncio.TaskGroup() as tasks:
        proxy = Proxy(upstream, chance, tasks)
        await proxy.listen()
        try:
            yield proxy
        finally:
            await proxy.close()
