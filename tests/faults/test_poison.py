"""A job that kills its process every time: it fails, and it alone."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from engine import State
from tests.support.apps import EXIT_STATUS, Play
from tests.support.box_office import BoxOffice
from tests.support.servers import scratch
from tests.support.workers import WorkerProcess, open_theatre

MAX_CRASHES = 3
NEIGHBOURS = 60
QUEUE = {"lease_s": 2, "sweep_s": 0.3, "concurrency": 10}


@pytest.mark.timeout(120)
def test_poison_fails_alone(redis_url: str, prefix: str) -> None:
    """A job that kills its process ends failed after exactly max_crashes deaths; all its neighbours complete."""
    with scratch() as directory, open_theatre(redis_url, prefix, directory, QUEUE) as theatre, ExitStack() as stack:
        office = BoxOffice(theatre)
        neighbours = [f"n{n}" for n in range(NEIGHBOURS)]
        office.put(Play("sleep", seconds=0.1), *neighbours[: NEIGHBOURS // 2])
        office.put(Play("exit", times=100), "poison")
        office.put(Play("sleep", seconds=0.1), *neighbours[NEIGHBOURS // 2 :])
        deaths: list[WorkerProcess] = []
        workers = [stack.enter_context(theatre.worker()) for _ in range(2)]
        while office.counts().failed + office.counts().completed < NEIGHBOURS + 1:
            for n, worker in enumerate(workers):
                if worker.status is not None:
                    deaths.append(worker)
                    workers[n] = stack.enter_context(theatre.worker())
        poison, others = office.status("poison"), office.statuses(neighbours)
        starts = theatre.ledger.starts()
    assert (poison.state, poison.crashes, poison.attempts_made) == (State.FAILED, MAX_CRASHES, 0)
    assert poison.failed_reason is not None
    assert "crash 3 of 3" in poison.failed_reason
    assert len(starts["poison"]) == MAX_CRASHES
    assert [worker.status for worker in deaths] == [EXIT_STATUS] * MAX_CRASHES
    assert {status.state for status in others} == {State.COMPLETED}
    assert max(status.crashes for status in others) < MAX_CRASHES
    last = starts["poison"][-1]
    for status in others:
        beside = [entry for entry in starts[status.id] if entry.pid == last.pid and entry.fence > last.fence]
        assert not beside, "something ran beside it at its last death"
