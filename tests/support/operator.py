"""Structs as an engine would show them to an operator, each with what a test does not care about filled in."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from engine import (
    Actor,
    AuditEntry,
    ErrorGroup,
    JobLine,
    Limit,
    LimitsView,
    Minute,
    Operation,
    Plan,
    QueueCounts,
    QueueView,
    Snapshot,
    State,
    WorkerInfo,
)

NOW_MS = 1_790_000_000_000
"""2026-09-21T14:13:20Z."""
ANA = Actor("ana", "ops1", "admin_tui 0.1.0")


def line(job_id: str, state: State = State.FAILED, run: int = 1, **more: Any) -> JobLine:
    """A job in a list."""
    return replace(JobLine(job_id, "score_run", state, run, 3, NOW_MS - 60_000, None, None, None), **more)


def limits(queue: str = "score_run", **more: Any) -> LimitsView:
    """A queue's limits; none is there but concurrency."""
    none = Limit()
    known = LimitsView(
        queue=queue,
        at_ms=NOW_MS,
        configured=True,
        paused=False,
        active=0,
        suspects=0,
        rate=none,
        burst=none,
        shared_rate=none,
        shared_burst=none,
        max_active=none,
        concurrency=Limit(2),
    )
    return replace(known, **more)


def queue(name: str = "score_run", *, view: LimitsView | None = None, minutes: int = 30, **counted: Any) -> QueueView:
    """A queue; `counted` are its jobs by state."""
    return QueueView(
        counts=replace(QueueCounts(name, 0, 0, 0, 0, 0, 0), **counted),
        limits=view or limits(name),
        trash=0,
        minutes=[Minute()] * minutes,
    )


def worker(label: str, queues: dict[str, int], *, seen_ms: int = NOW_MS - 1_000, **more: Any) -> WorkerInfo:
    """A worker with its places by queue."""
    host, started = label.partition("/")[0], NOW_MS - 7_200_000
    known = WorkerInfo(f"{label}-7f", label, host, 1710, list(queues), queues, "2.31", started, seen_ms)
    return replace(known, **more)


def snapshot(*queues: QueueView, workers: list[WorkerInfo] | None = None) -> Snapshot:
    """All of it at NOW_MS."""
    return Snapshot(at_ms=NOW_MS, queues=list(queues), workers=workers or [])


def group(fingerprint: str, jobs: int = 1, **more: Any) -> ErrorGroup:
    """Failures of one cause."""
    known = ErrorGroup(
        fingerprint=fingerprint,
        queue="score_run",
        title="TimeoutError google /reviews <n>",
        jobs=jobs,
        total=jobs,
        first=NOW_MS - 2_460_000,
        last=NOW_MS - 29_000,
        sample="TimeoutError: google /reviews 504",
        stack="sync.py:88 fetch_page\nhttp.py:41 get",
        job_id="job-1",
        minutes=[0] * 30,
    )
    return replace(known, **more)


def operation(operation_id: str = "op-1", **more: Any) -> Operation:
    """An operation of ANA that is done."""
    known = Operation(
        id=operation_id,
        queue="score_run",
        action="retry",
        state="done",
        total=1,
        done=1,
        skipped=0,
        actor=ANA,
        reason="",
        started_ms=NOW_MS - 5_000,
        undo_until_ms=NOW_MS + 900_000,
    )
    return replace(known, **more)


def plan(plan_id: str = "p-1", **more: Any) -> Plan:
    """A plan that would retry one job."""
    known = Plan(
        id=plan_id,
        queue="score_run",
        action="retry",
        will=1,
        skipped={},
        sample=["job-1"],
        warnings=[],
        undo="15 min, for jobs that have not started",
        made_ms=NOW_MS,
        expires_ms=NOW_MS + 600_000,
    )
    return replace(known, **more)


def entry(entry_id: str = "1-0", **more: Any) -> AuditEntry:
    """A change that ANA made."""
    known = AuditEntry(id=entry_id, at_ms=NOW_MS - 29_000, queue="score_run", verb="pause", actor=ANA)
    return replace(known, **more)
