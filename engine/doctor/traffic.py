"""Is what waits being worked; pure."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from engine.doctor.context import some
from engine.doctor.finding import REDIS_CLI, Finding
from engine.registry import Queue
from engine.streams import Keys
from engine.types import JobLine, QueueCounts, WorkerInfo

_SUSPECT_MS = 600_000


def judge_waiting(queue: Queue, counts: QueueCounts, workers: Sequence[WorkerInfo]) -> list[Finding]:
    """Jobs that wait for a queue that nobody works, or that is paused."""
    subject = f"queue {queue.name}"
    told = f"{counts.waiting} waiting, {counts.delayed} delayed, {counts.active} active"
    if counts.paused:
        return [Finding("warn", subject, f"it is paused; {told}", f"python -m engine resume {queue.name}")]
    places = sum(worker.concurrency.get(queue.name, 0) for worker in workers)
    live = counts.waiting + counts.delayed + counts.active
    if live and not places:
        text = f"no live worker works it; {told}"
        return [Finding("fail", subject, text, f"python -m engine run --queues {queue.name}")]
    return [Finding("ok", subject, f"{told}; {places} places in live workers")]


def judge_names(queue: Queue, jobs: Sequence[JobLine]) -> list[Finding]:
    """Waiting or delayed jobs that no handler of this app is for; a record without a name is another finding's."""
    unknown = [job for job in jobs if job.name and job.name not in queue.jobs]
    if not unknown:
        return []
    names = some(sorted({job.name for job in unknown}))
    text = f"jobs whose names this app does not know: {len(unknown)} ({names}); its workers put them off for up to an "
    text += "hour, and then they fail"
    mend = f"python -m engine run --queues {queue.name}   # with a version of the app that has these jobs"
    return [Finding("warn", f"queue {queue.name}", text, mend)]


def judge_suspects(queue: Queue, oldest_ms: int | None, job_id: str) -> list[Finding]:
    """A job that crashed its workers and has long been waiting to run alone; `oldest_ms` is the age of its wait."""
    if oldest_ms is None or oldest_ms < _SUSPECT_MS:
        return []
    text = f"job {job_id} crashed its workers before and has waited {oldest_ms // 60_000} minutes to run alone"
    mend = f"python -m engine run --queues {queue.name}   # one more process, or cancel the job"
    return [Finding("warn", f"queue {queue.name}", text, mend)]


def judge_bad(keys: Keys, count: int) -> list[Finding]:
    """Records that workers could not read, and set aside."""
    if count == 0:
        return []
    text = f"jobs that could not be read and were set aside: {count}; look at them, then delete the key"
    bad = shlex.quote(keys.bad)
    mend = f"{REDIS_CLI} XRANGE {bad} - + COUNT 10   # then: {REDIS_CLI} DEL {bad}"
    return [Finding("warn", f"queue {keys.queue}", text, mend)]
