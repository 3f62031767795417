"""Calls of one tick are one pipeline, and yet each has its own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from engine.embedded import EmbeddedValkey
from engine.errors import StoreMisused, Unreachable
from engine.streams import Keys, Store
from engine.streams.commands import NewJob, Note, Settle, acquire, configure, enqueue, note, settle
from engine.types import Delivery, QueueLimits
from tests.support.wait import eventually

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


async def test_a_script_that_was_flushed_is_sent_again(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """Its text goes with the call that Redis did not know it by."""
    async with asyncio.timeout(20):
        store = Store(own_valkey(appendonly=False).url)
        await store.run(configure(KEYS, QueueLimits()))
        await store.command("SCRIPT", "FLUSH")
        assert await store.run(configure(KEYS, QueueLimits())) is False
        await store.close()


async def start(store: Store, job_id: str) -> Delivery:
    """The delivery of a new job."""
    await store.run(enqueue(KEYS, 0, job_id, 60, [NewJob(job_id, "work", b"{}")]))
    (delivery,) = (await store.run(acquire(KEYS, 0, "w", 1, alone=True))).deliveries
    return delivery


async def test_a_script_that_the_server_has_not_seen_keeps_its_place(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """The first note goes before the settle of its job, though the server knows only the settle's script (trial 12)."""
    store = Store(own_valkey(appendonly=False).url)
    await store.run(configure(KEYS, QueueLimits()))
    first = await start(store, "a")
    assert await store.run(settle(KEYS, 0, [Settle("a", first.fence, "complete", b"1")])) == ["ok"]
    second = await start(store, "b")
    kept, settled = await asyncio.gather(
        store.run(note(KEYS, 0, [Note("b", second.fence, "log", b"a line")])),
        store.run(settle(KEYS, 0, [Settle("b", second.fence, "complete", b"1")])),
    )
    assert (kept, settled) == ([True], ["ok"])
    await store.close()


async def test_a_caller_that_left_costs_no_other_its_reply(redis_url: str) -> None:
    """It abandons its own; those behind it in the pipeline are answered (trial 12)."""
    store = Store(redis_url)
    leaving = asyncio.create_task(store.command("PING"))
    staying = asyncio.create_task(store.command("ECHO", "here"))
    await asyncio.sleep(0)  # both are submitted
    leaving.cancel()
    assert await staying == b"here"
    await store.close()


async def test_a_call_is_written_before_it_is_answered(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """Who flushes goes on while Redis works, also while there is no connection yet."""
    url = own_valkey(appendonly=False).url
    store, other = Store(url), Store(url)
    async with asyncio.timeout(20):
        store.flush()
        connecting = store.submit_command("PING")
        store.flush()
        assert not connecting.done()
        assert await connecting == b"PONG"
        asleep = store.submit_command("BLPOP", "bell", "60")
        store.flush()
        behind = store.submit_command("PING")
        store.flush()
        assert (asleep.done(), behind.done()) == (False, False)
        await other.command("LPUSH", "bell", "1")
        assert (await asleep, await behind) == ([b"bell", b"1"], b"PONG")
    await asyncio.gather(store.close(), other.close())


async def test_a_call_is_sent_before_an_earlier_one_is_answered(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """Redis has it as soon as it can: what waits there, waits for nothing here."""
    url = own_valkey(appendonly=False).url
    store, other = Store(url), Store(url)
    async with asyncio.timeout(20):
        await store.command("PING")
        first = store.submit_command("BLPOP", "bell", "60")
        await eventually(lambda: _is_waiting(other), within_s=4)
        behind = [store.submit_command("LPUSH", "behind", "1") for _ in range(3)]
        await eventually(lambda: _is_waiting(other, with_something_behind=True), within_s=4)
        await other.command("LPUSH", "bell", "1")
        assert (await first, [await each for each in behind]) == ([b"bell", b"1"], [1, 2, 3])
    await asyncio.gather(store.close(), other.close())


async def _is_waiting(other: Store, *, with_something_behind: bool = False) -> bool:
    """Whether the server has a client that waits, and has received something more from it since."""
    listed: bytes = await other.command("CLIENT", "LIST", "TYPE", "normal")
    waiting = [line for line in listed.decode().splitlines() if " cmd=blpop " in line and " flags=b" in line]
    return any(" qbuf=0 " not in line for line in waiting) if with_something_behind else bool(waiting)


async def test_after_a_break_every_call_in_flight_is_failed_and_the_next_one_answered(
    own_valkey: Callable[..., EmbeddedValkey],
) -> None:
    """Several pipelines are on their way when the server closes the connection; nobody waits out the limit."""
    url = own_valkey(appendonly=False).url
    store, other = Store(url, timeout_s=60), Store(url)
    async with asyncio.timeout(20):
        await store.command("PING")  # connected: what is written is sent
        flying = [store.submit_command("BLPOP", "bell", "60")]
        for _ in range(3):
            store.flush()
            flying.append(store.submit_command("PING"))
        store.flush()
        await other.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        outcomes = await asyncio.gather(*flying, return_exceptions=True)
        assert [type(each) for each in outcomes] == [Unreachable] * 4
        assert await store.command("PING") == b"PONG"
    await asyncio.gather(store.close(), other.close())


async def test_more_calls_than_may_be_in_flight_are_all_answered_in_order(
    own_valkey: Callable[..., EmbeddedValkey],
) -> None:
    """Those behind wait for room, and a script that was flushed meanwhile costs none its answer."""
    store = Store(own_valkey(appendonly=False).url)
    async with asyncio.timeout(20):
        await store.run(configure(KEYS, QueueLimits()))
        echoes = [store.submit_command("ECHO", str(n)) for n in range(500)]
        await store.command("SCRIPT", "FLUSH")
        told = [store.submit(configure(KEYS, QueueLimits())) for _ in range(100)]
        assert [int(await each) for each in echoes] == list(range(500))
        assert [await each for each in told] == [False] * 100
    await store.close()
