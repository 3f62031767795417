"""Why a job is not running: one sentence for each reason, the first that holds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from engine.types import Attempt, JobStatus, QueueCounts, State, WorkerInfo
from engine.views import Limit, LimitsView
from engine.why import SILENT_MS, beating, why_job, why_queue, why_unknown

NOW_MS = 1_790_000_000_000
COUNTS = QueueCounts("play", waiting=3, delayed=1, active=2, completed=0, failed=0, cancelled=0)
WORKER = WorkerInfo("w~1", "w", "host", 1, ["play"], {"play": 5}, "0.1", NOW_MS, NOW_MS)
LIMITS = LimitsView(
    queue="play",
    at_ms=NOW_MS,
    configured=True,
    paused=False,
    active=2,
    suspects=0,
    rate=Limit(),
    burst=Limit(1),
    shared_rate=Limit(),
    shared_burst=Limit(1),
    max_active=Limit(),
    concurrency=Limit(5),
)


@pytest.mark.parametrize(
    ("limits", "counts", "workers", "reason"),
    [
        ({"paused": True}, {}, [], "queue play is paused"),
        ({}, {}, [], "no worker runs for queue play"),
        ({"max_active": Limit(2)}, {}, [WORKER], "reached max_active: 2 of 2 run"),
        ({"rate": Limit(10, 4), "tokens": 0.5}, {}, [WORKER], "the limit of 4 starts a second for queue play"),
        ({"shared_rate": Limit(10), "shared_tokens": 0.0}, {}, [WORKER], "the next may start in 100 ms"),
        ({}, {"active": 5}, [WORKER], "all 5 places of the one worker for queue play are taken"),
        ({}, {"active": 10}, [WORKER, WORKER], "all 10 places of the 2 workers for queue play are taken"),
        ({"suspects": 1}, {}, [WORKER], "a job of queue play crashed the worker before"),
        ({}, {}, [WORKER], "queue play is worked: 3 wait, 2 of 5 places are taken"),
        ({"rate": Limit(10), "tokens": 0.0}, {"waiting": 0}, [WORKER], "nothing of queue play waits"),
    ],
)
def test_a_queue_has_one_reason(
    limits: dict[str, Any], counts: dict[str, int], workers: list[WorkerInfo], reason: str
) -> None:
    """Pause is told before a missing worker, that before limits, those before full places."""
    found = why_queue(msgspec.structs.replace(COUNTS, **counts), msgspec.structs.replace(LIMITS, **limits), workers)
    assert reason in found
    assert "\n" not in found


def status(**fields: Any) -> JobStatus:
    """A job of one failed attempt."""
    attempt = Attempt(NOW_MS - 5000, NOW_MS - 4000, "w", "ValueError: no")
    given: dict[str, Any] = {
        "id": "a", "name": "play", "queue": "play", "data": {}, "state": State.WAITING, "run": 1, "progress": None,
        "attempts_made": 1, "crashes": 0, "failed_reason": None, "returnvalue": None, "timestamp": NOW_MS - 9000,
        "processed_on": NOW_MS - 5000, "finished_on": None, "due": NOW_MS + 2500, "worker_id": "w", "tenant": None,
        "logs": [], "attempts": [attempt],
    }  # fmt: skip
    return JobStatus(**{**given, **fields})


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "it waits: because"),
        ({"state": State.ACTIVE}, "it runs on w since "),
        ({"state": State.ACTIVE, "cancel_requested": True}, "its cancel was asked for"),
        ({"state": State.DELAYED}, "(in 2.5 s) after attempt 1: ValueError: no"),
        ({"state": State.DELAYED, "attempts": []}, "it put itself off until"),
        ({"state": State.DELAYED, "processed_on": None}, "it was enqueued with a delay until"),
        ({"state": State.DELAYED, "due": NOW_MS - 1}, "no worker has taken it since: because"),
        ({"state": State.COMPLETED, "finished_on": NOW_MS}, "it completed at 2026-"),
        ({"state": State.FAILED, "finished_on": NOW_MS, "failed_reason": "X: y"}, "X: y"),
        ({"state": State.CANCELLED, "finished_on": NOW_MS}, "it was cancelled at 2026-"),
    ],
)
def test_a_job_tells_its_state_and_what_holds_it(fields: dict[str, Any], reason: str) -> None:
    """Each state has its sentence; a waiting job has that of its queue."""
    found = why_job(status(**fields), "because", NOW_MS, [WORKER])
    assert reason in found
    assert "\n" not in found


def test_a_job_whose_worker_is_silent() -> None:
    """It is not said to run; who takes it over is."""
    active = status(state=State.ACTIVE)
    other = msgspec.structs.replace(WORKER, label="other")
    assert "another takes the job over once its lease has run out" in why_job(active, "because", NOW_MS, [other])
    assert "start one with `python -m engine run --queues play`" in why_job(active, "because", NOW_MS, [])
    silent = msgspec.structs.replace(WORKER, seen=NOW_MS - SILENT_MS - 1)
    assert beating([silent, WORKER], NOW_MS) == [WORKER]


def test_a_job_that_the_app_does_not_know() -> None:
    """Its name is told, and what becomes of it."""
    found = why_unknown(status(name="nope"), "because")
    assert found.startswith("this app has no job named 'nope'")
    assert found.endswith("; because")


def test_an_active_job_that_nobody_holds() -> None:
    """What holds an active job is gone from Redis: the sentence names the command that mends it."""
    reason = why_job(status(state=State.ACTIVE, worker_id=None, processed_on=None), "", NOW_MS, [WORKER])
    assert reason.startswith("it is active, and nobody holds it: `python -m engine doctor --repair --queue ")
