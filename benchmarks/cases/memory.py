"""What jobs take in Redis while they wait, run and are kept; and what a backlog costs each job that is run."""

from __future__ import annotations

import contextlib
import statistics
import time
from functools import partial

from benchmarks.case import Case, Figure, Size, Taken
from benchmarks.cases.drain import RATE
from benchmarks.cases.steps import FIRST, fill, wait_for, warm_up
from benchmarks.ground import Ground
from benchmarks.sides.side import Program, Side
from benchmarks.spreads import steady

CONCURRENCY = 100
SLICE, SLICES = 20_000, 5
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
        warm_up(producer, [worker], CONCURRENCY)
        warm, empty = worker.count(), _quiet(ground)
        fill(producer, jobs)
        waiting = _quiet(ground)
        worker.do("work", concurrency=CONCURRENCY)
        wait_for([worker], warm + jobs)
        worker.do("stop")
        finished = _quiet(ground)
        fill(producer, ACTIVE, first=FIRST + jobs)
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


def backlog(ground: Ground, program: Program, size: Size, *, waiting: int, slices: int = 1) -> Taken:
    """Jobs are run while so many more wait; what each cost, and what one that waits takes.

    A large backlog is filled once: then `slices` of jobs are run on top of it, one after the other, each of them
    replaced before by as many that wait. The figures are the medians of the slices.
    """
    jobs = size.jobs_of(program, SLICE)
    each: dict[str, list[float]] = {"jobs/s": [], "Redis µs/run": [], "commands/run": []}
    with (
        Side(program, ground.url, ground.tally()) as producer,
        Side(program, ground.url, ground.tally()) as worker,
    ):
        warm_up(producer, [worker], CONCURRENCY)
        empty = _quiet(ground)
        took_s = fill(producer, waiting)
        full, first = _quiet(ground), FIRST + waiting
        for _ in range(slices):
            fill(producer, jobs, first=first)
            first += jobs
            _quiet(ground)
            for name, value in _slice(ground, worker, jobs).items():
                each[name].append(value)
    return Taken(
        {
            **{name: statistics.median(values) for name, values in each.items()},
            "bytes/waiting job": (full - empty) / waiting,
            "enqueued/s": waiting / took_s,
        },
        {name: [round(value, 3) for value in values] for name, values in each.items()},
    )


def _slice(ground: Ground, worker: Side, jobs: int) -> dict[str, float]:
    had, before = worker.count(), ground.read()
    worker.tell("work", concurrency=CONCURRENCY)
    wait_for([worker], had + jobs)
    used, ran = ground.read().since(before), worker.count() - had
    worker.hear()
    worker.do("stop")
    return {
        "jobs/s": steady([start.at_ns for start in worker.starts(had)[:jobs]], CONCURRENCY),
        "Redis µs/run": used.cpu_s * 1e6 / ran,
        "commands/run": used.commands / ran,
    }


def _backlog(name: str, words: str, waiting: int, *, only: tuple[str, ...] = (), slices: int = 1) -> Case:
    return Case(
        name=f"backlog-{name}",
        title=f"Drain on top of a backlog of {words}",
        figures=(RATE, RUN_CPU, WAITING),
        measure=partial(backlog, waiting=waiting, slices=slices),
        says_not="a backlog larger than memory; the append-only file's rewriting, which falls where it falls",
        needs=("work", "store"),
        only=only,
        most_rounds=1 if slices > 1 else 0,
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
    _backlog("1m", "1 million", 1_000_000, only=("engine", "bullmq"), slices=SLICES),
    _backlog("5m", "5 million", 5_000_000, only=("engine",), slices=SLICES),
)
