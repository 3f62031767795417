"""One id, many producers: one job at a time, and another run once the one before has ended."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack

import pytest

from engine import State
from engine.streams import Keys, SyncStore
from engine.streams.commands import Settle, acquire, configure, settle
from engine.streams.reads import counts, show
from engine.types import Keep, QueueLimits
from tests.support.workers import environment

PROCESSES, CALLS = 4, 50
KEEP = Keep(3600)


def enqueue_from_everywhere(url: str, prefix: str) -> list[tuple[bool, int]]:
    """What every call of every process was answered; all begin at the same moment."""
    command = [sys.executable, "-m", "tests.support.producers", url, prefix, "same", str(CALLS)]
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
            )
            for _ in range(PROCESSES)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [process.communicate(timeout=30)[0] for process in processes]
    lines = [line.split() for text in told for line in text.splitlines()]
    return [(created == "1", int(run)) for created, run in lines]


@pytest.mark.parametrize("verb", ["complete", "fail"])
def test_two_hundred_calls_make_one_job(redis_url: str, prefix: str, verb: str) -> None:
    """All calls of four processes are answered by one run; after its end, though it is kept, the id runs again."""
    keys, store = Keys(prefix, "play", "play"), SyncStore(redis_url)
    store.run(configure(keys, QueueLimits()))
    runs: list[int] = []
    for life in (1, 2):
        answers = enqueue_from_everywhere(redis_url, prefix)
        assert len(answers) == PROCESSES * CALLS
        assert sum(created for created, _ in answers) == 1
        [run] = {run for _, run in answers}
        found = store.run(counts(keys, 0, KEEP, KEEP))
        assert (found.waiting, found.completed + found.failed) == (1, 0)
        [delivery] = store.run(acquire(keys, 0, "w", 10, alone=True)).deliveries
        assert (delivery.id, delivery.run, delivery.attempts) == ("same", run, 0)
        data = b"1" if verb == "complete" else b'{"type":"ValueError","message":"no"}'
        if life == 1:
            assert store.run(settle(keys, 0, [Settle("same", delivery.fence, verb, data)])) == ["ok"]  # type: ignore[arg-type]
        runs.append(run)
    status = store.run(show(keys, "same"))
    assert status is not None
    assert (status.run, status.state, runs[0] < runs[1]) == (runs[1], State.ACTIVE, True)
    store.close()
