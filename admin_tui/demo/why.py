"""Why a job of the fake, or its queue's next one, does not run: the engine's checks over the fake's queues."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from msgspec import Struct

from admin_tui.demo.looks import counts, limits_view
from admin_tui.demo.queue import FakeQueue
from admin_tui.demo.record import Record
from engine import Check, Explanation, LimitsView, QueueCounts, State, WorkerInfo

_SILENT_MS = 12_000
_LIVE = (State.WAITING, State.DELAYED)


class Around(Struct, frozen=True):
    """What is around a job at one moment: its queue's counts and limits, and the workers of it that beat."""

    counts: QueueCounts
    limits: LimitsView
    workers: list[WorkerInfo]

    @property
    def places(self) -> int:
        return sum(worker.concurrency.get(self.counts.queue, 0) for worker in self.workers)


def look_around(queue: FakeQueue, workers: Iterable[WorkerInfo], at_us: int) -> Around:
    """What is around the queue's jobs now."""
    return Around(counts(queue), limits_view(queue, at_us), alive(workers, queue.name, at_us // 1000))


def alive(workers: Iterable[WorkerInfo], queue: str, now_ms: int) -> list[WorkerInfo]:
    """The queue's workers that have told of themselves lately."""
    return [worker for worker in workers if queue in worker.queues and now_ms - worker.seen <= _SILENT_MS]


def explain_queue(around: Around) -> Explanation:
    """Why the queue's next job does not start."""
    name, checks = around.counts.queue, _checks(around)
    due = Check("due", "-", f"{around.counts.delayed} delayed")
    position = Check("position", "-", f"{around.counts.waiting} wait")
    return Explanation(f"queue {name}", [due, *checks, position], _of_queue(around), _advice(name, checks))


def explain_job(queue: FakeQueue, around: Around, record: Record) -> Explanation:
    """Why the job does not start, or what it does."""
    verdict = sentence(queue, around, record)
    is_late = record.state is not State.DELAYED or (record.due or 0) <= around.limits.at_ms
    checks = [Check("due", "yes", "its time has come") if is_late else Check("due", "no", verdict), *_checks(around)]
    advice = ""
    if record.state in _LIVE:
        unknown = Check("a worker takes it", "no", _unheard(record))
        if record.name not in queue.settings.names and around.workers:
            checks = [unknown if check.name == unknown.name else check for check in checks]
        ahead = queue.lanes["waiting"].rank((record.place, record.id)) if record.state is State.WAITING else None
        checks.append(Check("position", "-", "unknown" if ahead is None else f"about {ahead} wait before it"))
        advice = _advice(queue.name, checks)
    else:
        state = "it runs" if record.state is State.ACTIVE else "it has ended"
        checks = [Check(check.name, "-", state) for check in checks]
    target = f"job {record.id} of queue {queue.name}"
    return Explanation(target, checks, verdict, advice or _advice_on(queue.name, record))


def explain_nobody(queue: str, job_id: str) -> Explanation:
    """What there is to say of an id without a record."""
    text = f"queue {queue} has no job {job_id!r}: it was never stored, or is pruned"
    return Explanation(f"job {job_id} of queue {queue}", [], text, "")


def sentence(queue: FakeQueue, around: Around, record: Record) -> str:
    """One sentence: why the job is not running, or what it is doing."""
    if record.state in _LIVE and record.name not in queue.settings.names:
        return f"{_unheard(record)}; {_of_queue(around)}"
    match record.state:
        case State.WAITING:
            return f"it waits: {_of_queue(around)}"
        case State.DELAYED:
            left_s = max(0, (record.due or 0) - around.limits.at_ms) / 1000
            if record.started is None:
                return f"it was enqueued with a delay, {left_s:.1f} s are left"
            return f"backoff for {left_s:.1f} s more after attempt {record.attempts}: {record.reason}"
        case State.ACTIVE:
            asked = ", and its cancel was asked for" if record.told else ""
            if any(worker.label == record.label for worker in around.workers):
                return f"it runs on {record.label}{asked}"
            return f"it ran on {record.label}{asked}; that worker is silent"
        case State.CANCELLED:
            return "it was cancelled"
        case _:
            return f"it {record.state}" + (f": {record.reason}" if record.reason else "")


def _unheard(record: Record) -> str:
    return f"this app has no job named {record.name!r}: workers put it off, uncharged, for up to an hour"


def _of_queue(around: Around) -> str:
    stopped = next((check.text for check in _checks(around) if check.holds == "no"), "")
    found = around.counts
    if stopped:
        return stopped
    if found.waiting:
        return (
            f"queue {found.queue} is worked: {found.waiting} wait, {found.active} of {around.places} places are taken"
        )
    return f"nothing of queue {found.queue} waits; {found.delayed} delayed, {found.active} active"


def _checks(around: Around) -> list[Check]:
    """What must hold for the queue's next job to start; the text of one that does not says why nothing starts."""
    found, limits, name = around.counts, around.limits, around.counts.queue
    most, places = limits.max_active.now, around.places
    return [
        _check("queue not paused", not limits.paused, "not paused", f"queue {name} is paused"),
        _check("a worker takes it", bool(around.workers), "there are", f"no worker runs for queue {name}"),
        _check(
            "max_active",
            None if most is None else found.active < most,
            f"{found.active} run",
            f"queue {name} has reached max_active: {found.active} of {most or 0:g} run",
        ),
        _rate("own rate", f"queue {name}", found.waiting, (limits.rate.now, limits.tokens)),
        _rate(
            "shared rate",
            "the queues that share a limit",
            found.waiting,
            (limits.shared_rate.now, limits.shared_tokens),
        ),
        _check(
            "places",
            found.active < places,
            f"{found.active} of {places} places are taken",
            f"all {places} places of the workers for queue {name} are taken",
        ),
        Check("suspects", "-", "no job crashed a worker"),
    ]


def _rate(name: str, what: str, waiting: int, level: tuple[float | None, float | None]) -> Check:
    rate, tokens = level
    if rate is None or tokens is None:
        return Check(name, "-", "no limit")
    used_up = f"the limit of {rate:g} starts a second for {what} is used up"
    return _check(name, tokens >= 1 or not waiting, f"{tokens:.1f} tokens, {rate:g} more a second", used_up)


def _check(name: str, holds: bool | None, fine: str, wrong: str) -> Check:  # noqa: FBT001  what the check is about
    if holds is None:
        return Check(name, "-", "no limit")
    return Check(name, "yes", fine) if holds else Check(name, "no", wrong)


def _advice(queue: str, checks: list[Check]) -> str:
    """The command that changes what does not hold."""
    stopped = next((check.name for check in checks if check.holds == "no"), "")
    return {
        "queue not paused": f"python -m engine resume {queue}",
        "a worker takes it": f"python -m engine run --queues {queue}",
        "max_active": f"python -m engine limit {queue} --max-active N",
        "own rate": f"python -m engine limit {queue} --rate N",
        "shared rate": f"python -m engine limit {queue} --shared-rate N",
        "places": f"python -m engine run --queues {queue}",
    }.get(stopped, "")


def _advice_on(queue: str, record: Record) -> str:
    """What can be done to a job in this state."""
    job = f"{queue} {shlex.quote(record.id)}"
    if record.state is State.DELAYED:
        return f"python -m engine promote {job}"
    return f"python -m engine retry {job}" if record.state in (State.FAILED, State.CANCELLED) else ""
