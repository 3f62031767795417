"""No-op jobs that wait are run by one worker process, or several, and settled."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

from benchmarks.case import Case, Figures, Size
from benchmarks.ground import Ground
from benchmarks.sides.side import Program, Side

WARM = 500
PATIENCE_S = 300.0


def drain(
    ground: Ground, program: Program, size: Size, *, concurrency: int = 100, workers: int = 1, pad: int = 20
) -> Figures:
    """Jobs a second from the first start to the last one; Redis CPU and commands for each job, enqueue left out."""
    with ExitStack() as stack:
        producer = stack.enter_context(Side(program, ground.url, ground.tally()))
        sides = [stack.enter_context(Side(program, ground.url, ground.tally())) for _ in range(workers)]
        warm_up(producer, sides, concurrency, pad)
        warm = [side.count() for side in sides]
        producer.do("enqueue", first=WARM, count=size.jobs, size=pad, how="bulk")
        read = ground.read()
        for side in sides:
            side.tell("work", concurrency=concurrency)
        wait_for(sides, WARM + size.jobs)
        used = ground.read().since(read)
        starts = [start.at_ns for side, before in zip(sides, warm, strict=True) for start in side.starts(before)]
        for side in sides:
            side.hear()
    took_s = (max(starts) - min(starts)) / 1e9
    return {
        "jobs/s": len(starts) / took_s,
        "Redis µs/job": used.cpu_s * 1e6 / size.jobs,
        "commands/job": used.commands / size.jobs,
    }


def warm_up(producer: Side, sides: Sequence[Side], concurrency: int, pad: int) -> None:
    """Connections are open, scripts are loaded and code is warm on both ends; nothing waits and no worker runs."""
    producer.do("enqueue", first=0, count=WARM, size=pad, how="bulk")
    for side in sides:
        side.do("work", concurrency=concurrency)
    wait_for(sides, WARM)
    for side in sides:
        side.do("stop")


def wait_for(sides: Sequence[Side], count: int) -> None:
    """So many jobs have begun on these sides together; TimeoutError if they do not."""
    until = time.monotonic() + PATIENCE_S
    while (begun := sum(side.count() for side in sides)) < count:
        if time.monotonic() > until:
            raise TimeoutError(f"{sides[0].program.name}: {begun} of {count} jobs began within {PATIENCE_S:g} s")
        time.sleep(0.02)


_SAYS_NOT = "handlers that do something; a network between worker and Redis"
CASES = (
    Case("drain", "no-op drain, concurrency 100", "jobs/s", "higher", drain, _SAYS_NOT),
    Case("drain-10", "no-op drain, concurrency 10", "jobs/s", "higher", partial(drain, concurrency=10), _SAYS_NOT),
    Case("drain-500", "no-op drain, concurrency 500", "jobs/s", "higher", partial(drain, concurrency=500), _SAYS_NOT),
    Case("drain-2x", "no-op drain by two processes", "jobs/s", "higher", partial(drain, workers=2), _SAYS_NOT),
    Case("payload-10k", "drain of 10 KB payloads", "jobs/s", "higher", partial(drain, pad=10_000), _SAYS_NOT),
    Case("drain-no-aof", "no-op drain, AOF off", "jobs/s", "higher", drain, _SAYS_NOT, aof=False),
)
