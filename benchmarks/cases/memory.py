"""What jobs take in Redis while they wait, run and are kept; and what a backlog costs each job that is run."""

from __future__ import annotations

import contextlib
import time
from functools import partial

from benchmarks.case import Case, Figure, Size, Taken
from benchmarks.cases.drain import RATE
from benchmarks.cases.steps import WARM, fill, wait_for, warm_up
from benchmarks.ground import Ground
from benchmarks.sides.side import Program, Side

ACTIVE = 500
HOLDS_S = 600.0
HOLDING_S = 15.0
QUIET_S = 0.5
RUN_CPU = Figure("Redis µs/run", "lower")
WAITING = Figure("bytes/waiting job", "lower")


def memory(ground: Ground, program: Program, size: Size) -> Taken:
    """Bytes for each job, without the buffers of connections and of the append-only file."""
    jobs = size.jobs_of(program)
    with (
        Side(program, ground.url, ground.tally()) as producer,
        Side(program, ground.url, ground.tally()) as worker,
        Side(program, ground.url, ground.tally(), {"holds_s": HOLDS_S}) as holder,
    ):
        warm_up(producer, [worker], 100)
        empty = _quiet(ground)
        fill(producer, jobs)
        waiting = _quiet(ground)
        worker.do("work", concurrency=100)
        wait_for([worker], WARM + jobs)
        worker.do("stop")
        finished = _quiet(ground)
        fill(producer, ACTIVE, first=WARM + jobs)
        holder.do("work", concurrency=ACTIVE)
        with contextlib.suppress(TimeoutError):  # not every side runs so many at once
            wait_for([holder], ACTIVE, HOLDING_S)
        active, held = _quiet(ground), holder.count()
        holder.kill()
    figures = {"bytes/waiting job": (waiting - empty) / jobs, "bytes/finished job": (finished - empty) / jobs}
    if held == ACTIVE:
        figures["bytes/active job"] = (active - finished) / ACTIVE
    return Taken(figures)


def _quiet(ground: Ground) -> int:
    """The memory once nobody writes any more."""
    time.sleep(QUIET_S)
    return ground.read().memory


def backlog(ground: Ground, program: Program, size: Size, *, waiting: int) -> Taken:
    """Jobs are run while so many more wait; what each cost, and what one that waits takes."""
    jobs = size.jobs_of(program)
    with (
        Side(program, ground.url, ground.tally()) as producer,
        Side(program, ground.url, ground.tally()) as worker,
    ):
        warm_up(producer, [worker], 100)
        empty = _quiet(ground)
        took_s = fill(producer, waiting + jobs)
        full = _quiet(ground)
        before = ground.read()
        worker.tell("work", concurrency=100)
        wait_for([worker], WARM + jobs)
        used, ran = ground.read().since(before), worker.count() - WARM
        worker.hear()
        worker.do("stop")
        begun = [start.at_ns for start in worker.starts(WARM)[:jobs]]
    return Taken(
        {
            "jobs/s": (len(begun) - 1) / ((max(begun) - min(begun)) / 1e9),
            "Redis µs/run": used.cpu_s * 1e6 / ran,
            "commands/run": used.commands / ran,
            "bytes/waiting job": (full - empty) / (waiting + jobs),
            "enqueued/s": (waiting + jobs) / took_s,
        }
    )


def _backlog(name: str, words: str, waiting: int, *, only: tuple[str, ...] = (), most_rounds: int = 0) -> Case:
    return Case(
        name=f"backlog-{name}",
        title=f"Drain on top of a backlog of {words}",
        figures=(RATE, RUN_CPU, WAITING),
        measure=partial(backlog, waiting=waiting),
        says_not="a backlog larger than memory; the append-only file's rewriting, which falls where it falls",
        needs=("work", "store"),
        only=only,
        most_rounds=most_rounds,
    )


CASES = (
    Case(
        name="memory",
        title="Memory in Redis of a waiting, an active and a finished job",
        figures=(WAITING, Figure("bytes/active job", "lower"), Figure("bytes/finished job", "lower")),
        measure=memory,
        says_not="how long a side keeps what has ended: days here, minutes there",
        needs=("work", "store", "hold"),
    ),
    _backlog("10k", "10 thousand", 10_000),
    _backlog("100k", "100 thousand", 100_000, only=("engine", "bullmq")),
    _backlog("1m", "1 million", 1_000_000, only=("engine", "bullmq"), most_rounds=3),
    _backlog("5m", "5 million", 5_000_000, only=("engine",), most_rounds=1),
)
