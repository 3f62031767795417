"""Workers: places used and free, heartbeats, and the jobs that each of them holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from admin_tui.draw.columns import Column, cells_of, place
from admin_tui.draw.line import Line, Span, Style
from admin_tui.text import NOTHING, Safe, age, lasted, percent, safe, shorten
from admin_tui.views.lines import spread
from engine import JobLine, Snapshot, WorkerInfo

SILENT_MS = 12_000
"""Two beats and a little: a worker that is silent for longer is lost."""
_STYLES: dict[str, Style] = {"x": "bad", "!": "warn", "P": "paused", ".": "good"}


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


def worker_columns(now_ms: int) -> Sequence[Column[WorkerRow]]:
    """What a list of workers shows."""

    def longest(row: WorkerRow, cells: int) -> Span:
        return Span(NOTHING if row.longest is None else age(now_ms - row.longest))

    return (
        Column("", lambda row, _: Span(safe(row.mark), _STYLES[row.mark]), 1),
        Column("WORKER", lambda row, cells: Span(shorten(row.worker.label, cells), _name_style(row)), 15, flex=2),
        Column("PLACES", lambda row, _: Span(safe(f"{row.used}/{row.places}")), 6, align="right"),
        Column("QUEUES", lambda row, _: Span(safe(_queues(row.worker))), 12, flex=3),
        Column("LONGEST", longest, 7, align="right", since=60),
        Column("UP", _up(now_ms), 4, align="right", since=66),
        Column("BEAT", lambda row, _: Span(_beat(row.beat_ms), _beat_style(row)), 5, align="right"),
        Column("VERSION", lambda row, _: Span(safe(row.worker.version), "warn" if row.old else "plain"), 9, since=72),
    )


def worker_summary(rows: Sequence[WorkerRow], width: int) -> Line:
    """How many work, how many are lost, how many of all places are taken, and which versions run."""
    alive = [row for row in rows if row.mark != "x"]
    lost = len(rows) - len(alive)
    used, places = sum(row.used for row in alive), sum(row.places for row in alive)
    share = f" ({percent(used / places)})" if places else ""
    spans = [
        Span(safe(f"{len(alive)} alive")),
        Span(safe(f"{lost} lost"), "bad" if lost else "dim"),
        Span(safe(f"places {used}/{places} busy{share}")),
    ]
    old = sum(row.old for row in rows)
    if rows:
        usual = next(row.worker.version for row in rows if not row.old)
        versions = f"{usual} x{len(rows) - old}" + (f", others x{old}" if old else "")
        spans.append(Span(safe(versions), "warn" if old else "dim"))
    return spread(spans, width)


def worker_detail(row: WorkerRow, now_ms: int, width: int, height: int) -> list[Line]:
    """The worker and the jobs that it holds, those that it has held for longest first."""
    worker = row.worker
    places = ", ".join(f"{queue} {number}" for queue, number in worker.concurrency.items())
    started = age(now_ms - worker.started)
    head = f"{worker.label}   {worker.host} pid {worker.pid}   up {started}   {worker.version}   {places}"
    lines: list[Line] = [(Span(safe(head, width), "title"),)]
    if row.mark == "x":
        held = f"lost for {lasted(row.beat_ms)}: its jobs go back when their leases end"
        lines.append((Span(safe(held, width), "bad"),))
    oldest_first = sorted(row.jobs, key=lambda held: held.job.started_on or 0)
    room = max(0, height - len(lines))
    shown = oldest_first if len(oldest_first) <= room else oldest_first[: max(0, room - 1)]
    placed = place(_held_columns(now_ms), width)
    lines += [cells_of(placed, held) for held in shown]
    if len(shown) < len(oldest_first):
        lines.append((Span(safe(f"... {len(oldest_first) - len(shown)} more", width), "dim"),))
    return lines[:height]


def _held_columns(now_ms: int) -> Sequence[Column[Held]]:
    def ran(held: Held, cells: int) -> Span:
        started = held.job.started_on
        return Span(NOTHING if started is None else lasted(now_ms - started))

    return (
        Column("", lambda held, cells: Span(shorten(held.job.id, cells), "active"), 16, flex=2),
        Column("", lambda held, _: Span(safe(held.queue)), 14, flex=1, since=60),
        Column("", lambda held, _: Span(safe(held.job.tenant or "")), 10, flex=1, since=70),
        Column("", ran, 7, align="right"),
    )


def _up(now_ms: int) -> Callable[[WorkerRow, int], Span]:
    return lambda row, _: Span(NOTHING if row.mark == "x" else age(now_ms - row.worker.started))


def _name_style(row: WorkerRow) -> Style:
    return "bad" if row.mark == "x" else "plain"


def _beat_style(row: WorkerRow) -> Style:
    return "bad" if row.mark == "x" else "plain"


def _beat(ms: int) -> Safe:
    return lasted(ms) if ms > SILENT_MS else age(ms)


def _queues(worker: WorkerInfo) -> str:
    return ", ".join(worker.queues) or "-"
