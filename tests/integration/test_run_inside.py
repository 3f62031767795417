"""A worker inside another service: it starts and is cancelled again and again in one loop, and leaves nothing."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from engine import App, Client, Enqueued, Settings, State, SystemClock, WorkerOptions
from tests.support.apps import Play, Scene, make_app
from tests.support.ledger import Ledger
from tests.support.servers import scratch
from tests.support.wait import eventually
from tests.support.yard import Yard

pytestmark = pytest.mark.anyio


class Host:
    """A service that runs workers of the play app, whose lifespan counts how often it is open."""

    def __init__(self, settings: Settings, scene: Scene) -> None:
        self.settings, self.scene = settings, scene
        self.opened: list[str] = []
        self.app: App = make_app(self.open, "play", "other")
        self.client = Client(self.app.queues, settings, SystemClock(), Random(0))

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Scene]:
        self.opened.append("open")
        try:
            yield self.scene
        finally:
            await asyncio.sleep(0)  # closing may take a turn of the loop, also under cancellation
            self.opened.append("closed")

    def run(self) -> asyncio.Task[None]:
        """A worker that lives in this loop until it is cancelled."""
        work = self.app.run(["play", "other"], settings=self.settings, signals=False)
        return asyncio.create_task(work, name="service")

    async def put(self, payload: Play, job_id: str) -> Enqueued:
        return await self.client.enqueue(self.app.queues["play"].find("play"), payload, job_id=job_id)

    async def started(self, job_id: str, times: int = 1) -> None:
        """The job has been started so many times."""
        await eventually(lambda: len(self.scene.ledger.starts().get(job_id, [])) >= times)

    async def check_uncharged(self, job_id: str) -> None:
        """The job waits again as if it had never been started."""
        status = await self.client.status("play", job_id)
        assert status is not None
        assert (status.state, status.attempts_made, status.crashes) == (State.WAITING, 0, 0)


@pytest.fixture
async def host(redis_url: str, prefix: str) -> AsyncIterator[Host]:
    with scratch() as directory:
        scene = Scene(Ledger(directory / "ledger"), asyncio.Event())
        host = Host(Settings(redis_url=redis_url, worker_id="inside", prefix=prefix), scene)
        yield host
        await host.client.close()
        scene.ledger.close()


async def cancelled(task: asyncio.Task[None]) -> None:
    """The task has ended, cancelled and nothing else."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.fixture(params=[False, True], ids=["plain", "debug"])
async def loop_mode(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """The loop as it is, and in debug mode."""
    loop, before = asyncio.get_running_loop(), asyncio.get_running_loop().get_debug()
    loop.set_debug(request.param)
    yield
    loop.set_debug(before)


@pytest.mark.usefixtures("loop_mode")
async def test_started_and_cancelled_twice(
    host: Host, redis_url: str, prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each time it works a job, gives back the one that it holds uncharged, and leaves no task or connection."""
    caplog.set_level(logging.ERROR)
    yard = Yard(redis_url, prefix, "play", "other")
    await host.client.ping()
    tasks, connections = asyncio.all_tasks(), yard.connections()
    ticket = await host.put(Play("wait"), "held")
    for n in range(2):
        service = host.run()
        await host.client.result(await host.put(Play(), f"quick-{n}"), timeout_s=10)
        await host.started("held", times=n + 1)
        await cancelled(service)
        await host.check_uncharged(ticket.id)
        assert host.opened == ["open", "closed"] * (n + 1)
    await eventually(lambda: asyncio.all_tasks() <= tasks and yard.connections() == connections)
    assert caplog.messages == []
    yard.close()


async def test_cancelled_at_any_moment_of_its_start(host: Host, redis_url: str, prefix: str) -> None:
    """However early the cancel comes, the lifespan is closed as often as it was opened, and no connection is left."""
    yard = Yard(redis_url, prefix)
    connections = yard.connections()
    for ticks in [*range(12), 20, 40, 80]:
        service = host.run()
        for _ in range(ticks):
            await asyncio.sleep(0)
        await cancelled(service)
    assert host.opened.count("open") == host.opened.count("closed")
    await eventually(lambda: yard.connections() == connections)
    yard.close()


async def test_cancelled_again_while_it_stops(host: Host, redis_url: str, prefix: str) -> None:
    """However impatient the host, jobs are given back uncharged, and no task, thread or connection is left."""
    yard = Yard(redis_url, prefix)
    await host.client.ping()
    tasks, connections = asyncio.all_tasks(), yard.connections()
    for ticks in [*range(8), 20, 40]:
        await host.put(Play("wait"), f"held-{ticks}")
        service = host.run()
        await host.started(f"held-{ticks}")
        service.cancel()
        for _ in range(ticks):
            await asyncio.sleep(0)
        await cancelled(service)
        await host.check_uncharged(f"held-{ticks}")
        await eventually(lambda: asyncio.all_tasks() <= tasks and yard.connections() == connections)
    yard.close()


async def test_cancelled_while_it_lets_jobs_finish(host: Host) -> None:
    """A worker that was told to stop, and is cancelled within its grace, gives its jobs back at once."""
    worker = host.app.worker(settings=host.settings)
    ticket = await host.put(Play("wait"), "held")
    service = asyncio.create_task(worker.run(host.open()))
    await host.started("held")
    worker.stop()
    await asyncio.sleep(0)
    await cancelled(service)
    await host.check_uncharged(ticket.id)


async def test_two_beside_each_other(host: Host) -> None:
    """Two workers in one loop share the queues; one is cancelled and the other goes on."""
    first, second = host.run(), host.run()
    assert await host.client.result(await host.put(Play(), "a"), timeout_s=10)
    await cancelled(first)
    assert await host.client.result(await host.put(Play(), "b"), timeout_s=10)
    await cancelled(second)


async def test_the_hosts_signals_stay_its_own(host: Host) -> None:
    """With `signals=False` no handler of the host is replaced, during the run or after it."""
    loop, heard = asyncio.get_running_loop(), asyncio.Event()
    before = signal.getsignal(signal.SIGINT)
    loop.add_signal_handler(signal.SIGUSR1, heard.set)
    service = host.run()
    await host.client.result(await host.put(Play(), "a"), timeout_s=10)
    assert signal.getsignal(signal.SIGINT) is before
    signal.raise_signal(signal.SIGUSR1)
    await heard.wait()
    await cancelled(service)
    loop.remove_signal_handler(signal.SIGUSR1)


async def test_an_error_of_the_lifespan_reaches_the_host(redis_url: str, prefix: str) -> None:
    """What the app's lifespan raises ends the run with just that, and nothing is left."""

    @asynccontextmanager
    async def broken() -> AsyncGenerator[Scene]:
        if prefix:
            raise OSError("the disc is gone")
        yield Scene.__new__(Scene)

    app = make_app(broken)
    with pytest.raises(OSError, match="the disc is gone"):
        await app.run(settings=Settings(redis_url=redis_url, prefix=prefix), signals=False, options=WorkerOptions())
