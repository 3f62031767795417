"""A server that is no primary any more is left, so that the next call can find the one that is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.embedded import EmbeddedValkey
from engine.errors import Unreachable
from engine.streams import Keys, Store, SyncStore
from engine.streams.commands import configure
from engine.types import QueueLimits

LIMITS = QueueLimits(lease_ms=1_000)
pytestmark = pytest.mark.anyio


async def test_a_demoted_primary_is_left(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """A write that a replica refuses is Unreachable, and the call after it goes over a new connection."""
    url = own_valkey(appendonly=False).url
    keys, store = Keys("p", "s", "q"), Store(url)
    try:
        await store.run(configure(keys, QueueLimits()))
        before = await store.command("CLIENT", "ID")
        await store.command("REPLICAOF", "127.0.0.1", 1)
        with pytest.raises(Unreachable, match="read only"):
            await store.run(configure(keys, LIMITS))
        await store.command("REPLICAOF", "NO", "ONE")
        assert await store.command("CLIENT", "ID") > before
        assert await store.run(configure(keys, LIMITS))
    finally:
        await store.close()


async def test_the_renewer_leaves_it_too(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """The synchronous way to Redis opens a new connection after such a refusal."""
    url = own_valkey(appendonly=False).url
    keys, store = Keys("p", "s", "q"), SyncStore(url)
    try:
        store.run(configure(keys, QueueLimits()))
        before = store.command("CLIENT", "ID")
        store.command("REPLICAOF", "127.0.0.1", 1)
        with pytest.raises(Unreachable, match="read only"):
            store.run(configure(keys, LIMITS))
        store.command("REPLICAOF", "NO", "ONE")
        assert store.command("CLIENT", "ID") > before
    finally:
        store.close()


async def test_a_connection_that_the_server_closed_costs_no_call(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """After the server has closed an idle connection the next call goes over a new one."""
    url = own_valkey(appendonly=False).url
    store, other = Store(url), SyncStore(url)
    try:
        mine = await store.command("CLIENT", "ID")
        other.command("CLIENT", "KILL", "ID", mine)
        assert await store.command("PING") == b"PONG"
        assert await store.command("CLIENT", "ID") > mine
    finally:
        other.close()
        await store.close()
