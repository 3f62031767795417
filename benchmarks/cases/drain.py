"""No-op jobs that wait are run by one worker process, or several, and settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

from benchmarks.case import Case, Figure, Size, Taken
from benchmarks.cases.steps import FIRST, fill, wait_for, warm_up
from benchmarks.ground import Ground
from benchmarks.sides.side import Program, Side
from benchmarks.spreads import steady

RATE = Figure("jobs/s", "higher")
LIFE = Figure("stored and run/s", "higher")
"""The whole way, one after the other: as the floor is XADD, XREADGROUP, XACK and XDEL."""
CPU = Figure("Redis µs/job", "lower")
COMMANDS = Figure("commands/job", "lower")
LARGE_JOBS = 1_000
"""Of 200 KB: 200 MB in Redis."""


def drain(
    ground: Ground,
    program: Program,
    size: Size,
    *,
    concurrency: int = 100,
    workers: int = 1,
    pad: int = 20,
    most: int = 0,
    fails: bool = False,
    options: Mapping[str, Any] | None = None,
) -> Taken:
    """Jobs a second while all places are taken; Redis CPU and commands for each job, enqueue and all."""
    jobs = size.jobs_of(program, most)
    begun = jobs + sum(n % 10 == 0 for n in range(FIRST, FIRST + jobs)) * fails
    with ExitStack() as stack:
        producer, *sides = [
            stack.enter_context(Side(program, ground.url, ground.tally(), options)) for _ in range(1 + workers)
        ]
        warm_up(producer, sides, concurrency, pad=pad)
        warm = [side.count() for side in sides]
        empty = ground.read()
        filled_s = fill(producer, jobs, pad=pad, fails=fails)
        waiting = ground.read()
        for side in sides:
            side.tell("work", concurrency=concurrency)
        wait_for(sides, sum(warm) + begun)
        done = ground.read()
        starts = [start.at_ns for side, before in zip(sides, warm, strict=True) for start in side.starts(before)]
        worker_s = _stopped(sides)
    enqueued, worked = waiting.since(empty), done.since(waiting)
    rate = steady(starts, concurrency * workers) * jobs / begun
    return Taken(
        {
            "jobs/s": rate,
            "stored and run/s": 1 / (filled_s / jobs + 1 / rate),
            "Redis µs/job": (enqueued.cpu_s + worked.cpu_s) * 1e6 / jobs,
            "commands/job": (enqueued.commands + worked.commands) / jobs,
            "traffic bytes/job": (enqueued.traffic + worked.traffic) / jobs,
            "Redis µs/enqueue": enqueued.cpu_s * 1e6 / jobs,
            "Redis µs/run": worked.cpu_s * 1e6 / jobs,
            "commands/run": worked.commands / jobs,
            **({} if program.outside else {"worker µs/run": worker_s * 1e6 / jobs}),
        }
    )


def _stopped(sides: Sequence[Side]) -> float:
    """No worker runs any more; the CPU seconds of their processes since they began to work."""
    for side in sides:
        side.hear()
    began_s = sum(side.cpu_s for side in sides)
    for side in sides:
        side.do("stop")
    return sum(side.cpu_s for side in sides) - began_s


_SAYS_NOT = "handlers that do something; a network between worker and Redis"
_KEPT = "how long such payloads take on a network; 200 KB: 1,000 jobs"
_TOLD = (RATE, LIFE, CPU, COMMANDS)
CASES = (
    Case(name="drain", title="No-op drain, concurrency 100", figures=_TOLD, measure=drain, says_not=_SAYS_NOT),
    Case(
        name="drain-10",
        title="No-op drain, concurrency 10",
        figures=_TOLD,
        measure=partial(drain, concurrency=10),
        says_not=_SAYS_NOT,
    ),
    Case(
        name="drain-500",
        title="No-op drain, concurrency 500",
        figures=_TOLD,
        measure=partial(drain, concurrency=500),
        says_not=_SAYS_NOT,
    ),
    Case(
        name="drain-2x",
        title="No-op drain by two worker processes",
        figures=_TOLD,
        measure=partial(drain, workers=2),
        says_not="more processes than this machine has cores wait for each other, and for Redis",
    ),
    Case(
        name="drain-4x",
        title="No-op drain by four worker processes",
        figures=_TOLD,
        measure=partial(drain, workers=4),
        says_not="more processes than this machine has cores wait for each other, and for Redis",
    ),
    Case(
        name="drain-queues",
        title="No-op drain of four queues by one worker process, 25 jobs of each at once",
        figures=_TOLD,
        measure=partial(drain, options={"queues": 4}),
        says_not="queues that are not filled alike",
        only=("engine",),
    ),
    Case(
        name="drain-no-aof",
        title="No-op drain, AOF off",
        figures=_TOLD,
        measure=drain,
        says_not="what is left after a crash of Redis: nothing",
        aof=False,
    ),
    Case(
        name="payload-100b",
        title="Drain of 100 B payloads",
        figures=_TOLD,
        measure=partial(drain, pad=100),
        says_not=_KEPT,
    ),
    Case(
        name="payload-10kb",
        title="Drain of 10 KB payloads",
        figures=_TOLD,
        measure=partial(drain, pad=10_000, most=10_000),
        says_not=_KEPT,
    ),
    Case(
        name="payload-200kb",
        title="Drain of 200 KB payloads",
        figures=_TOLD,
        measure=partial(drain, pad=200_000, most=LARGE_JOBS),
        says_not=_KEPT,
    ),
    Case(
        name="retries",
        title="Drain in which every tenth job fails once and is retried after 10 ms",
        figures=_TOLD,
        measure=partial(drain, fails=True),
        says_not="long waits between attempts",
        needs=("work", "retry"),
    ),
)
