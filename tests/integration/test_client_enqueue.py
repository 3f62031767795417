"""Concurrent enqueues travel together, and none of them pays for another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from engine import (
    Client,
    Enqueued,
    EnqueueUnknown,
    PayloadError,
    QueueFull,
    Settings,
    Spec,
    StoreFull,
    StoreMisused,
    Unreachable,
)
from engine.embedded import EmbeddedValkey
from engine.testing import FakeClock
from tests.support.apps import Play
from tests.support.runs import make_app
from tests.support.wait import eventually
from tests.support.yard import Yard, open_yard

pytestmark = pytest.mark.anyio


def ids(count: int) -> list[str]:
    return [f"j{n}" for n in range(count)]


def sending() -> bool:
    """Whether some client has jobs on their way."""
    return any(task.get_name().startswith("enqueue ") for task in asyncio.all_tasks())


async def put_all(yard: Yard, client: Client, *names: str, text: str = "", queue: str = "play") -> list[Any]:
    """The answers of concurrent calls, errors among them."""
    calls = [client.enqueue(yard.job(queue), Play(text=text), job_id=name) for name in names]
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_calls_of_one_tick_are_one_script_call(redis_url: str, prefix: str) -> None:
    """They are stored in the order in which they were made, by one call for each queue."""
    async with open_yard(redis_url, prefix, "play", "other") as (yard, client):
        both = await asyncio.gather(put_all(yard, client, *ids(40)), put_all(yard, client, "a", "b", queue="other"))
        assert [ticket.id for ticket in both[0]] == ids(40)
        assert yard.calls() == [ids(40)]
        assert yard.calls("other") == [["a", "b"]]


async def test_a_call_carries_250_jobs_at_most(redis_url: str, prefix: str) -> None:
    """A thousand concurrent enqueues are four calls, in order."""
    async with open_yard(redis_url, prefix) as (yard, client):
        assert all(ticket.created for ticket in await put_all(yard, client, *ids(1000)))
        assert [len(batch) for batch in yard.calls()] == [250] * 4
        assert yard.stored() == ids(1000)


async def test_a_call_carries_a_mebibyte_at_most(redis_url: str, prefix: str) -> None:
    """Payloads of a quarter of a mebibyte travel four at a time, less what is beside them."""
    async with open_yard(redis_url, prefix) as (yard, client):
        await put_all(yard, client, *ids(9), text="x" * 250_000)
        assert [len(batch) for batch in yard.calls()] == [4, 4, 1]


async def test_what_comes_while_a_call_is_on_its_way_is_the_next(redis_url: str, prefix: str) -> None:
    """Jobs put in the ticks of one round trip travel together behind it, in order."""
    async with open_yard(redis_url, prefix) as (yard, client):
        tasks: list[asyncio.Task[Enqueued]] = []
        for name in ids(5):
            tasks.append(asyncio.create_task(client.enqueue(yard.job(), Play(), job_id=name)))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        assert yard.stored() == ids(5)
        assert len(yard.calls()) < 5


async def test_an_id_twice_in_a_tick_answers_as_two_calls_would(redis_url: str, prefix: str) -> None:
    """The first creates the run, the second is answered with it, and hears whether its payload was the same."""
    async with open_yard(redis_url, prefix) as (yard, client):
        first, same, other = await asyncio.gather(
            client.enqueue(yard.job(), Play(), job_id="a"),
            client.enqueue(yard.job(), Play(), job_id="a"),
            client.enqueue(yard.job(), Play(text="x"), job_id="a"),
        )
        assert (first.created, same.created, other.created) == (True, False, False)
        assert first.run == same.run == other.run
        assert (same.same_payload, other.same_payload) == (True, False)


async def test_a_bad_payload_harms_nobody_else(redis_url: str, prefix: str) -> None:
    """Its own caller hears of it, and it is not sent."""
    async with open_yard(redis_url, prefix) as (yard, client):
        wrong: Any = {"do": "nonsense"}
        good, bad, last = await asyncio.gather(
            client.enqueue(yard.job(), Play(), job_id="a"),
            client.enqueue(yard.job(), wrong, job_id="b"),
            client.enqueue(yard.job(), Play(), job_id="c"),
            return_exceptions=True,
        )
        assert isinstance(bad, PayloadError)
        assert isinstance(good, Enqueued)
        assert isinstance(last, Enqueued)
        assert yard.calls() == [["a", "c"]]


async def test_a_key_that_holds_no_record_harms_nobody_else(redis_url: str, prefix: str) -> None:
    """Its own caller hears what to delete; the others' jobs are stored."""
    async with open_yard(redis_url, prefix) as (yard, client):
        yard.store.command("SET", yard.keys().job + "bad", "mine")
        answers = await put_all(yard, client, "a", "bad", "b")
        assert isinstance(answers[1], StoreMisused)
        assert f"delete {yard.keys().job}bad" in str(answers[1])
        assert yard.calls() == [["a", "b"]]


async def test_a_caller_cancelled_before_the_call_sends_nothing(redis_url: str, prefix: str) -> None:
    """Its job is left out of the call that the others' travel in."""
    async with open_yard(redis_url, prefix) as (yard, client):
        tasks = [asyncio.create_task(client.enqueue(yard.job(), Play(), job_id=name)) for name in ids(3)]
        asyncio.get_running_loop().call_soon(tasks[1].cancel)
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(answers[1], asyncio.CancelledError)
        assert yard.calls() == [["j0", "j2"]]


