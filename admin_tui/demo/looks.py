"""What the fake shows of a queue and of a job: the same Structs as the engine makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from admin_tui.demo.queue import MINUTE_US, FakeQueue, Group
from admin_tui.demo.record import Record
from admin_tui.demo.secrets import decoded, hide_in_text
from engine import (
    ErrorGroup,
    JobDetail,
    JobStatus,
    Limit,
    LimitsView,
    Minute,
    QueueCounts,
    QueueView,
    State,
    Waiter,
    Waiters,
)

_LOOKED = 1_000


def queue_view(queue: FakeQueue, at_us: int, minutes: int) -> QueueView:
    """The queue as an overview shows it."""
    newest = at_us // MINUTE_US
    return QueueView(
        counts=counts(queue),
        limits=limits_view(queue, at_us),
        trash=len(queue.lanes["trash"]),
        minutes=[_minute(queue.minutes.get(n)) for n in range(newest - minutes + 1, newest + 1)],
    )


def counts(queue: FakeQueue) -> QueueCounts:
    """How many jobs are in each state."""
    size = {listed: len(lane) for listed, lane in queue.lanes.items()}
    first = queue.listed("waiting", queue.lanes["waiting"].page(0, 1))
    oldest = max(0, queue.now_ms - abs(first[0].place) // 1000) if first else None
    if first and first[0].place < 0:
        oldest = max(0, queue.now_ms - first[0].run // 1000)
    return QueueCounts(
        queue=queue.name,
        waiting=size["waiting"],
        delayed=size["delayed"],
        active=size["active"],
        completed=size["completed"],
        failed=size["failed"],
        cancelled=size["cancelled"],
        paused=queue.paused,
        oldest_waiting_ms=oldest,
    )


def limits_view(queue: FakeQueue, at_us: int) -> LimitsView:
    """What decides whether the queue's jobs may start."""
    given = queue.settings
    burst = float(given.burst or max(1, int((given.rate or 0) / 10)))
    return LimitsView(
        queue=queue.name,
        at_ms=at_us // 1000,
        configured=queue.configured,
        paused=queue.paused,
        active=len(queue.lanes["active"]),
        suspects=0,
        rate=Limit(_real(given.rate), queue.set.get("rate")),
        burst=Limit(burst, queue.set.get("burst")),
        shared_rate=Limit(None, queue.set.get("shared_rate")),
        shared_burst=Limit(1.0, queue.set.get("shared_burst")),
        max_active=Limit(_real(given.max_active), queue.set.get("max_active")),
        concurrency=Limit(_real(given.concurrency), queue.set.get("concurrency")),
        tokens=tokens(queue, at_us),
        shared_tokens=queue.set.get("shared_burst", 1.0) if "shared_rate" in queue.set else None,
    )


def _real(number: float | None) -> float | None:
    """As the engine reads numbers: none is an int."""
    return None if number is None else float(number)


def tokens(queue: FakeQueue, at_us: int) -> float | None:
    """How many tokens the queue's bucket holds; None without a limit."""
    rate = queue.set.get("rate", queue.settings.rate)
    if rate is None:
        return None
    full = queue.set.get("burst") or float(queue.settings.burst or max(1, int(rate / 10)))
    if queue.tokens is None:
        return full
    return min(full, queue.tokens + max(0, at_us - queue.stamp_us) * rate / 1_000_000)


def status(queue: FakeQueue, record: Record) -> JobStatus:
    """Everything known of the job's run."""
    return JobStatus(
        id=record.id,
        name=record.name,
        queue=queue.name,
        data=decoded(record.payload),
        state=record.state,
        run=record.run,
        progress=record.progress,
        attempts_made=record.attempts,
        crashes=record.crashes,
        failed_reason=record.reason,
        returnvalue=None if record.result is None else decoded(record.result),
        timestamp=record.run // 1000,
        processed_on=record.started,
        finished_on=record.ended,
        due=record.due if record.state is State.DELAYED else None,
        worker_id=record.label if record.started else None,
        tenant=record.tenant,
        logs=[entry.text for entry in record.log if entry.run == record.run],
        attempts=list(record.trail),
        cancel_requested=record.told,
    )


def detail(queue: FakeQueue, record: Record, why: str) -> JobDetail:
    """The job with what a reader needs beside its status, its secrets too."""
    attempts, timeout_s = queue.settings.names.get(record.name, (None, None))
    return JobDetail(
        status=status(queue, record),
        payload=record.payload,
        result=record.result,
        bytes=len(record.payload.encode(errors="replace")),
        redacted=0,
        max_attempts=attempts,
        timeout_s=timeout_s,
        group=record.group,
        trashed_on=record.trashed,
        why=why,
    )


def groups(queue: FakeQueue, at_us: int, minutes: int) -> Sequence[ErrorGroup]:
    """The queue's failures by fingerprint, most failed jobs first."""
    newest = at_us // MINUTE_US
    ordered = sorted(queue.groups.values(), key=lambda group: (-group.jobs, -group.last, group.fingerprint))
    return [_group(queue.name, group, range(newest - minutes + 1, newest + 1)) for group in ordered]


def waiters(queue: FakeQueue) -> Waiters:
    """Whose jobs are the first to wait."""
    first = queue.listed("waiting", queue.lanes["waiting"].page(0, _LOOKED))
    tally = Counter(record.tenant for record in first)
    oldest = {record.tenant: record.run // 1000 for record in reversed(first)}
    ordered = sorted(tally.items(), key=lambda pair: (-pair[1], pair[0] or ""))
    return Waiters(
        [Waiter(name, jobs, oldest[name]) for name, jobs in ordered], len(first), len(queue.lanes["waiting"])
    )


def _group(queue: str, group: Group, minutes: range) -> ErrorGroup:
    return ErrorGroup(
        fingerprint=group.fingerprint,
        queue=queue,
        title=hide_in_text(group.title)[0],
        jobs=group.jobs,
        total=group.total,
        first=group.first,
        last=group.last,
        sample=hide_in_text(group.sample.sentence)[0],
        stack=hide_in_text(group.sample.stack)[0],
        job_id=group.job_id,
        minutes=[group.minutes.get(n, 0) for n in minutes],
    )


def _minute(tally: dict[str, int] | None) -> Minute | None:
    if tally is None:
        return None
    return Minute(tally.get("enqueue", 0), tally.get("complete", 0), tally.get("fail", 0), tally.get("retry", 0))
