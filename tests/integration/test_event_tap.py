"""Events as values, and the connection that waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest

from engine.embedded import EmbeddedValkey
from engine.errors import StoreMisused, Unreachable
from engine.streams import Keys
from engine.streams.blocking import BlockingLink
from engine.streams.events import EventTap, decode_events
from engine.types import Event
from tests.support.queue import Rig

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def tap_on(url: str, *keys: Keys) -> AsyncGenerator[EventTap]:
    tap = EventTap(BlockingLink(url), {each.events: each.queue for each in keys})
    try:
        yield tap
    finally:
        await tap.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read without news ends at once."""
    monkeypatch.setattr("engine.streams.events._BLOCK_S", 0.02)


def clients(rig: Rig) -> set[str]:
    """The numbers of the server's connections."""
    return {line.split()[0].removeprefix(b"id=").decode() for line in rig.command("CLIENT", "LIST").splitlines()}


def told(events: list[Event]) -> list[tuple[str, str, str]]:
    return [(event.queue, event.verb, event.job_id) for event in events]


def test_an_entry_is_one_event_for_each_of_its_fields() -> None:
    """A batch's events share its id and time; a verb comes as often as it happened; odd bytes do no harm."""
    entries = [[b"1700000000123-4", [b"enqueue", b"a", b"enqueue", b"b\xff", b"promote", b"c"]]]
    events = decode_events("q", entries)
    assert told(events) == [("q", "enqueue", "a"), ("q", "enqueue", "b\\xff"), ("q", "promote", "c")]
    assert {(event.id, event.at_ms) for event in events} == {("1700000000123-4", 1_700_000_000_123)}


@pytest.mark.usefixtures("quick")
async def test_a_tap_tells_what_happens_from_now_on(redis_url: str, prefix: str) -> None:
    """What was before is not told, everything after is, once, of each queue under its name."""
    one, two = Rig(redis_url, prefix, "one"), Rig(redis_url, prefix, "two")
    one.enqueue("old")
    async with tap_on(redis_url, one.keys, two.keys) as tap:
        await tap.listen()
        one.enqueue("a")
        two.enqueue("b", "c")
        events = await tap.read()
        assert sorted(told(events)) == [("one", "enqueue", "a"), ("two", "enqueue", "b"), ("two", "enqueue", "c")]
        assert await tap.read() == []
    one.close()
    two.close()


@pytest.mark.usefixtures("quick")
async def test_a_tap_resumes_behind_an_id(redis_url: str, prefix: str) -> None:
    """Given the id of an event, it tells what came after it."""
    rig = Rig(redis_url, prefix)
    async with tap_on(redis_url, rig.keys) as tap:
        await tap.listen()
        rig.enqueue("a")
        (first,) = await tap.read()
        rig.enqueue("b")
    async with tap_on(redis_url, rig.keys) as tap:
        await tap.listen({rig.keys.events: first.id})
        assert told(await tap.read()) == [("q", "enqueue", "b")]
    rig.close()


@pytest.mark.usefixtures("quick")
async def test_a_tap_goes_on_after_its_link_broke(redis_url: str, prefix: str) -> None:
    """Unreachable tells of the broken link; the next read opens another and misses nothing."""
    rig = Rig(redis_url, prefix)
    async with tap_on(redis_url, rig.keys) as tap:
        before = clients(rig)
        await tap.listen()
        (number,) = clients(rig) - before
        rig.command("CLIENT", "KILL", "ID", number)
        rig.enqueue("a")
        with pytest.raises(Unreachable):
            await tap.read()
        assert told(await tap.read()) == [("q", "enqueue", "a")]
    rig.close()


async def test_a_closed_tap_ends_its_read(redis_url: str, prefix: str) -> None:
    """Whenever it is closed, a read in progress ends as Unreachable at once, and so does each one after it."""
    keys = Keys(prefix, "s", "q")
    for ticks in range(40):
        tap = EventTap(BlockingLink(redis_url), {keys.events: keys.queue})
        reading = asyncio.create_task(tap.read())
        for _ in range(ticks):
            await asyncio.sleep(0)
        await tap.close()
        with pytest.raises(Unreachable):
            await reading
        with pytest.raises(Unreachable, match="closed"):
            await tap.read()


async def test_a_refusal_is_told_as_such(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """A user without the right to read streams hears StoreMisused, which says so."""
    url = own_valkey(settings={"user": "blind on >secret ~* +@all -xread -xrevrange"}).url
    blind = url.replace("unix://", "unix://blind@").replace("db=0", "db=0&password=secret")
    async with tap_on(blind, Keys("p", "s", "q")) as tap:
        with pytest.raises(StoreMisused, match="xrevrange"):
            await tap.read()