async def test_a_caller_cancelled_at_any_moment_leaves_the_others_theirs(redis_url: str, prefix: str) -> None:
    """Before the call, while it is on its way, or when it is answered: each of the others has its ticket."""
    async with open_yard(redis_url, prefix) as (yard, client):
        for ticks in range(20):
            calls = [client.enqueue(yard.job(), Play(), job_id=f"{name}-{ticks}") for name in ids(3)]
            tasks = [asyncio.create_task(call) for call in calls]
            for _ in range(ticks):
                await asyncio.sleep(0)
            tasks[0].cancel()
            _, *others = await asyncio.gather(*tasks, return_exceptions=True)
            assert [other.id for other in others if isinstance(other, Enqueued)] == [f"j1-{ticks}", f"j2-{ticks}"]


async def test_each_caller_hears_of_full_memory(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """A call that the server refuses is refused to all of its callers, each with an error of its own."""
    async with open_yard(own_valkey(appendonly=False).url, "full") as (yard, client):
        yard.store.command("CONFIG", "SET", "maxmemory", 1)
        answers = await put_all(yard, client, *ids(3))
        assert [type(answer) for answer in answers] == [StoreFull] * 3
        assert len(set(map(id, answers))) == 3
        yard.store.command("CONFIG", "SET", "maxmemory", 0)
        assert [ticket.created for ticket in await put_all(yard, client, *ids(3))] == [True] * 3


async def test_enqueues_outlast_an_outage(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """What was put while Redis was away is stored once when it is back, in order."""
    valkey = own_valkey(settings={"appendfsync": "always"})
    async with open_yard(valkey.url, "away") as (yard, client):
        await put_all(yard, client, "before")
        valkey.kill()
        putting = asyncio.create_task(put_all(yard, client, *ids(3)))
        await eventually(sending)
        valkey.start()
        assert [ticket.created for ticket in await putting] == [True] * 3
        assert yard.calls() == [["before"], ids(3)]


async def test_an_enqueue_without_an_answer_ends_after_a_minute() -> None:
    """EnqueueUnknown tells what to do, to each caller when its own minute is over."""
    clock, app = FakeClock(), make_app("q")
    client = Client(app.queues, Settings(redis_url="unix:///nowhere/redis.sock"), clock, Random(0))
    early = asyncio.create_task(client.enqueue(app.queues["q"].find(), {}, job_id="a"))
    await eventually(sending)
    clock.advance(59)
    late = asyncio.create_task(client.enqueue(app.queues["q"].find(), {}, job_id="b"))
    clock.advance(2)
    with pytest.raises(EnqueueUnknown, match="enqueue the same ids again"):
        await early
    assert not late.done()
    await client.close()
    with pytest.raises(EnqueueUnknown, match="before the client was closed"):
        await late


async def test_a_minute_is_a_minute_also_behind_others() -> None:
    """Callers whose jobs wait for an earlier call to be answered do not wait longer than those of that call."""
    clock, app = FakeClock(), make_app("q")
    client = Client(app.queues, Settings(redis_url="unix:///nowhere/redis.sock"), clock, Random(0))
    calls = [asyncio.create_task(client.enqueue(app.queues["q"].find(), {})) for _ in range(600)]
    await eventually(sending)
    clock.advance(61)
    with pytest.raises(EnqueueUnknown):
        await calls[0]
    await asyncio.sleep(0)
    assert all(call.done() for call in calls)
    assert all(isinstance(call.exception(), EnqueueUnknown) for call in calls)
    await client.close()


async def test_closing_answers_what_was_put(redis_url: str, prefix: str) -> None:
    """Jobs put before the client closes are stored; one put afterwards is refused at once."""
    async with open_yard(redis_url, prefix) as (yard, client):
        putting = asyncio.create_task(put_all(yard, client, *ids(300)))
        await eventually(sending, every_s=0)
        await client.close()
        assert [ticket.created for ticket in await putting] == [True] * 300
        with pytest.raises(Unreachable, match="closed"):
            await client.enqueue(yard.job(), Play())


async def test_a_full_queue_refuses_whom_it_has_no_room_for(redis_url: str, prefix: str) -> None:
    """Of concurrent callers the first are stored; each other hears how many wait and what to do."""
    async with open_yard(redis_url, prefix, max_waiting=3) as (yard, client):
        answers = await put_all(yard, client, *ids(5))
        assert [type(answer) for answer in answers] == [Enqueued] * 3 + [QueueFull] * 2
        assert str(answers[3]) == (
            "queue play is full: 3 jobs wait, and max_waiting is 3; 'j3' was not stored: enqueue it again later, "
            "or start more workers"
        )
        live = await client.enqueue(yard.job(), Play(), job_id="j0")
        assert (live.created, live.run) == (False, answers[0].run)
        yard.end()
        assert (await client.enqueue(yard.job(), Play(), job_id="j3")).created


async def test_many_into_a_full_queue(redis_url: str, prefix: str) -> None:
    """`enqueue_many` stores in order until there is no room, says how many, and sends no further call."""
    async with open_yard(redis_url, prefix, max_waiting=260) as (yard, client):
        specs = [Spec(Play(), name) for name in ids(900)]
        with pytest.raises(QueueFull, match=r"'j260' was not stored: .*; stored so far: 260 of 900$"):
            await client.enqueue_many(yard.job(), specs)
        assert yard.stored() == ids(260)
        assert yard.store.command("EXISTS", yard.keys().job + "j600") == 0
