"""What a shared limit costs where it never binds, and how well it keeps the rate where it does."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from benchmarks.case import Case, Figure, Size, Taken
from benchmarks.cases.steps import FIRST, fill, wait_for, warm_up, warming
from benchmarks.ground import Ground
from benchmarks.limits import most_in_a_second, most_over
from benchmarks.sides.side import Program, Side
from benchmarks.spreads import steady
from engine import Rate

CONCURRENCY = 100
NEVER_BINDS = 1_000_000.0
RATE = 100.0
SECONDS = 8.0
WORKERS = 2


def cost(ground: Ground, program: Program, size: Size) -> Taken:
    """Drains without the limit and with it, by turns: off, on, off, on."""
    off, on = {"rate": None}, {"rate": NEVER_BINDS}
    rates = _drains(ground, program, size, (off, on, off, on))
    without, limited = rates[::2], rates[1::2]
    return Taken(
        {
            "on/off": sum(limited) / sum(without),
            "jobs/s on": statistics.mean(limited),
            "jobs/s off": statistics.mean(without),
            "off/off": min(without) / max(without),
        },
        {"jobs/s off": without, "jobs/s on": limited},
    )


def cost_off(ground: Ground, program: Program, size: Size) -> Taken:
    """Drains of an engine without the limiter, and of this one with no limit set, by turns: none, off, off, none.

    `none/none` is how far two drains of the same engine are apart in the same run.
    """
    none, off = {"rate": None, "limiter": "none"}, {"rate": None}
    first, *unset, last = _drains(ground, program, size, (none, off, off, none))
    return Taken(
        {
            "off/none": sum(unset) / (first + last),
            "none/none": min(first, last) / max(first, last),
            "jobs/s off": statistics.mean(unset),
            "jobs/s none": (first + last) / 2,
        },
        {"jobs/s none": [first, last], "jobs/s off": unset},
    )


def _drains(ground: Ground, program: Program, size: Size, turns: Sequence[Mapping[str, Any]]) -> list[float]:
    """Jobs a second of one drain after the other, each by a worker with the turn's options."""
    jobs, first, rates = max(1, size.jobs_of(program) // 2), FIRST, list[float]()
    with Side(program, ground.url, ground.tally()) as producer:
        for options in turns:
            with Side(program, ground.url, ground.tally(), options) as worker:
                warm_up(producer, [worker], CONCURRENCY, first=first)
                warm, first = worker.count(), first + warming(program)
                fill(producer, jobs, first=first)
                worker.tell("work", concurrency=CONCURRENCY)
                wait_for([worker], warm + jobs)
                starts = [start.at_ns for start in worker.starts(warm)]
                worker.hear()
            rates.append(steady(starts, CONCURRENCY))
            first += jobs
    return rates


def keeping(ground: Ground, program: Program, size: Size) -> Taken:
    """Two workers under one limit with more waiting than it lets through; times are those of the handlers' starts.

    `starts over` is by how many the worst window passes the rate and a tenth of a second's burst.
    """
    with ExitStack() as stack:
        producer = stack.enter_context(Side(program, ground.url, ground.tally()))
        sides = [stack.enter_context(Side(program, ground.url, ground.tally(), {"rate": RATE})) for _ in range(WORKERS)]
        warm_up(producer, sides, 10, each=5)
        time.sleep(2)  # the limit has forgotten the first jobs
        warm = [side.count() for side in sides]
        fill(producer, int(RATE * (SECONDS + 5)))
        for side in sides:
            side.tell("work", concurrency=10)
        wait_for(sides, sum(warm) + 1)
        time.sleep(SECONDS + 0.1)
        starts = sorted(s.at_ns // 1000 for side, n in zip(sides, warm, strict=True) for s in side.starts(n))
        for side in sides:
            side.hear()
    within = [at for at in starts if at - starts[0] <= SECONDS * 1e6]
    return Taken(
        {
            "used of the rate": len(within) / (RATE * SECONDS),
            "most in a second/rate": most_in_a_second(within) / RATE,
            "starts over": max(0.0, most_over(within, RATE, Rate(RATE).burst_size)),
        },
        {"starts s": [round((at - starts[0]) / 1e6, 4) for at in within]},
    )


CASES = (
    Case(
        name="limiter-cost",
        title="No-op drain with a shared limit that never binds, against one without",
        figures=(Figure("on/off", "higher"),),
        measure=cost,
        says_not="a limit that binds: its jobs wait, as they should",
        needs=("work", "limit"),
    ),
    Case(
        name="limiter-off",
        title="No-op drain without any limit, against an engine whose scripts know of none",
        figures=(Figure("off/none", "higher"),),
        measure=cost_off,
        says_not="a limit that is on: limiter-cost",
        only=("engine",),
    ),
    Case(
        name="limiter",
        title=f"One limit of {RATE:g} jobs/s over two workers: how much of it is used, and how far it is passed",
        figures=(Figure("used of the rate", "higher"), Figure("most in a second/rate", "lower")),
        measure=keeping,
        says_not="the server's own times: a handler's start is a moment later, `python -m benchmarks.limits` has both",
        needs=("work", "limit"),
        most_rounds=3,
    ),
)
