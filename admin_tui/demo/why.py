"""Why a job of the fake, or its queue's next one, does not run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from admin_tui.demo.looks import limits_view
from admin_tui.demo.queue import FakeQueue
from admin_tui.demo.record import Record
from engine import Check, Explanation, LimitsView, State, WorkerInfo

_SILENT_MS = 12_000


def explain(queue: FakeQueue, workers: Sequence[WorkerInfo], record: Record | None, at_us: int) -> Explanation:
    """Each check in the order of an acquire; the first that does not hold is the verdict."""
    checks: list[tuple[Check, str, str]] = []
    if record is not None:
        checks.append(_of_job(record, at_us // 1000))
    checks += _of_queue(queue, limits_view(queue, at_us), [w for w in workers if queue.name in w.queues], at_us // 1000)
    target = f"job {record.id} of queue {queue.name}" if record is not None else f"queue {queue.name}"
    _, verdict, advice = next((each for each in checks if each[0].holds == "no"), (None, "", ""))
    return Explanation(target, [check for check, _, _ in checks], verdict or _runs(queue), advice)


def alive(workers: Iterable[WorkerInfo], queue: str, now_ms: int) -> list[WorkerInfo]:
    """The queue's workers that have told of themselves lately."""
    return [worker for worker in workers if queue in worker.queues and now_ms - worker.seen <= _SILENT_MS]


def _of_job(record: Record, now_ms: int) -> tuple[Check, str, str]:
    name = "the job waits"
    match record.state:
        case State.WAITING:
            return Check(name, "yes", "it is due"), "", ""
        case State.DELAYED:
            left_s = max(0, (record.due or now_ms) - now_ms) / 1000
            return Check(name, "no", f"due in {left_s:.1f} s"), f"it is delayed for {left_s:.1f} s more", "promote it"
        case State.ACTIVE:
            return Check(name, "no", f"it runs on {record.label}"), f"it runs on {record.label}", ""
        case _:
            text = f"it {'is' if record.state is State.CANCELLED else 'has'} {record.state}"
            advice = "" if record.state is State.COMPLETED else "retry it"
            return Check(name, "no", text), text + (f": {record.reason}" if record.reason else ""), advice


def _of_queue(
    queue: FakeQueue, limits: LimitsView, workers: Sequence[WorkerInfo], now_ms: int
) -> list[tuple[Check, str, str]]:
    name = queue.name
    beating = alive(workers, name, now_ms)
    places = sum(worker.concurrency.get(name, 0) for worker in beating)
    full = limits.max_active.now is not None and limits.active >= limits.max_active.now
    empty = limits.tokens is not None and limits.tokens < 1
    return [
        (
            Check("the queue is not paused", "no" if queue.paused else "yes", "paused" if queue.paused else "it runs"),
            f"queue {name} is paused",
            f"python -m engine resume {name}",
        ),
        (
            Check(
                "a worker takes its jobs", "yes" if beating else "no", f"{len(beating)} of {len(workers)} workers beat"
            ),
            f"no worker runs for queue {name}",
            f"python -m engine run --queues {name}",
        ),
        (
            Check("max_active has room", _word(limits.max_active.now, fits=not full), f"{limits.active} run"),
            f"queue {name} has reached max_active",
            "wait, or raise max_active",
        ),
        (
            Check("the rate has a token", _word(limits.rate.now, fits=not empty), f"{limits.tokens or 0:.1f} tokens"),
            f"the limit of {limits.rate.now or 0:g} starts a second for queue {name} is used up",
            "wait, or raise the rate",
        ),
        (
            Check("a place is free", "yes" if limits.active < places else "no", f"{limits.active} of {places} taken"),
            f"all {places} places for queue {name} are taken",
            "wait, or start another worker",
        ),
    ]


def _word(limit: float | None, *, fits: bool) -> Literal["yes", "no", "-"]:
    return "-" if limit is None else "yes" if fits else "no"


def _runs(queue: FakeQueue) -> str:
    waiting = len(queue.lanes["waiting"])
    return f"queue {queue.name} is worked: {waiting} wait" if waiting else f"nothing of queue {queue.name} waits"
