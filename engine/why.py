"""Why a job is not running: each thing that must hold for it to start, and the first that does not as a sentence; pure.

Whoever asks for the sentence and whoever asks for all checks are answered from the same list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from engine.types import JobStatus, QueueCounts, State, WorkerInfo
from engine.views import Check, LimitsView

SILENT_MS = 12_000
"""Two beats and a little."""


def queue_checks(counts: QueueCounts, limits: LimitsView, workers: Sequence[WorkerInfo]) -> list[Check]:
    """What must hold for the queue's next job to start, in the order in which it is asked.

    The text of one that does not hold is the sentence that says why nothing starts. `workers` are those that beat.
    """
    return [
        _paused(limits),
        _worked(counts.queue, workers),
        _max_active(counts, limits),
        _rate("own rate", f"queue {counts.queue}", counts.waiting, limits.rate.now, limits.tokens),
        _rate(
            "shared rate",
            "the queues that share a limit",
            counts.waiting,
            limits.shared_rate.now,
            limits.shared_tokens,
        ),
        _places(counts, workers),
        _suspects(counts, limits),
    ]


def why_queue(counts: QueueCounts, limits: LimitsView, workers: Sequence[WorkerInfo]) -> str:
    """What keeps the queue's next job from starting; the first of the reasons that holds."""
    queue = counts.queue
    stopped = next((check for check in queue_checks(counts, limits, workers) if check.holds == "no"), None)
    if stopped is not None:
        return stopped.text
    if counts.waiting:
        places = _places_of(queue, workers)
        return f"queue {queue} is worked: {counts.waiting} wait, {counts.active} of {places} places are taken"
    return f"nothing of queue {queue} waits; {counts.delayed} delayed, {counts.active} active"


def _paused(limits: LimitsView) -> Check:
    if limits.paused:
        text = f"queue {limits.queue} is paused: `python -m engine resume {limits.queue}` starts it again"
        return Check("queue not paused", "no", text)
    return Check("queue not paused", "yes", "not paused")


def _worked(queue: str, workers: Sequence[WorkerInfo]) -> Check:
    if not workers:
        text = f"no worker runs for queue {queue}: start one with `python -m engine run --queues {queue}`"
        return Check("a worker takes it", "no", text)
    return Check("a worker takes it", "yes", f"{_count(len(workers), 'worker')} of queue {queue}")


def _max_active(counts: QueueCounts, limits: LimitsView) -> Check:
    most = limits.max_active.now
    if most is None:
        return Check("max_active", "-", "no limit")
    if counts.active >= most:
        text = f"queue {counts.queue} has reached max_active: {counts.active} of {most:g} run"
        return Check("max_active", "no", text)
    return Check("max_active", "yes", f"{counts.active} of {most:g} run")


def _rate(name: str, what: str, waiting: int, rate: float | None, tokens: float | None) -> Check:
    if rate is None or tokens is None:
        return Check(name, "-", "no limit")
    if tokens < 1 and waiting > 0:
        wait_ms = (1 - tokens) / rate * 1000
        text = f"the limit of {rate:g} starts a second for {what} is used up: the next may start in {wait_ms:.0f} ms"
        return Check(name, "no", text)
    return Check(name, "yes", f"{tokens:.1f} tokens, {rate:g} more a second")


def _places(counts: QueueCounts, workers: Sequence[WorkerInfo]) -> Check:
    places = _places_of(counts.queue, workers)
    if counts.active >= places:
        text = f"all {places} places of {_workers(len(workers))} for queue {counts.queue} are taken"
        return Check("places", "no", text)
    return Check("places", "yes", f"{counts.active} of {places} places are taken")


def _suspects(counts: QueueCounts, limits: LimitsView) -> Check:
    if not limits.suspects:
        return Check("suspects", "-", "no job crashed a worker")
    jobs = "a job" if limits.suspects == 1 else f"{limits.suspects} jobs"
    if not counts.waiting:
        return Check("suspects", "yes", f"{jobs} that crashed a worker before")
    text = f"{jobs} of queue {counts.queue} crashed the worker before: such jobs run first, each alone in its process"
    return Check("suspects", "no", text)


def no_job(queue: str, job_id: str) -> str:
    """What to say of an id without a record."""
    return f"queue {queue} has no job {job_id!r}: it was never stored, or is pruned"


def beating(workers: Sequence[WorkerInfo], now_ms: int) -> list[WorkerInfo]:
    """The workers that have told of themselves lately: one that was killed stays listed for half a minute."""
    return [worker for worker in workers if now_ms - worker.seen <= SILENT_MS]


def why_unknown(status: JobStatus, queue_reason: str) -> str:
    """Why a job whose name this app does not know is not running."""
    return f"{unknown_name(status)}; {queue_reason}"


def unknown_name(status: JobStatus) -> str:
    """What becomes of a job whose name this app does not know."""
    return (
        f"this app has no job named {status.name!r}: workers put it off, uncharged, for up to an hour until one "
        f"of them knows it, and then it fails"
    )


def why_job(status: JobStatus, queue_reason: str, now_ms: int, workers: Sequence[WorkerInfo]) -> str:
    """What the job is doing, or what keeps it from running; `queue_reason` is that of its queue.

    `workers` are those of its queue that beat.
    """
    match status.state:
        case State.WAITING:
            return f"it waits: {queue_reason}"
        case State.ACTIVE:
            return _why_active(status, workers)
        case State.DELAYED:
            return _why_delayed(status, queue_reason, now_ms)
        case State.COMPLETED:
            return f"it completed at {_time(status.finished_on)}"
        case State.FAILED:
            return f"it failed at {_time(status.finished_on)}: {status.failed_reason}"
        case State.CANCELLED:
            return f"it was cancelled at {_time(status.finished_on)}"


def _why_active(status: JobStatus, workers: Sequence[WorkerInfo]) -> str:
    if status.worker_id is None:
        return f"it is active, and nobody holds it: `python -m engine doctor --repair --queue {status.queue}` mends it"
    asked = ", and its cancel was asked for" if status.cancel_requested else ""
    since = f"{status.worker_id} since {_time(status.processed_on)}{asked}"
    if any(worker.label == status.worker_id for worker in workers):
        return f"it runs on {since}"
    if workers:
        return f"it ran on {since}; that worker is silent, and another takes the job over once its lease has run out"
    return (
        f"it ran on {since}; that worker is silent, and no other runs for queue {status.queue} to take the job over: "
        f"start one with `python -m engine run --queues {status.queue}`"
    )


def _why_delayed(status: JobStatus, queue_reason: str, now_ms: int) -> str:
    due = status.due or now_ms
    if due <= now_ms:
        return f"its time came at {_time(due)}, and no worker has taken it since: {queue_reason}"
    until = f"until {_time(due)} (in {(due - now_ms) / 1000:.1f} s)"
    if status.processed_on is None:
        return f"it was enqueued with a delay {until}"
    last = status.attempts[-1] if status.attempts else None
    if last is not None and last.start >= status.processed_on:
        return f"backoff {until} after attempt {status.attempts_made}: {last.error}"
    return f"it put itself off {until}"


def _places_of(queue: str, workers: Sequence[WorkerInfo]) -> int:
    return sum(worker.concurrency.get(queue, 0) for worker in workers)


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _workers(count: int) -> str:
    return "the one worker" if count == 1 else f"the {count} workers"


def _time(ms: int | None) -> str:
    if ms is None:
        return "an unknown time"
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
