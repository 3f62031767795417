"""The steps that cases are made of: sides are warm, jobs wait, so many have begun."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.sides.side import Program, Side

FIRST = 100_000
"""The number of the first job that is measured; those before it warm the side up."""
WARM_BYTES = 20_000_000
PATIENCE_S = 300.0
PART = 50_000
"""Jobs of one command: a slow side answers within its time."""


def warm_up(
    producer: Side, sides: Sequence[Side], concurrency: int, *, pad: int = 20, first: int = 0, each: int = 0
) -> None:
    """Connections are open, scripts are loaded and code is warm on both ends; nothing waits and no worker runs.

    Each side has run as many jobs as warm it up, or so many `each`.
    """
    count = len(sides) * (each or warming(producer.program, pad))
    begun = sum(side.count() for side in sides)
    producer.do("enqueue", first=first, count=count, size=pad, how="bulk")
    for side in sides:
        side.do("work", concurrency=concurrency)
    wait_for(sides, begun + count)
    for side in sides:
        side.do("stop")


def warming(program: Program, pad: int = 20) -> int:
    """As many jobs warm the side up: as it needs, but not more than some megabytes."""
    return max(10, min(program.warm, WARM_BYTES // pad))


def fill(producer: Side, count: int, *, first: int = FIRST, pad: int = 20, fails: bool = False) -> float:
    """So many jobs more wait, by the side's own bulk; how many seconds it took."""
    took_s = 0.0
    for start in range(first, first + count, PART):
        part = min(PART, first + count - start)
        took_s += producer.do("enqueue", first=start, count=part, size=pad, how="bulk", fails=fails)
    return took_s


def wait_for(sides: Sequence[Side], count: int, patience_s: float = PATIENCE_S) -> None:
    """So many jobs have begun on these sides together; TimeoutError if they do not."""
    until = time.monotonic() + patience_s
    while (begun := sum(side.count() for side in sides)) < count:
        if time.monotonic() > until:
            raise TimeoutError(f"{sides[0].program.name}: {begun} of {count} jobs began within {patience_s:g} s")
        if any(side.ended for side in sides):
            raise RuntimeError(f"{sides[0].program.name} ended after {begun} of {count} jobs")
        time.sleep(0.02)
