"""The client without asyncio: the same answers and errors, from threads, after a fork, beside an event loop."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from redis import ConnectionPool

from engine import (
    JobFailed,
    PayloadError,
    QueueFull,
    ResultTimeout,
    SettingError,
    Spec,
    State,
    StoreError,
    StoreFull,
    StoreMisused,
    SyncClient,
    UnknownQueue,
    Unreachable,
)
from engine.embedded import EmbeddedValkey
from engine.operations import acting_here
from engine.streams.pool import SyncPool
from engine.testing import drain
from engine.views import AuditEntry
from tests.support.apps import Play
from tests.support.runs import make_app
from tests.support.stage import Plain
from tests.support.wait import eventually_sync
from tests.support.yard import Yard

FAILURE = b'{"type":"ValueError","message":"no"}'
ALWAYS = {"appendfsync": "always"}
FORKING = """
import os, sys
from engine import Settings
from tests.support.apps import Play, app

client = app.sync_client(Settings(redis_url=sys.argv[1], prefix=sys.argv[2]))
job = app.queues["play"].find("play")
client.enqueue(job, Play(), job_id="before")
children = []
for n in range(3):
    child = os.fork()
    if not child:
        for m in range(20):
            client.enqueue(job, Play(), job_id=f"child-{n}-{m}")
        os._exit(0)
    children.append(child)
for m in range(20):
    client.enqueue(job, Play(), job_id=f"parent-{m}")
print([os.waitpid(child, 0)[1] for child in children])
client.close()
"""


FORKING_IN_USE = """
import os, sys
from engine.streams.pool import SyncPool

pool = SyncPool(sys.argv[1], 1, 1.0)
with pool._borrow():
    child = os.fork()
    if not child:
        pool.command("PING")
        os._exit(0)
    print(os.waitpid(child, 0)[1])
