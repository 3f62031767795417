"""Two worker processes over many jobs, one of them killed: what became of every job."""

from __future__ import annotations

import time
from pathlib import Path

from msgspec import Struct

from engine import JobStatus, State
from tests.support.apps import Play
from tests.support.box_office import BoxOffice
from tests.support.ledger import Entry
from tests.support.wait import eventually_sync
from tests.support.workers import open_theatre

CONCURRENCY = 50
JOB_S = 0.05


class Figures(Struct, frozen=True, kw_only=True):
    """What a run came to; `executions` has those of every job, `recovery_s` one number for each job taken over."""

    statuses: list[JobStatus]
    executions: dict[str, list[Entry]]
    dead: int
    held: list[str]
    recovery_s: list[float]

    @property
    def completed(self) -> int:
        return sum(status.state == State.COMPLETED for status in self.statuses)

    def summary(self) -> str:
        """The figures in a line."""
        again = sum(len(entries) - 1 for entries in self.executions.values())
        return (
            f"{self.completed} of {len(self.statuses)} completed; the dead worker held {len(self.held)}, "
            f"{again} executions were repeated; taken over after {min(self.recovery_s):.2f} to "
            f"{max(self.recovery_s):.2f} s"
        )


def kill_one_of_two(url: str, prefix: str, directory: Path, *, jobs: int, lease_s: float, sweep_s: float) -> Figures:
    """Every job has ended, though one of two workers was killed -9 when a quarter of them were done."""
    queue = {"lease_s": lease_s, "sweep_s": sweep_s, "concurrency": CONCURRENCY, "keep_completed": {"age_s": 3600}}
    ids = [f"j{n}" for n in range(jobs)]
    with open_theatre(url, prefix, directory, queue) as theatre:
        office = BoxOffice(theatre)
        with theatre.worker(label="dies") as dies, theatre.worker(label="lives") as lives:
            office.put(Play("sleep", seconds=JOB_S), *ids)
            eventually_sync(lambda: len(theatre.ledger.read("end")) >= jobs // 4, within_s=30)
            dies.kill()
            killed_us = time.time_ns() // 1000
            held = office.held_by("dies")
            office.await_ended(jobs, within_s=30 + 2 * (lease_s + sweep_s))
            assert lives.stop() == 0
        executions = theatre.ledger.starts()
        taken_over = [entries[-1] for job, entries in executions.items() if job in held]
        return Figures(
            statuses=office.statuses(ids),
            executions=executions,
            dead=dies.pid,
            held=held,
            recovery_s=[(entry.fence - killed_us) / 1_000_000 for entry in taken_over],
        )
