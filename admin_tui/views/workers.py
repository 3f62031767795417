"""Workers: places used and free, heartbeats, and the jobs that each of them holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine import JobLine, Snapshot, WorkerInfo

SILENT_MS = 12_000
"""Two beats and a little: a worker that is silent for longer is lost."""


class Held(NamedTuple):
    """A running job and its queue."""

    queue: str
    job: JobLine


class WorkerRow(NamedTuple):
    """One worker as its row tells it; `mark` is x lost, ! full, P all its queues paused, . fine."""

    worker: WorkerInfo
    mark: str
    places: int
    jobs: tuple[Held, ...]
    beat_ms: int
    old: bool
    """It runs another version than most."""

    @property
    def used(self) -> int:
        return 0 if self.mark == "x" else max(self.worker.active, len(self.jobs))

    @property
    def longest(self) -> int | None:
        """When the job that it has held for longest was started."""
        return min((held.job.started_on for held in self.jobs if held.job.started_on is not None), default=None)


def worker_rows(snapshot: Snapshot, active: Mapping[str, Sequence[JobLine]]) -> list[WorkerRow]:
    """All workers, the lost ones first, then the full ones; `active` are each queue's running jobs."""
    held = _held(snapshot.workers, active)
    usual = usual_version(snapshot.workers)
    paused = {queue.name for queue in snapshot.queues if queue.limits.paused}
    rows = [_row(snapshot.at_ms, worker, held.get(worker.consumer, []), usual, paused) for worker in snapshot.workers]
    return sorted(rows, key=lambda row: ("x!P.".index(row.mark), row.worker.label, row.worker.consumer))


def usual_version(workers: Sequence[WorkerInfo]) -> str:
    """The version that most workers run; of two that are as frequent, the later one."""
    versions = [worker.version for worker in workers]
    return max(versions, key=lambda version: (versions.count(version), version), default="")


def _held(workers: Sequence[WorkerInfo], active: Mapping[str, Sequence[JobLine]]) -> dict[str, list[Held]]:
    """The jobs of each consumer; a job may name it or, if no other has it, its label."""
    names = {worker.label: worker.consumer for worker in workers} | {w.consumer: w.consumer for w in workers}
    held: dict[str, list[Held]] = {}
    for queue, jobs in active.items():
        for job in jobs:
            if job.worker in names:
                held.setdefault(names[job.worker], []).append(Held(queue, job))
    return held


def _row(at_ms: int, worker: WorkerInfo, jobs: Sequence[Held], usual: str, paused: set[str]) -> WorkerRow:
    beat_ms, places = max(0, at_ms - worker.seen), sum(worker.concurrency.values())
    if beat_ms > SILENT_MS:
        mark = "x"
    elif places and max(worker.active, len(jobs)) >= places:
        mark = "!"
    elif worker.queues and not jobs and paused.issuperset(worker.queues):
        mark = "P"
    else:
        mark = "."
    return WorkerRow(worker, mark, places, tuple(jobs), beat_ms, worker.version != usual)