pool.close()
"""


@pytest.fixture
def yard(redis_url: str, prefix: str) -> Iterator[Yard]:
    yard = Yard(redis_url, prefix, group_by="tenantId")
    yield yard
    yard.close()


@pytest.fixture
def client(yard: Yard) -> Iterator[SyncClient]:
    with yard.app.sync_client(yard.settings) as client:
        yield client


def test_a_jobs_life(yard: Yard, client: SyncClient) -> None:
    """It is put, found, swallows its like, ends, and its result is answered."""
    ticket = client.enqueue(yard.job(), Play(), job_id="a")
    again = client.enqueue(yard.job(), Play(text="x"), job_id="a")
    assert (ticket.created, again.created, again.run, again.same_payload) == (True, False, ticket.run, False)
    status = client.status("play", "a")
    assert status is not None
    assert (status.state, status.tenant) == (State.WAITING, "t1")
    yard.end("complete", b'{"n":1}')
    assert client.result(ticket) == {"n": 1}
    assert client.status("play", "nobody") is None
    client.ping()


def test_many(yard: Yard, client: SyncClient) -> None:
    """They travel 250 a call and are answered in order; delays and random ids are as with the other client."""
    tickets = client.enqueue_many(yard.job(), [Spec(Play(), f"j{n}") for n in range(600)])
    assert [ticket.id for ticket in tickets] == yard.stored()
    assert [len(call) for call in yard.calls()] == [250, 250, 100]
    assert client.enqueue(yard.job(), Play(), delay_s=60).state is State.DELAYED


def test_a_result_that_comes_while_it_is_waited_for(yard: Yard, client: SyncClient) -> None:
    """The waiting thread sees the end within a look."""
    ticket = client.enqueue(yard.job(), Play())
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(client.result, ticket, timeout_s=30)
        yard.end()
        assert answer.result() == 1


def test_a_result_that_does_not_come(yard: Yard, client: SyncClient) -> None:
    """A run that failed, is gone or has not ended raises what it raises with the other client."""
    ticket = client.enqueue(yard.job(), Play(), job_id="a")
    with pytest.raises(ResultTimeout, match=r"'a' is still waiting after 0.01 s"):
        client.result(ticket, timeout_s=0.01)
    yard.end("fail", FAILURE)
    with pytest.raises(JobFailed, match="ValueError: no"):
        client.result(ticket)
    client.enqueue(yard.job(), Play(), job_id="a")
    with pytest.raises(JobFailed, match="no longer stored"):
        client.result(ticket)


def test_cancel_and_retry(yard: Yard, client: SyncClient) -> None:
    """A waiting job is cancelled and put back; what cannot be is said."""
    client.enqueue(yard.job(), Play(), job_id="a")
    assert client.retry("play", "a") == "not_failed"
    assert client.cancel("play", "a") == "cancelled"
    assert client.retry("play", "a") == "requeued"
    assert yard.end() == ["a"]
    assert client.cancel("play", "a") == "not_cancellable"
    assert client.retry("play", "a") == "not_failed"
    assert (client.cancel("play", "b"), client.retry("play", "b")) == ("unknown", "unknown")


def test_what_an_operator_changes_is_in_the_book(yard: Yard, client: SyncClient) -> None:
    """A cancel and a retry are written before they are done, with who, what and which job; no record, no entry."""
    client.enqueue(yard.job(), Play(), job_id="a")
    client.cancel("play", "a")
    client.retry("play", "a")
    client.retry("play", "nobody")

    async def read() -> list[AuditEntry]:
        async with yard.app.view(yard.settings) as viewer:
            return (await viewer.audit()).entries

    entries = asyncio.run(read())
    assert [(entry.verb, entry.target, entry.actor) for entry in entries] == [
        ("retry", "a", acting_here()),
        ("cancel", "a", acting_here()),
    ]


def test_what_cannot_be_written_down_is_not_done(yard: Yard, client: SyncClient) -> None:
    """The entry comes first: where the book takes none, the job stays as it is."""
    client.enqueue(yard.job(), Play(), job_id="a")
    yard.store.command("SET", yard.keys().audit, "no book")
    with pytest.raises(StoreError):
        client.cancel("play", "a")
    status = client.status("play", "a")
    assert status is not None
    assert status.state is State.WAITING


def test_what_is_wrong_is_refused(yard: Yard, client: SyncClient) -> None:
    """Payloads, ids, queues and delays are checked before anything is sent."""
    wrong: Any = {"do": "nonsense"}
    with pytest.raises(PayloadError):
        client.enqueue_many(yard.job(), [Spec(Play()), Spec(wrong)])
    with pytest.raises(PayloadError, match="groups by 'tenantId'"):
        client.enqueue(yard.job(), Play(tenant_id=""))
    with pytest.raises(SettingError, match="job id"):
        client.enqueue(yard.job(), Play(), job_id="")
    with pytest.raises(SettingError, match="delay_s"):
        client.enqueue(yard.job(), Play(), delay_s=-1)
    with pytest.raises(UnknownQueue, match="play"):
        client.status("plya", "a")
    assert yard.calls() == []


def test_a_full_queue(redis_url: str, prefix: str) -> None:
    """What does not fit raises QueueFull, which says how many were stored."""
    yard = Yard(redis_url, prefix, max_waiting=2)
    with yard.app.sync_client(yard.settings) as client:
        with pytest.raises(QueueFull, match=r"2 jobs wait, .*; stored so far: 2 of 3$"):
            client.enqueue_many(yard.job(), [Spec(Play(), name) for name in "abc"])
        with pytest.raises(QueueFull, match=r"'c' was not stored: enqueue it again later, or start more workers$"):
            client.enqueue(yard.job(), Play(), job_id="c")
    assert yard.stored() == ["a", "b"]
    yard.close()


def test_what_the_server_refuses(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """Full memory and a key of another type have their own errors."""
    yard = Yard(own_valkey(appendonly=False).url, "p")
    with yard.app.sync_client(yard.settings) as client:
        yard.store.command("SET", yard.keys().job + "bad", "mine")
        with pytest.raises(StoreMisused, match="delete"):
            client.enqueue(yard.job(), Play(), job_id="bad")
        yard.store.command("CONFIG", "SET", "maxmemory", 1)
        with pytest.raises(StoreFull):
            client.enqueue(yard.job(), Play())
    yard.close()


def test_threads_share_a_few_connections(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """Twenty threads use at most the given number, each has its own answers, and closing closes them all."""
    yard = Yard(own_valkey(appendonly=False).url, "p")
    before = yard.connections()
    with yard.app.sync_client(yard.settings, connections=3) as client, ThreadPoolExecutor(20) as threads:

        def put(number: int) -> list[str]:
            return [client.enqueue(yard.job(), Play(), job_id=f"{number}-{n}").id for n in range(20)]

        for number, ids in enumerate(threads.map(put, range(20))):
            assert ids == [f"{number}-{n}" for n in range(20)]
        assert before < yard.connections() <= before + 3
    assert len(set(yard.stored())) == 400
    eventually_sync(lambda: yard.connections() == before)
    yard.close()


def test_a_thread_that_gets_no_connection(redis_url: str, prefix: str) -> None:
    """It hears that there are too few, instead of waiting for ever."""
    pool, key = SyncPool(redis_url, 1, patience_s=0.05), f"{prefix}:list"
    with ThreadPoolExecutor(1) as threads, Plain(redis_url) as other:
        held = threads.submit(pool.command, "BLPOP", key, 4)
        eventually_sync(lambda: b" cmd=blpop " in other.command("CLIENT", "LIST"))
        with pytest.raises(Unreachable, match="all 1 connections of this client are in use: give it more"):
            pool.command("PING")
        other.command("LPUSH", key, "1")
        assert held.result() == [key.encode(), b"1"]
        assert pool.command("PING") == b"PONG"
    pool.close()


def test_an_interrupted_call_costs_no_connection(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C, or a time limit that raises out of a signal, may strike anywhere: the client works on."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with yard.app.sync_client(yard.settings, connections=1) as client:
        client.ping()
        with monkeypatch.context() as patched:
            patched.setattr(ConnectionPool, "release", interrupted)
            with pytest.raises(KeyboardInterrupt):
                client.ping()
        client.ping()


def test_a_forked_process_has_its_own_connections(redis_url: str, prefix: str) -> None:
    """A client made before a fork works in the children and the parent at once: every job is stored once."""
    command = [sys.executable, "-W", "error", "-c", FORKING, redis_url, prefix]
    root = Path(__file__).parents[2]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, cwd=root)
    assert (ran.stdout, ran.stderr) == ("[0, 0, 0]\n", "")
    yard = Yard(redis_url, prefix)
    stored = yard.store.command("KEYS", f"{prefix}:*:job:*")
    assert len(stored) == 1 + 4 * 20
    yard.close()


def test_a_fork_while_a_connection_is_in_use(redis_url: str) -> None:
    """Whoever has it in the parent gives it back there only: the child has connections of its own from the start."""
    command = [sys.executable, "-W", "error", "-c", FORKING_IN_USE, redis_url]
    root = Path(__file__).parents[2]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, cwd=root)
    assert (ran.stdout, ran.stderr) == ("0\n", "")


def test_beside_an_event_loop(redis_url: str, prefix: str) -> None:
    """A thread enqueues and waits for the result while the job runs in the event loop of another."""
    app = make_app("q")
    yard = Yard(redis_url, prefix)

    async def both() -> object:
        with app.sync_client(yard.settings) as client:
            job = app.queues["q"].find()
            ticket = await asyncio.to_thread(client.enqueue, job, {})
            answer = asyncio.create_task(asyncio.to_thread(client.result, ticket))
            await drain(app, settings=yard.settings)
            return await answer

    assert asyncio.run(both()) is None
    yard.close()


def test_an_outage(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """An enqueue goes on trying until Redis is back, a result waits, and both have their answers then."""
    valkey = own_valkey(settings=ALWAYS)
    yard = Yard(valkey.url, "p")
    with yard.app.sync_client(yard.settings) as client, ThreadPoolExecutor(2) as threads:
        first = client.enqueue(yard.job(), Play(), job_id="a")
        valkey.kill()
        with pytest.raises(Unreachable):
            client.ping()
        second = threads.submit(client.enqueue, yard.job(), Play(), job_id="b")
        answer = threads.submit(client.result, first)
        valkey.start()
        assert second.result().created
        yard.end()
        assert answer.result() == 1
        yard.store.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        assert client.result(first) == 1
    yard.close()


def test_a_closed_client(yard: Yard) -> None:
    """Every call says so at once, instead of trying on."""
    client = yard.app.sync_client(yard.settings)
    ticket = client.enqueue(yard.job(), Play())
    client.close()
    client.close()
    for call in (client.ping, lambda: client.enqueue(yard.job(), Play()), lambda: client.result(ticket)):
        with pytest.raises(Unreachable, match="this client is closed"):
            call()


def test_too_few_connections(yard: Yard) -> None:
    """None at all is refused where the client is made."""
    with pytest.raises(SettingError, match="connections must be at least 1, not 0"):
        yard.app.sync_client(yard.settings, connections=0)
