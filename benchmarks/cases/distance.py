"""The same workloads with a server that is a millisecond away, by a proxy of the suite's own."""

from __future__ import annotations

from functools import partial

from benchmarks.case import Case, Figure, Measure, Size, Taken
from benchmarks.cases.drain import COMMANDS, CPU, RATE, drain
from benchmarks.cases.enqueue import enqueue
from benchmarks.cases.latency import HALF_MS, latency
from benchmarks.ground import Ground
from benchmarks.proxy import open_proxy
from benchmarks.sides.side import Program

FAR_MS = 1.0


def far(measure: Measure, ground: Ground, program: Program, size: Size) -> Taken:
    """As the measure is, with each reply a millisecond later."""
    with open_proxy(ground.url, FAR_MS) as url, ground.seen_at(url):
        return measure(ground, program, size)


_SAYS_NOT = "jitter and lost packets; the proxy shares the cores with both sides"
CASES = (
    Case(
        name="far-drain",
        title="No-op drain, concurrency 100, each reply 1 ms later",
        figures=(RATE, CPU, COMMANDS),
        measure=partial(far, drain),
        says_not=_SAYS_NOT,
        needs=("work", "store"),
    ),
    Case(
        name="far-enqueue",
        title="Enqueue, one awaited after the other, each reply 1 ms later",
        figures=(RATE,),
        measure=partial(far, partial(enqueue, how="single", most=1_000)),
        says_not=_SAYS_NOT,
        needs=("store",),
    ),
    Case(
        name="far-pickup",
        title="From enqueue to the handler's start, worker at rest, each reply 1 ms later",
        figures=(Figure("p50 ms", "lower"), Figure("p99 ms", "lower")),
        measure=partial(far, partial(latency, every_ms=HALF_MS)),
        says_not=_SAYS_NOT,
        needs=("work", "store"),
    ),
)
