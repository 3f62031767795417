"""Structs as an engine would show them to an operator, each with what a test does not care about filled in."""

from __future__ import annotations

from typing import Any

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
    known: dict[str, Any] = {"attempts_made": 3, "timestamp": NOW_MS - 60_000, "finished_on": None, "tenant": None}
    return JobLine(
        **{"id": job_id, "name": "score_run", "state": state, "run": run, "failed_reason": None, **known, **more}
    )


def limits(queue: str = "score_run", **more: Any) -> LimitsView:
    """A queue's limits; none is there but concurrency."""
    nothing: dict[str, Any] = dict.fromkeys(("rate", "burst", "shared_rate", "shared_burst", "max_active"), Limit())
    known: dict[str, Any] = {
        "at_ms": NOW_MS,
        "configured": True,
        "paused": False,
        "active": 0,
        "suspects": 0,
        "concurrency": Limit(2),
    }
    return LimitsView(**{"queue": queue, **nothing, **known, **more})


def queue(name: str = "score_run", *, view: LimitsView | None = None, minutes: int = 30, **counted: Any) -> QueueView:
    """A queue; `counted` are its jobs by state."""
    none: dict[str, Any] = dict.fromkeys(("waiting", "delayed", "active", "completed", "failed", "cancelled"), 0)
    return QueueView(
        counts=QueueCounts(queue=name, **{**none, **counted}),
        limits=view or limits(name),
        trash=0,
        minutes=[Minute()] * minutes,
    )


def worker(label: str, queues: dict[str, int], *, seen_ms: int = NOW_MS - 1_000, **more: Any) -> WorkerInfo:
    """A worker with its places by queue."""
    known: dict[str, Any] = {
        "host": label.partition("/")[0],
        "pid": 1710,
        "version": "2.31",
        "started": NOW_MS - 7_200_000,
    }
    names: dict[str, Any] = {"consumer": f"{label}-7f", "label": label, "queues": list(queues), "concurrency": queues}
    return WorkerInfo(**{**names, "seen": seen_ms, **known, **more})


def snapshot(*queues: QueueView, workers: list[WorkerInfo] | None = None) -> Snapshot:
    """All of it at NOW_MS."""
    return Snapshot(at_ms=NOW_MS, queues=list(queues), workers=workers or [])


def group(fingerprint: str, jobs: int = 1, **more: Any) -> ErrorGroup:
    """Failures of one cause."""
    known: dict[str, Any] = {
        "queue": "score_run",
        "title": "TimeoutError google /reviews <n>",
        "total": jobs,
        "job_id": "job-1",
    }
    texts: dict[str, Any] = {
        "sample": "TimeoutError: google /reviews 504",
        "stack": "sync.py:88 fetch_page\nhttp.py:41 get",
    }
    times: dict[str, Any] = {"first": NOW_MS - 2_460_000, "last": NOW_MS - 29_000, "minutes": [0] * 30}
    return ErrorGroup(**{"fingerprint": fingerprint, "jobs": jobs, **known, **texts, **times, **more})


def operation(operation_id: str = "op-1", **more: Any) -> Operation:
    """An operation of ANA that is done."""
    known: dict[str, Any] = {
        "queue": "score_run",
        "action": "retry",
        "state": "done",
        "total": 1,
        "done": 1,
        "skipped": 0,
    }
    who: dict[str, Any] = {"actor": ANA, "reason": "", "started_ms": NOW_MS - 5_000, "undo_until_ms": NOW_MS + 900_000}
    return Operation(**{"id": operation_id, **known, **who, **more})


def plan(plan_id: str = "p-1", **more: Any) -> Plan:
    """A plan that would retry one job."""
    known: dict[str, Any] = {
        "queue": "score_run",
        "action": "retry",
        "will": 1,
        "skipped": {},
        "sample": ["job-1"],
        "warnings": [],
    }
    times: dict[str, Any] = {
        "undo": "15 min, for jobs that have not started",
        "made_ms": NOW_MS,
        "expires_ms": NOW_MS + 600_000,
    }
    return Plan(**{"id": plan_id, **known, **times, **more})


def entry(entry_id: str = "1-0", **more: Any) -> AuditEntry:
    """A change that ANA made."""
    known: dict[str, Any] = {"at_ms": NOW_MS - 29_000, "queue": "score_run", "verb": "pause", "actor": ANA}
    return AuditEntry(**{"id": entry_id, **known, **more})
