"""What the project wants to reach, and what a run says of it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from benchmarks.case import Figure
from benchmarks.results import Run
from benchmarks.telling import number, ranged

OURS = "engine"
FLOOR = "floor"
"""What no queue can be faster than."""
BULLMQ = ("bullmq", "bullmq-tuned")
"""On Node, by its defaults and by what may be faster: the faster one counts."""
PYTHON_PEERS = ("bullmq-python", "streaq", "saq", "arq", "taskiq", "celery", "dramatiq", "rq")


class Ahead(Struct, frozen=True):
    """Ours is at least so many times as good as the side, by the median of the rounds."""

    case: str
    figure: str
    side: str
    times: float


class Flat(Struct, frozen=True):
    """Ours takes at most so many times as much in one case as in another."""

    figure: str
    case: str
    than: str
    times: float


class Kept(Struct, frozen=True):
    """Ours has this figure at least, or at most, by the median of the rounds."""

    case: str
    figure: str
    value: float
    at_most: bool = False


class Hidden(Struct, frozen=True):
    """What ours costs by a figure is less than the run's own spread, which is another figure."""

    case: str
    figure: str
    own: str


class Verdict(Struct, frozen=True):
    """A goal as it is told, what was measured, and whether it is met."""

    goal: str
    measured: str
    met: bool


AHEAD = (
    *(Ahead("drain", "jobs/s", peer, 4) for peer in BULLMQ),
    *(Ahead("drain", "jobs/s", peer, 25) for peer in PYTHON_PEERS),
    Ahead("drain", "stored and run/s", FLOOR, 0.5),
    *(Ahead("enqueue-bulk", "jobs/s", peer, 5) for peer in BULLMQ),
    *(Ahead("enqueue-concurrent", "jobs/s", peer, 3) for peer in BULLMQ),
    Ahead("pickup", "p50 ms", "bullmq", 1.25),
    Ahead("pickup", "p99 ms", "bullmq", 1.25),
    Ahead("pickup-half", "p50 ms", "bullmq", 1.25),
    Ahead("pickup-half", "p99 ms", "bullmq", 1.25),
    Ahead("delayed", "p99 ms", "bullmq", 2),
    *(Ahead("drain", "Redis µs/job", peer, 2) for peer in BULLMQ),
    Ahead("memory", "bytes/waiting job", "bullmq", 1.25),
    Ahead("recovery", "mean s", "bullmq", 2),
)
FLAT = (
    Flat("Redis µs/run", "backlog-5m", "backlog-10k", 1.2),
    Flat("bytes/waiting job", "backlog-5m", "backlog-10k", 1.2),
)
KEPT = (
    Kept("limiter-cost", "on/off", 0.85),
    Kept("recovery", "lost", 0, at_most=True),
)
HIDDEN = (Hidden("limiter-off", "off/none", "none/none"),)


def verdicts(run: Run) -> Iterator[Verdict]:
    """The goals that the run can tell of."""
    for ahead in AHEAD:
        if verdict := _of_ahead(run, ahead):
            yield verdict
    for flat in FLAT:
        more, less = (run.spread(case, OURS, flat.figure) for case in (flat.case, flat.than))
        if more is not None and less is not None:
            times = more.median / less.median
            words = f"{flat.case}: at most {number(flat.times)} times the {flat.figure} of {flat.than}"
            yield Verdict(words, number(times), times <= flat.times)
    for kept in KEPT:
        spread = run.spread(kept.case, OURS, kept.figure)
        if spread is not None:
            words = f"{kept.case}: {kept.figure} at {'most' if kept.at_most else 'least'} {number(kept.value)}"
            met = spread.median <= kept.value if kept.at_most else spread.median >= kept.value
            yield Verdict(words, ranged(spread), met)
    for hidden in HIDDEN:
        cost, own = (run.spread(hidden.case, OURS, figure) for figure in (hidden.figure, hidden.own))
        if cost is not None and own is not None:
            words = f"{hidden.case}: {hidden.figure} at least {hidden.own}, the run's own spread"
            yield Verdict(words, f"{ranged(cost)}; {hidden.own} {ranged(own)}", cost.median >= own.median)


def _of_ahead(run: Run, ahead: Ahead) -> Verdict | None:
    figure = _figure(run, ahead.case, ahead.figure)
    ratio = run.ratio(ahead.case, figure, OURS, ahead.side) if figure else None
    if figure is None or ratio is None:
        return None
    measured = ranged(ratio)
    floor = run.ratio(ahead.case, figure, FLOOR, ahead.side)
    if floor is not None and floor.median < ahead.times and ahead.side != FLOOR:
        # Then it is asked of a whole life cycle what plain stream commands do not reach on this machine.
        measured += f"; the plain stream itself: {number(floor.median)}"
    words = f"{ahead.case}: at least {number(ahead.times)} times as good as {ahead.side} by {ahead.figure}"
    return Verdict(words, measured, ratio.median >= ahead.times)


def _figure(run: Run, case: str, name: str) -> Figure | None:
    figures = (figure for played in run.cases if played.name == case for figure in played.figures)
    return next((figure for figure in figures if figure.name == name), None)
