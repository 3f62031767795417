"""A model of how far one Redis core, several queues and several workers carry, beside what was measured.

A run costs Redis r µs of CPU and its worker process w µs; an enqueue costs Redis e µs more. Scripts run one at a time,
and cost the same whichever queue they serve. So one Redis core carries 1,000,000 / (e + r) jobs a second, however
many queues and workers share it, and n worker processes run the least of three: n * 1,000,000 / w, what Redis carries
without enqueues (1,000,000 / r), and what all cores do together (cores * 1,000,000 / (w + r)).

The costs are CPU times of the drain by one process; its rate is no part of the model, so each rate tells whether it
holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from benchmarks.goals import OURS
from benchmarks.results import Run
from benchmarks.telling import number

CASES = {"drain": (1, 1), "drain-queues": (1, 4), "drain-2x": (2, 1), "drain-4x": (4, 1)}
"""The cases that measure so many worker processes and queues."""
HOLDS = (0.5, 1.25)
"""The model says what can be done at most: half of it at least is done, and not much more than all."""


class Model(Struct, frozen=True):
    """What a job costs: Redis for enqueue and run, Redis for the run alone, and its worker process."""

    redis_us: float
    run_us: float
    worker_us: float

    @property
    def redis_carries(self) -> float:
        """Jobs a second of one Redis core, each enqueued and run."""
        return 1e6 / self.redis_us

    @property
    def workers_to_fill(self) -> float:
        """As many worker processes, with a core each, keep one Redis core busy with runs."""
        return max(1.0, self.worker_us / self.run_us)

    def runs(self, workers: int, cores: int) -> float:
        """Jobs a second of a drain by so many worker processes, on a machine that Redis shares with them."""
        alone = min(workers * 1e6 / self.worker_us, 1e6 / self.run_us)
        return min(alone, cores * 1e6 / (self.worker_us + self.run_us))


class Point(Struct, frozen=True):
    """What the model says of so many worker processes and queues, and what was measured."""

    workers: int
    queues: int
    says: float
    measured: float

    @property
    def share(self) -> float:
        """How much of what the model allows was done."""
        return self.measured / self.says

    @property
    def holds(self) -> bool:
        """Whether the model is of use here."""
        return HOLDS[0] <= self.share <= HOLDS[1]


def model_of(run: Run) -> Model | None:
    """From the drain by one process; None if it was not played."""
    found = [run.spread("drain", OURS, name) for name in ("Redis µs/job", "Redis µs/run", "worker µs/run")]
    redis_us, run_us, worker_us = found
    if redis_us is None or run_us is None or worker_us is None:
        return None
    return Model(redis_us.median, run_us.median, worker_us.median)


def points(run: Run, model: Model) -> Iterator[Point]:
    """One for each case that was played."""
    for case, (workers, queues) in CASES.items():
        measured = run.spread(case, OURS, "jobs/s")
        if measured is not None:
            yield Point(workers, queues, model.runs(workers, run.machine.cores), measured.median)


def words(model: Model, cores: int) -> Iterator[str]:
    """The model in sentences."""
    yield (
        f"A job costs Redis {number(model.redis_us)} µs of CPU, enqueue and all, and its worker process "
        f"{number(model.worker_us)} µs. So one Redis core carries {number(model.redis_carries)} jobs a second, however "
        f"many queues and workers share it, and its runs alone fill it once {number(model.workers_to_fill)} worker "
        "processes have a core each. Queues have no part in it: a script costs the same whichever queue it serves. "
        "More than that takes another Redis."
    )
    yield (
        f"The points below are drains on {cores} cores, which Redis and the workers share; the kernel's part in "
        "passing bytes on is in both. The model says what can be done at most: a worker that waits for Redis does less."
    )


def capacity(run: Run) -> Iterator[str]:
    """The model and its points as a part of the page."""
    model = model_of(run)
    if model is None:
        return
    about, below = words(model, run.machine.cores)
    yield f"<h2>How far one Redis carries</h2><section><p>{about}</p>"
    yield '<table><tr><th>worker processes</th><th>queues</th><th class="n">at most, jobs/s</th>'
    yield '<th class="n">measured, jobs/s</th><th class="n">measured / model</th></tr>'
    for point in points(run, model):
        cells = "".join(f'<td class="n">{number(value)}</td>' for value in (point.says, point.measured, point.share))
        yield f"<tr><td>{point.workers}</td><td>{point.queues}</td>{cells}</tr>"
    yield f'</table><p class="soft">{below}</p></section>'


def check(run: Run) -> Iterator[tuple[str, bool]]:
    """The model in lines, and for each whether it holds: a point that is far from what was measured does not."""
    model = model_of(run)
    if model is None:
        yield "there is no model without the drain by one process", False
        return
    for sentence in words(model, run.machine.cores):
        yield sentence, True
    for point in points(run, model):
        told = f"worker processes {point.workers}, queues {point.queues}: at most {number(point.says)} jobs/s"
        verdict = "holds" if point.holds else "DOES NOT HOLD"
        yield f"{told}, measured {number(point.measured)}, {number(point.share)} of it: {verdict}", point.holds
