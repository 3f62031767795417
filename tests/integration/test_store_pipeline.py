"""Calls of one tick are one pipeline, and yet each has its own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from engine.embedded import EmbeddedValkey
from engine.errors import StoreMisused
from engine.streams import Keys, Store
from engine.streams.commands import acquire, configure
from engine.types import QueueLimits

pytestmark = pytest.mark.anyio
KEYS = Keys("p", "s", "q")


async def test_an_error_of_one_call_costs_no_other_its_reply(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """What was refused before and what is unknown leave the acquire beside them its deliveries (trial 12)."""
    store = Store(own_valkey(appendonly=False).url)
    await store.run(configure(KEYS, QueueLimits()))
    await store.command("SET", "text", "hostile")
    await store.command("SCRIPT", "FLUSH")
    refused, answered, later = await asyncio.gather(
        store.command("HGET", "text", "field"),
        store.run(acquire(KEYS, 0, "w", 1, alone=True)),
        store.command("PING"),
        return_exceptions=True,
    )
    assert isinstance(refused, StoreMisused)
    assert not isinstance(answered, BaseException)
    assert (answered.status, later) == ("ok", b"PONG")
    await store.close()
