"""Jobs with ids of their own are stored: one after the other, a thousand at once, and by the side's own bulk."""

from __future__ import annotations

from functools import partial
from typing import Literal

from benchmarks.case import Case, Figure, Size, Taken
from benchmarks.cases.drain import COMMANDS, CPU, RATE
from benchmarks.cases.steps import FIRST, PART, warming
from benchmarks.ground import Ground
from benchmarks.sides.side import Program, Side

AT_ONCE = 1_000
TRAFFIC = Figure("traffic bytes/job", "lower")


def enqueue(
    ground: Ground, program: Program, size: Size, *, how: Literal["single", "concurrent", "bulk"], most: int = 0
) -> Taken:
    """Jobs a second by the driver's clock; Redis CPU and commands for each."""
    jobs = size.jobs_of(program, most)
    part = AT_ONCE if how == "concurrent" else PART
    with Side(program, ground.url, ground.tally()) as producer:
        producer.do("enqueue", first=0, count=warming(program), size=20, how=how)
        before = ground.read()
        took_s = sum(
            producer.do("enqueue", first=first, count=min(part, FIRST + jobs - first), size=20, how=how)
            for first in range(FIRST, FIRST + jobs, part)
        )
        used = ground.read().since(before)
    return Taken(
        {
            "jobs/s": jobs / took_s,
            "Redis µs/job": used.cpu_s * 1e6 / jobs,
            "commands/job": used.commands / jobs,
            "traffic bytes/job": used.traffic / jobs,
            "bytes/waiting job": used.memory / jobs,
        }
    )


_TOLD = (RATE, CPU, COMMANDS, TRAFFIC)
_SAYS_NOT = "several producers at once; ids that are taken already"
CASES = (
    Case(
        name="enqueue-single",
        title="Enqueue, one awaited after the other",
        figures=_TOLD,
        measure=partial(enqueue, how="single", most=2_000),
        says_not=_SAYS_NOT,
        needs=("store",),
    ),
    Case(
        name="enqueue-concurrent",
        title="Enqueue, 1,000 single ones at once",
        figures=_TOLD,
        measure=partial(enqueue, how="concurrent", most=10_000),
        says_not=_SAYS_NOT,
        needs=("store",),
    ),
    Case(
        name="enqueue-bulk",
        title="Enqueue by the side's own bulk",
        figures=_TOLD,
        measure=partial(enqueue, how="bulk"),
        says_not=_SAYS_NOT,
        needs=("store",),
    ),
    Case(
        name="enqueue-bulk-no-aof",
        title="Enqueue by the side's own bulk, AOF off",
        figures=_TOLD,
        measure=partial(enqueue, how="bulk"),
        says_not=_SAYS_NOT,
        needs=("store",),
        aof=False,
    ),
)
