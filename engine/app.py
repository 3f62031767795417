"""What users hold: queues and jobs declared once, connected to by producers, run by workers."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from random import Random
from typing import Any, Unpack

from engine.clock import SystemClock
from engine.config import Settings
from engine.doctor import Check
from engine.errors import SettingError
from engine.inspector import Inspector
from engine.queue import Client
from engine.registry import Queue, QueueOptions, QueueSettings, check_rate, find_queue
from engine.streams import Store
from engine.streams.keys import check_name
from engine.sync_client import SyncClient
from engine.types import Rate
from engine.uncut import uncut
from engine.viewer import Viewer
from engine.views import Actor
from engine.worker import Worker, WorkerOptions

Lifespan = Callable[[], AbstractAsyncContextManager[Any]]
Embedded = Callable[[Path], AbstractContextManager[Mapping[str, str]]]


class App:
    """A set of queues with their jobs.

    `slot` puts all queues into one Cluster slot (else each has its own). `lifespan` opens what handlers share, once
    for each worker. `rate` limits the starts of all queues together, over all workers; it needs a slot, in which they
    share one bucket. `embedded` starts what the app needs beside Redis for development, and gives its environment.
    `checks` are what `doctor` is to look at besides Redis: async functions that answer Findings.
    """

    def __init__(
        self,
        *,
        slot: str | None = None,
        lifespan: Lifespan | None = None,
        rate: Rate | None = None,
        embedded: Embedded | None = None,
        checks: Sequence[Check] = (),
    ) -> None:
        self.slot = check_name("slot", slot) if slot is not None else None
        if rate is not None:
            check_rate("app", rate)
            if slot is None:
                raise SettingError("a rate over all queues of an app needs slot=: only there can they share a bucket")
        self.rate = rate
        self.lifespan: Lifespan = lifespan or nullcontext
        self.embedded = embedded
        self.checks = list(checks)
        self.queues: dict[str, Queue] = {}

    def queue(self, name: str, **settings: Unpack[QueueSettings]) -> Queue:
        """A new queue of this app; SettingError for a wrong setting or a name already taken.

        concurrency: how many jobs one process runs at once. group_by: the payload's field that names the tenant.
        keep_completed, keep_failed: how long ended jobs stay (cancelled ones as completed). rate: starts over all
        workers. max_active: deliveries at once over all workers. max_waiting: how many jobs may wait, the delayed
        ones among them; an enqueue beyond that raises QueueFull. lease_s: silence after which a job is taken from its
        worker. sweep_s: how often that is looked for. max_crashes: how many such ends a job may have.
        """
        check_name("queue", name)
        if name in self.queues:
            raise SettingError(f"the app already has a queue {name!r}")
        try:
            options = QueueOptions(**settings)
        except TypeError as error:
            raise SettingError(
                f"queue {name}: {error}; queues take {', '.join(QueueOptions.__struct_fields__)}"
            ) from None
        self.queues[name] = Queue(name, self.slot or name, options, self.rate)
        return self.queues[name]

    @asynccontextmanager
    async def connect(self, settings: Settings | None = None) -> AsyncGenerator[Client]:
        """A producer's client, closed at the end; the connection opens with the first call."""
        settings = settings or Settings.from_environment()
        client = Client(self.queues, settings, SystemClock(), Random())  # noqa: S311 - spreads waits
        try:
            yield client
        finally:
            await uncut(client.close())

    def sync_client(self, settings: Settings | None = None, *, connections: int = 10) -> SyncClient:
        """A producer's client for code without an event loop; its threads share up to so many connections.

        Use it with `with`, or keep one for the life of the process; the connections open with the calls.
        """
        if connections < 1:
            raise SettingError(f"connections must be at least 1, not {connections}")
        settings = settings or Settings.from_environment()
        return SyncClient(self.queues, settings, connections, SystemClock(), Random())  # noqa: S311 - spreads waits

    @asynccontextmanager
    async def inspect(
        self, settings: Settings | None = None, *, actor: Actor | None = None
    ) -> AsyncGenerator[Inspector]:
        """An operator's inspector, closed at the end; the book says that `actor` made its changes.

        Without one, it is the user of this process on this host.
        """
        settings = settings or Settings.from_environment()
        async with _store(settings) as store:
            yield Inspector(self.queues, store, settings.prefix, SystemClock(), actor)

    @asynccontextmanager
    async def view(self, settings: Settings | None = None) -> AsyncGenerator[Viewer]:
        """What an inspector sees, without the means to change anything; closed at the end."""
        settings = settings or Settings.from_environment()
        async with _store(settings) as store:
            yield Viewer(self.queues, store, settings.prefix, SystemClock())

    def worker(
        self,
        queues: Sequence[str] | None = None,
        settings: Settings | None = None,
        options: WorkerOptions | None = None,
    ) -> Worker:
        """A worker of these queues (default: all), not yet running; UnknownQueue lists the names."""
        chosen = [find_queue(self.queues, name) for name in (queues if queues is not None else self.queues)]
        if not chosen:
            raise SettingError("name at least one queue")
        options = options or WorkerOptions()
        if not 0 <= options.grace_s < float("inf"):
            raise SettingError(f"the grace must be 0 s or more and finite, not {options.grace_s}")
        for name, places in options.concurrency.items():
            find_queue(self.queues, name)
            if places < 1:
                raise SettingError(f"concurrency of {name} must be at least 1, not {places}")
        return Worker(list(dict.fromkeys(chosen)), settings or Settings.from_environment(), options)

    async def run(
        self,
        queues: Sequence[str] | None = None,
        *,
        settings: Settings | None = None,
        options: WorkerOptions | None = None,
        signals: bool = True,
    ) -> None:
        """A worker has run in this loop and stopped.

        With `signals`, SIGTERM, SIGINT and SIGHUP stop it: the first lets jobs finish, a second gives them back at
        once.
        Cancelled, it gives them back at once.
        """
        worker = self.worker(queues, settings, options)
        with _stopped_by_signals(worker) if signals else nullcontext():
            await worker.run(self.lifespan())


@asynccontextmanager
async def _store(settings: Settings) -> AsyncGenerator[Store]:
    store = Store(settings.redis_url)
    try:
        yield store
    finally:
        await uncut(store.close())


class _stopped_by_signals:  # noqa: N801 - used like a function
    """SIGTERM, SIGINT and SIGHUP stop the worker for as long as this lasts."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._numbers = [signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            self._numbers.append(signal.SIGHUP)  # ignored, it is `nohup`'s: the worker is to outlive its terminal

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        for number in self._numbers:
            loop.add_signal_handler(number, self._worker.stop)

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for number in self._numbers:
            loop.remove_signal_handler(number)
