"""The worker processes of a row: hired, hit by faults, replaced, and let go at the end."""

from __future__ import annotations

import signal
import time
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import ExitStack, asynccontextmanager
from typing import Protocol

from tests.faults.evidence import Fault, FaultKind
from tests.support.wait import eventually
from tests.support.workers import Theatre, WorkerProcess

_READY_WITHIN_S = 60.0


class Site(Protocol):
    """Where a crew works: a house, or what is like one in this."""

    theatre: Theatre
    faults: list[Fault]
    refused_settles: int

    def held_by(self, label: str, /) -> dict[str, int]:
        """The deliveries that Redis believes to be in the process of this label."""
        ...


class Crew:
    """Workers of a house. Each is ended by its id; none outlives the row."""

    def __init__(self, house: Site, stack: ExitStack, words: tuple[str, ...]) -> None:
        self._house, self._stack, self._words = house, stack, words
        self.at_work: list[WorkerProcess] = []
        self._gone: list[WorkerProcess] = []

    def start(self, *words: str, variables: Mapping[str, str] | None = None) -> WorkerProcess:
        """A process that is about to become a worker; it is not counted as at work."""
        worker = self._house.theatre.worker(*self._words, *words, variables=variables, ready=False)
        return self._stack.enter_context(worker)

    async def hire(self, count: int = 1, *words: str) -> list[WorkerProcess]:
        """So many more workers are at work."""
        hired = [self.start(*words) for _ in range(count)]
        for worker in hired:
            await self.ready(worker)
        self.at_work += hired
        return hired

    def send_for(self, count: int) -> None:
        """So many more workers are on their way; they count as at work from now on."""
        self.at_work += [self.start() for _ in range(count)]

    async def ready(self, worker: WorkerProcess) -> None:
        """The process acquires jobs; AssertionError if it ended instead."""

        def told() -> bool:
            assert worker.status is None, f"{worker.label} ended with {worker.status}:\n{worker.text()}"
            return bool(worker.lines("ready worker="))

        await eventually(told, within_s=_READY_WITHIN_S, every_s=0.05)

    def kill(self, worker: WorkerProcess) -> Fault:
        """The worker is gone by SIGKILL, and what it held is known."""
        worker.kill()
        return self._hit("kill", worker)

    def freeze(self, worker: WorkerProcess) -> Fault:
        """The worker stands still, and what it holds is known."""
        worker.freeze()
        return self._hit("freeze", worker)

    def bury(self) -> list[tuple[WorkerProcess, Fault]]:
        """Those that have ended by themselves since the last look, no longer at work, and what they held."""
        return [(worker, self._hit("death", worker)) for worker in self.at_work if worker.status is not None]

    def caught_in(self, ids: Collection[str]) -> list[WorkerProcess]:
        """Those at work that one of these jobs never lets go, though it may have been taken from them."""
        starts = self._house.theatre.ledger.starts()
        pids = {entry.pid for job in ids for entry in starts.get(job, [])}
        return [worker for worker in self.at_work if worker.pid in pids]

    def ask_to_stop(self, worker: WorkerProcess) -> Fault:
        """The process has SIGTERM; it is no longer counted as at work."""
        worker.signal(signal.SIGTERM)
        return self._hit("term", worker)

    async def gone(self, worker: WorkerProcess, *, within_s: float) -> int:
        """The exit status of a worker that was asked to stop."""
        await eventually(lambda: worker.status is not None, within_s=within_s, every_s=0.02)
        assert worker.status is not None
        return worker.status

    async def let_go(self, *, within_s: float = 30.0) -> None:
        """Every worker has stopped by itself; what they told of refused settles is counted."""
        for worker in self.at_work:
            await self.ready(worker)
            worker.signal(signal.SIGTERM)
        for worker in self.at_work:
            status = await self.gone(worker, within_s=within_s)
            assert status == 0, f"{worker.label} ended with {status}:\n{worker.text()[-4000:]}"
        everybody = {*self.at_work, *self._gone}
        self._house.refused_settles += sum(len(worker.lines('"event":"lost"')) for worker in everybody)

    def _hit(self, kind: FaultKind, worker: WorkerProcess) -> Fault:
        at_us = time.time_ns() // 1000
        held = {} if kind == "term" else self._house.held_by(worker.label)
        fault = Fault(kind, worker.pid, at_us, held)
        self._house.faults.append(fault)
        if kind != "freeze":
            self.at_work = [other for other in self.at_work if other is not worker]
            self._gone.append(worker)
        return fault


@asynccontextmanager
async def open_crew(house: Site, count: int, *words: str) -> AsyncGenerator[Crew]:
    """So many workers at work, started with these words beside `run`; all are gone afterwards."""
    with ExitStack() as stack:
        crew = Crew(house, stack, words)
        await crew.hire(count)
        yield crew
