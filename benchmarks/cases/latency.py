"""How soon a job begins: after it is enqueued, and after it is due; from the stamps of payload and handler."""

from __future__ import annotations

from functools import partial

from benchmarks.case import Case, Figure, Size, Taken
from benchmarks.cases.steps import FIRST, wait_for, warm_up
from benchmarks.ground import Ground
from benchmarks.sides.side import Program, Side
from benchmarks.spreads import quantile

CONCURRENCY = 10
REST_MS = 4.0
DELAY_MS = 1_000
HOLDS_S = 0.02
HALF_MS = 4.0
"""Ten places, each taken for 20 ms, take 500 jobs a second: one each 4 ms is half of that."""
BEFORE = 50
"""Jobs at the same pace that are not counted."""
SHARES = {"p50 ms": 0.5, "p99 ms": 0.99, "p99.9 ms": 0.999}


def latency(
    ground: Ground, program: Program, size: Size, *, every_ms: float, delay_ms: int = 0, holds_s: float = 0.0
) -> Taken:
    """From just before the enqueue (or from the moment at which it is due) to the handler's first line."""
    options = {"holds_s": holds_s} if holds_s else {}
    with (
        Side(program, ground.url, ground.tally()) as producer,
        Side(program, ground.url, ground.tally(), options) as worker,
    ):
        warm_up(producer, [worker], CONCURRENCY)
        warm = worker.count()
        worker.do("work", concurrency=CONCURRENCY)
        producer.do("enqueue", first=FIRST, count=BEFORE, size=20, how="single", every_ms=every_ms)
        wait_for([worker], warm + BEFORE)
        producer.do(
            "enqueue",
            first=2 * FIRST,
            count=size.pickups,
            size=20,
            how="single",
            every_ms=every_ms,
            delay_ms=delay_ms,
        )
        wait_for([worker], warm + BEFORE + size.pickups, 60 + delay_ms / 1000)
        # A delayed job that begins before it is due is as wrong as one that begins so much later.
        waits = [round(abs(start.at_ns - start.stamp_ns) / 1e6, 3) for start in worker.starts(warm + BEFORE)]
    figures = {name: quantile(waits, share) for name, share in SHARES.items()}
    return Taken({**figures, "most ms": max(waits), "least ms": min(waits)}, {"waits ms": waits})


_TOLD = tuple(Figure(name, "lower") for name in SHARES)
CASES = (
    Case(
        name="pickup",
        title="From enqueue to the handler's start, worker at rest, a job each 4 ms",
        figures=_TOLD,
        measure=partial(latency, every_ms=REST_MS),
        says_not="a network between producer, Redis and worker",
        needs=("work", "store"),
    ),
    Case(
        name="pickup-half",
        title="From enqueue to the handler's start, half of the worker's ten places taken (20 ms a job)",
        figures=_TOLD,
        measure=partial(latency, every_ms=HALF_MS, holds_s=HOLDS_S),
        says_not="the same share of what each side could do at most: all get 250 jobs/s",
        needs=("work", "store", "hold"),
    ),
    Case(
        name="delayed",
        title="How far the handler's start is from the moment at which a delayed job is due",
        figures=(Figure("p99 ms", "lower"), Figure("p50 ms", "lower"), Figure("p99.9 ms", "lower")),
        measure=partial(latency, every_ms=2.0, delay_ms=DELAY_MS),
        says_not="many jobs that are due at the same moment",
        needs=("work", "store", "delay"),
    ),
)
