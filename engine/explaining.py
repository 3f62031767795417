"""Why a job, or a queue's next one, does not run: every check, the verdict, and what to do; pure."""

from __future__ import annotations

import re
import shlex

from msgspec import Struct

from engine.registry import Queue
from engine.types import JobStatus, QueueCounts, State, WorkerInfo
from engine.views import Check, Explanation, LimitsView
from engine.why import no_job, queue_checks, unknown_name, why_job, why_queue, why_unknown

_COMMAND = re.compile(r"`(python -m engine [^`]+)`")
_LIVE = (State.WAITING, State.DELAYED)


class Around(Struct, frozen=True):
    """What is around a job at one moment: its queue's counts and limits, and the workers of it that beat."""

    counts: QueueCounts
    limits: LimitsView
    workers: list[WorkerInfo]

    @property
    def now_ms(self) -> int:
        return self.limits.at_ms


def sentence(queue: Queue, around: Around, status: JobStatus | None) -> str:
    """One sentence: why the job, or without one the queue's next one, is not running; or what it is doing."""
    held_up = why_queue(around.counts, around.limits, around.workers)
    if status is None:
        return held_up
    if status.state in _LIVE and status.name not in queue.jobs:
        return why_unknown(status, held_up)
    return why_job(status, held_up, around.now_ms, around.workers)


def explain_queue(queue: Queue, around: Around) -> Explanation:
    """Why the queue's next job does not start."""
    checks = queue_checks(around.counts, around.limits, around.workers)
    due = Check("due", "-", f"{around.counts.delayed} delayed")
    position = Check("position", "-", f"{around.counts.waiting} wait")
    verdict = sentence(queue, around, None)
    return Explanation(f"queue {queue.name}", [due, *checks, position], verdict, _advice(queue.name, checks, verdict))


def explain_job(queue: Queue, around: Around, status: JobStatus, ahead: int | None) -> Explanation:
    """Why the job does not start; `ahead` is about how many wait before it, None where that is not known."""
    verdict = sentence(queue, around, status)
    checks = [_due(status, verdict, around.now_ms), *queue_checks(around.counts, around.limits, around.workers)]
    if status.state in _LIVE:
        checks = [_with_name(check, queue, status) for check in checks]
        checks.append(Check("position", "-", "unknown" if ahead is None else f"about {ahead} wait before it"))
        advice = _advice(queue.name, checks, verdict)
    else:
        state = "it runs" if status.state is State.ACTIVE else "it has ended"
        checks = [Check(check.name, "-", state) for check in checks]
        advice = _command_in(verdict)
    return Explanation(
        f"job {status.id} of queue {queue.name}", checks, verdict, advice or _advice_on(queue.name, status)
    )


def explain_nobody(queue: Queue, job_id: str) -> Explanation:
    """What there is to say of an id without a record."""
    return Explanation(f"job {job_id} of queue {queue.name}", [], no_job(queue.name, job_id), "")


def _due(status: JobStatus, verdict: str, now_ms: int) -> Check:
    if status.state is State.DELAYED and (status.due or now_ms) > now_ms:
        return Check("due", "no", verdict)
    return Check("due", "yes", "its time has come" if status.state is State.DELAYED else "it is not delayed")


def _with_name(check: Check, queue: Queue, status: JobStatus) -> Check:
    if check.name != "a worker takes it" or check.holds != "yes" or status.name in queue.jobs:
        return check
    return Check(check.name, "no", unknown_name(status))


def _advice(queue: str, checks: list[Check], verdict: str) -> str:
    """The command that the verdict names, or the one that changes what does not hold."""
    stopped = next((check.name for check in checks if check.holds == "no"), "")
    limits = {
        "max_active": f"python -m engine limit {queue} --max-active N",
        "own rate": f"python -m engine limit {queue} --rate N",
        "shared rate": f"python -m engine limit {queue} --shared-rate N",
        "places": f"python -m engine run --queues {queue}",
        "suspects": f"python -m engine jobs {queue} --state waiting",
    }
    return _command_in(verdict) or limits.get(stopped, "")


def _command_in(verdict: str) -> str:
    found = _COMMAND.search(verdict)
    return found[1] if found else ""


def _advice_on(queue: str, status: JobStatus) -> str:
    """What can be done to a job in this state."""
    job = f"{queue} {shlex.quote(status.id)}"
    match status.state:
        case State.DELAYED:
            return f"python -m engine promote {job}"
        case State.FAILED | State.CANCELLED:
            return f"python -m engine retry {job}"
        case _:
            return ""
