"""Waiting for a run's result: woken by events, however many wait, and never for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from engine import Client, Enqueued, JobFailed, ResultTimeout, Settings, Spec, Unreachable
from engine.embedded import EmbeddedValkey
from engine.streams import Store
from engine.streams.call import Arg
from tests.support.apps import Play
from tests.support.wait import eventually
from tests.support.yard import Yard, open_yard

pytestmark = pytest.mark.anyio


@pytest.fixture
def events_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits looks again when an event wakes it, and at no other time."""
    monkeypatch.setattr("engine.queue.LOOK_S", 3_600)


@pytest.fixture
def quick_tap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection for events closes soon after the last who waited."""
    monkeypatch.setattr("engine.streams.events._BLOCK_S", 0.05)


def count_looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The plain commands that clients send from now on: each is a look at a record."""
    looks: list[str] = []
    command = Store.command

    async def counted(store: Store, *words: Arg) -> object:
        looks.append(str(words[1]))
        return await command(store, *words)

    monkeypatch.setattr(Store, "command", counted)
    return looks


async def put(yard: Yard, client: Client, count: int = 1, queue: str = "play") -> list[Enqueued]:
    return await client.enqueue_many(yard.job(queue), [Spec(Play(), f"j{n}") for n in range(count)])


async def waiting(yard: Yard, client: Client, tickets: list[Enqueued]) -> list[asyncio.Task[object]]:
    """Tasks that wait for these results, and whose client hears events of each of their queues."""
    tasks = [asyncio.create_task(client.result(ticket, timeout_s=30)) for ticket in tickets]
    await eventually(lambda: yard.listeners() == len({ticket.queue for ticket in tickets}))
    return tasks


@pytest.mark.usefixtures("events_only")
@pytest.mark.parametrize(
    ("verb", "data", "says"),
    [
        ("complete", b'{"n":1}', None),
        ("fail", b'{"type":"ValueError","message":"no"}', "ValueError: no"),
        ("cancel", b"", "cancelled"),
    ],
)
async def test_an_event_wakes_who_waits(redis_url: str, prefix: str, verb: str, data: bytes, says: str | None) -> None:
    """Each end of a run answers at once: its result, or JobFailed with its reason."""
    async with open_yard(redis_url, prefix) as (yard, client):
        (task,) = await waiting(yard, client, await put(yard, client))
        yard.end(verb, data)
        if says is None:
            assert await task == {"n": 1}
        else:
            with pytest.raises(JobFailed, match=says):
                await task


@pytest.mark.usefixtures("events_only", "quick_tap")
async def test_no_end_is_missed_whenever_it_comes(redis_url: str, prefix: str) -> None:
    """A run that ends while its waiter looks, connects, or begins to hear events is found at once all the same."""
    async with open_yard(redis_url, prefix) as (yard, client):
        for ticks in range(40):
            if ticks % 10 == 0:
                await eventually(lambda: yard.listeners() == 0)
            (ticket,) = await put(yard, client)
            task = asyncio.create_task(client.result(ticket, timeout_s=30))
            for _ in range(ticks):
                await asyncio.sleep(0)
            yard.end()
            assert await task == 1


