"""A model of how far one Redis core, several queues and several workers carry, beside what was measured.

A job costs Redis r µs of CPU and its worker process w µs. One Redis core then carries 1,000,000 / r jobs a second,
enqueue and all, however many queues and workers share it: scripts run one at a time. A worker process carries
1,000,000 / w, so n of them carry the lesser of n * 1,000,000 / w and Redis's own, while each has a core to itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from benchmarks.goals import OURS
from benchmarks.results import Run
from benchmarks.telling import number

POINTS = {"drain": (1, 1), "drain-queues": (1, 4), "drain-2x": (2, 1), "drain-4x": (4, 1)}
"""The cases that measure so many worker processes and queues."""


class Model(Struct, frozen=True):
    """What a job costs: Redis for enqueue and run, Redis for the run alone, and its worker process."""

    redis_us: float
    run_us: float
    worker_us: float

    @property
    def redis_carries(self) -> float:
        """Jobs a second of one Redis core, each enqueued and run."""
        return 1e6 / self.redis_us

    def runs(self, workers: int, cores: int) -> float:
        """Jobs a second of a drain by so many worker processes, on a machine that Redis shares with them."""
        alone = min(workers * 1e6 / self.worker_us, 1e6 / self.run_us)
        # Together they cannot use more than all cores.
        return min(alone, cores * 1e6 / (self.worker_us + self.run_us))


def model_of(run: Run) -> Model | None:
    """From the drain by one process; None if it was not played."""
    found = [run.spread("drain", OURS, name) for name in ("Redis µs/job", "Redis µs/run", "jobs/s")]
    redis_us, run_us, rate = found
    if redis_us is None or run_us is None or rate is None:
        return None
    return Model(redis_us.median, run_us.median, 1e6 / rate.median)


def capacity(run: Run) -> Iterator[str]:
    """The model in words, and its points beside the measured ones."""
    model = model_of(run)
    if model is None:
        return
    cores = run.machine.cores
    yield "<h2>How far one Redis carries</h2><section>"
    yield (
        f"<p>A job costs Redis {number(model.redis_us)} µs of CPU, enqueue and all, and its worker process "
        f"{number(model.worker_us)} µs. So one Redis core carries {number(model.redis_carries)} jobs a second, "
        "however many queues and workers share it, and "
        f"{number(max(1.0, model.worker_us / model.run_us))} worker processes with a core each are enough to fill it. "
        "Queues have no part in it: a script costs the same whichever queue it serves. More than that takes another "
        "Redis.</p>"
    )
    yield '<table><tr><th>worker processes</th><th>queues</th><th class="n">model, jobs/s</th>'
    yield '<th class="n">measured, jobs/s</th><th class="n">measured / model</th></tr>'
    for case, (workers, queues) in POINTS.items():
        measured = run.spread(case, OURS, "jobs/s")
        if measured is not None:
            says = model.runs(workers, cores)
            cells = (number(says), number(measured.median), number(measured.median / says))
            yield (
                f"<tr><td>{workers}</td><td>{queues}</td>"
                + "".join(f'<td class="n">{cell}</td>' for cell in cells)
                + "</tr>"
            )
    yield (
        f'</table><p class="soft">The first point is what the model is made of. It counts {cores} cores, which Redis '
        "and the workers share here; the kernel's part in passing bytes on is in both.</p></section>"
    )