async def test_a_run_whose_events_are_gone_is_looked_at(
    redis_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events may be trimmed before they are read: the record is read again all the same."""
    monkeypatch.setattr("engine.queue.LOOK_S", 0.05)
    monkeypatch.setattr("engine.watch._ENDS", frozenset[str]())
    async with open_yard(redis_url, prefix) as (yard, client):
        (task,) = await waiting(yard, client, await put(yard, client))
        yard.end()
        await eventually(task.done)
        assert await task == 1


@pytest.mark.usefixtures("events_only")
async def test_a_thousand_wait_over_one_connection(
    own_valkey: Callable[..., EmbeddedValkey], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They open one connection beside the client's own, and look a few times each, not again and again."""
    async with open_yard(own_valkey(appendonly=False).url, "many") as (yard, client):
        tickets = await put(yard, client, 1000)
        before = yard.connections()
        looks = count_looks(monkeypatch)
        tasks = await waiting(yard, client, tickets)
        assert yard.connections() == before + 1
        while yard.end():
            pass
        assert await asyncio.gather(*tasks) == [1] * 1000
        assert len(looks) <= 4 * 1000


@pytest.mark.usefixtures("quick_tap")
async def test_the_connection_closes_when_nobody_waits(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """It is gone soon after the last result, opens anew for the next, and an ended run needs none."""
    async with open_yard(own_valkey(appendonly=False).url, "one") as (yard, client):
        await client.ping()
        before = yard.connections()

        def closed() -> bool:
            return yard.connections() == before

        for _ in range(2):
            tickets = await put(yard, client)
            (task,) = await waiting(yard, client, tickets)
            yard.end()
            await task
            await eventually(closed)
            assert await client.result(tickets[0]) == 1
            assert closed()


@pytest.mark.usefixtures("events_only")
async def test_each_slot_has_its_own(redis_url: str, prefix: str) -> None:
    """Queues of different slots are heard each over its own connection: no command may name keys of two slots."""
    async with open_yard(redis_url, prefix, "play", "other") as (yard, client):
        one, two = [(await put(yard, client, queue=queue))[0] for queue in ("play", "other")]
        tasks = await waiting(yard, client, [one, two])
        yard.end(queue="other")
        assert await tasks[1] == 1
        yard.end()
        assert await tasks[0] == 1


@pytest.mark.usefixtures("events_only")
async def test_two_who_wait_for_one_run(redis_url: str, prefix: str) -> None:
    """Both are answered, also when a third one gave up before."""
    async with open_yard(redis_url, prefix) as (yard, client):
        (ticket,) = await put(yard, client)
        tasks = await waiting(yard, client, [ticket] * 3)
        tasks[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]
        yard.end()
        assert await asyncio.gather(*tasks[1:]) == [1, 1]


async def test_a_run_that_is_no_longer_stored(redis_url: str, prefix: str) -> None:
    """A ticket answers for its own run only: after the next one began, or the record is gone, that is said."""
    async with open_yard(redis_url, prefix) as (yard, client):
        (ticket,) = await put(yard, client)
        yard.end()
        await put(yard, client)
        with pytest.raises(JobFailed, match="no longer stored"):
            await client.result(ticket)
        yard.store.command("DEL", yard.keys().job + ticket.id)
        with pytest.raises(JobFailed, match="no longer stored"):
            await client.result(ticket)


async def test_the_callers_time(redis_url: str, prefix: str) -> None:
    """ResultTimeout says what the job is doing; no time at all is one look."""
    async with open_yard(redis_url, prefix) as (yard, client):
        (ticket,) = await put(yard, client)
        for timeout_s in (0, 0.05):
            with pytest.raises(ResultTimeout, match=f"'j0' is still waiting after {timeout_s:g} s"):
                await client.result(ticket, timeout_s=timeout_s)


async def test_an_outage_lengthens_the_wait(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """Who waits while Redis is killed and started is answered when the job has ended."""
    valkey = own_valkey(settings={"appendfsync": "always"})
    async with open_yard(valkey.url, "away") as (yard, client):
        (task,) = await waiting(yard, client, await put(yard, client))
        valkey.kill()
        valkey.start()
        yard.end()
        assert await task == 1


@pytest.mark.usefixtures("events_only")
async def test_closing_ends_the_wait(redis_url: str, prefix: str) -> None:
    """Who waits when the client closes hears so at once."""
    async with open_yard(redis_url, prefix) as (yard, client):
        (task,) = await waiting(yard, client, await put(yard, client))
        await client.close()
        with pytest.raises(Unreachable, match="closed"):
            await task


async def test_a_user_who_may_not_read_events_waits_all_the_same(
    own_valkey: Callable[..., EmbeddedValkey], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal is logged once with its reason, and the record is looked at again and again."""
    monkeypatch.setattr("engine.queue.LOOK_S", 0.05)
    url = own_valkey(appendonly=False, settings={"user": "blind on >secret ~* +@all -xread -xrevrange"}).url
    blind = url.replace("unix://", "unix://blind@").replace("db=0", "db=0&password=secret")
    told = Settings(redis_url=blind, prefix="blind")
    async with open_yard(url, "blind") as (yard, _), yard.app.connect(told) as client:
        (ticket,) = await put(yard, client)
        task = asyncio.create_task(client.result(ticket, timeout_s=30))
        await eventually(lambda: "cannot be read" in caplog.text)
        yard.end()
        assert await task == 1
    assert caplog.text.count("cannot be read") == 1
    assert "xrevrange" in caplog.text
