"""What becomes of plans and operations: frozen, begun, handed out batch by batch, counted, stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from engine.streams.book import encode_actor
from engine.streams.commands import Batch, Begun, Deed, Draft, Entry, Frozen
from engine.types import State
from engine.views import Actor, Listed, Operation
from tests.model.plans import Plan, Seen
from tests.model.state import LIVE, Known, Queue, Undo
from tests.support.snapshot import ENDS

SILENT_MS = 5_000
DAY_MS = 86_400_000
UNDO_MS = {"retry": 900_000, "cancel": 900_000, "promote": 900_000, "trash": DAY_MS, "restore": DAY_MS}
LOOKED = 100
FITS: dict[str, tuple[Sequence[str], str]] = {
    "retry": (("failed", "cancelled"), "not failed"),
    "cancel": (LIVE, "ended"),
    "promote": (("delayed",), "not delayed"),
    "trash": (ENDS, "not ended"),
    "restore": (ENDS, "not ended"),
    "delete": (ENDS, "not ended"),
}


def freeze(queue: Queue, now_us: int, draft: Draft, will: int, jobs: Sequence[Seen], passed: int) -> Frozen:
    """These jobs are in the plan too, and those that an operation has changed, if it is to be taken back."""
    of = queue.plans.known.get(draft.of)
    changed = of.jobs[len(of.jobs) - of.number("done") :] if of is not None and of.number("done") else []
    return _grow(queue, now_us, draft, will, [*jobs, *changed[passed : passed + LOOKED]])


def gather(queue: Queue, now_us: int, draft: Draft, will: int, listed: Listed) -> Frozen:
    """All jobs of a list that is sorted are in the plan too, as they are."""
    index = queue.trash if listed == "trash" else queue.delayed if listed == "delayed" else queue.ends[listed]
    ids = sorted(index, key=lambda job_id: (index[job_id], job_id.encode()), reverse=listed != "delayed")
    jobs = [queue.jobs[job_id] for job_id in ids if job_id in queue.jobs]
    there = [job for job in jobs if listed in {"trash", job.state}]
    return _grow(queue, now_us, draft, will, [(job.id, job.run, job.state) for job in there], looked=len(ids))


def _grow(
    queue: Queue, now_us: int, draft: Draft, will: int, jobs: Sequence[Seen], looked: int | None = None
) -> Frozen:
    plan = queue.plans.known.setdefault(draft.id, Plan(draft.id, {}, []))
    reasons = [judge(queue.read(job_id), draft.deed, run, state) for job_id, run, state in jobs]
    added = [job for job, reason in zip(jobs, reasons, strict=True) if not reason]
    plan.jobs = [*plan.jobs[:will], *added]
    now_ms = now_us // 1000
    plan.fields |= {
        "state": "planned",
        "will": str(len(plan.jobs)),
        "expires": str(now_ms + 600_000),
        "action": draft.action,
        "deed": draft.deed,
        "selection": draft.selection,
        "of": draft.of,
    }
    times = [_time(queue.jobs[job_id]) for job_id, _, _ in added]
    return Frozen(
        expires_ms=now_ms + 600_000,
        will=len(plan.jobs),
        looked=len(jobs) if looked is None else looked,
        oldest_ms=min(times, default=0),
        newest_ms=max(times, default=0),
        sample=[job_id for job_id, _, _ in added[:3]],
        skipped=dict(Counter(reason for reason in reasons if reason)),
    )


def _time(job: Known) -> int:
    return job.number("ended") if "ended" in job.record else job.run // 1000


def judge(job: Known | str | None, deed: str, run: int, state: str) -> str:
    """Why the deed is not done to a job as it was seen; empty: it is."""
    if not isinstance(job, Known):
        return "gone"
    if deed in _CAN:
        if _CAN[deed](job, run):
            return ""
        return "changed" if job.state in {"waiting", "cancelled"} else "started"
    if job.run != run:
        return "runs already" if deed == "retry" and job.state in LIVE else "other run"
    if job.is_trashed and deed not in {"restore", "delete"}:
        return "trashed"
    if deed == "restore" and not job.is_trashed:
        return "not trashed"
    states, misfit = FITS[deed]
    if job.state not in states:
        return misfit
    return "" if job.state == state else "other state"


def _last_done(job: Known, what: str) -> Undo | None:
    return job.undo if job.undo is not None and job.undo.what == what else None


def _can_unretry(job: Known, run: int) -> bool:
    undo = _last_done(job, "requeue")
    return job.number("before") == run and job.state == "waiting" and undo is not None and undo.entry is job.entry


def _can_uncancel(job: Known, run: int) -> bool:
    return job.run == run and job.state == "cancelled" and not job.is_trashed and _last_done(job, "cancel") is not None


def _can_unpromote(job: Known, run: int) -> bool:
    undo = _last_done(job, "promote")
    return job.run == run and job.state == "waiting" and undo is not None and undo.entry is job.entry


_CAN: dict[str, Callable[[Known, int], bool]] = {
    "unretry": _can_unretry,
    "uncancel": _can_uncancel,
    "unpromote": _can_unpromote,
}


def begin(queue: Queue, now_us: int, plan_id: str, confirm: int, entry: Entry, per_s: float) -> Begun:
    """The plan is an operation, and in the book, if it is still what it says."""
    plans, now_ms = queue.plans, now_us // 1000
    plan = plans.known.get(plan_id)
    if plan is not None and plan.state != "planned":
        return Begun("ok", plan.shown(queue.name))
    if plan is None or not plan.jobs or now_ms > plan.number("expires") or not _can_take_back(queue, now_ms, plan):
        return Begun("expired", None)
    if len(plan.jobs) != confirm:
        return Begun("other_count", None)
    actor = encode_actor(entry.actor).decode()
    del plan.fields["expires"]
    plan.fields |= {
        "state": "running",
        "total": str(len(plan.jobs)),
        "done": "0",
        "skipped": "0",
        "actor": actor,
        "reason": entry.reason,
        "per_s": f"{per_s:g}",
        "started": str(now_ms),
    }
    undone = plans.known.get(plan.fields["of"])
    if undone is not None:
        undone.fields |= {"state": "undone", "undo_until": "0"}
        undone.jobs = []
    plans.begun = {name: at for name, at in plans.begun.items() if at > now_ms - 7 * DAY_MS} | {plan_id: now_ms}
    plans.heard[plan_id] = now_ms
    plans.write(
        {
            "verb": plan.fields["action"],
            "actor": actor,
            "target": plan.fields["selection"],
            "reason": entry.reason,
            "detail": plan.fields["of"],
            "operation": plan_id,
        }
    )
    return Begun("ok", plan.shown(queue.name))


def _can_take_back(queue: Queue, now_ms: int, plan: Plan) -> bool:
    if not plan.fields["of"]:
        return True
    undone = queue.plans.known.get(plan.fields["of"])
    return undone is not None and undone.state in {"done", "stopped"} and now_ms <= undone.number("undo_until")


def _is_heard(queue: Queue, now_ms: int, operation_id: str) -> bool:
    heard = queue.plans.heard.get(operation_id)
    return heard is not None and abs(now_ms - heard) < SILENT_MS


def next_batch(queue: Queue, now_us: int, operation_id: str, driver: str, size: int, per_s: float | None) -> Batch:
    """The next batch is this driver's, unless another has it, or another operation's batch is open."""
    plans, now_ms = queue.plans, now_us // 1000
    if not operation_id:
        operation_id = min(plans.heard, key=lambda name: (plans.heard[name], name), default="")
        if not operation_id or _is_heard(queue, now_ms, operation_id):
            return Batch("over", None)
    plan = plans.known.get(operation_id)
    if plan is None or plan.state != "running":
        plans.heard.pop(operation_id, None)
        return Batch("over", _shown(queue, plan))
    others = plan.fields.get("driver", driver) != driver and _is_heard(queue, now_ms, operation_id)
    turn = queue.control.get("operating", operation_id)
    if others or (turn != operation_id and _is_heard(queue, now_ms, turn)):
        return Batch("busy", plan.shown(queue.name))
    jobs = plan.jobs[: len(plan.batch) if plan.batch is not None else min(size, plan.number("total") - plan.cursor)]
    judged = ["0" if judge(queue.read(job[0]), plan.deed, *job[1:]) else "1" for job in jobs]
    marks = plan.batch if plan.batch is not None else "".join(judged)
    queue.control["operating"] = operation_id
    plans.heard[operation_id] = now_ms
    plan.fields |= {"driver": driver, "batch": marks}
    if per_s is not None:
        plan.fields["per_s"] = f"{per_s:g}"
    deed: Deed = plan.deed  # type: ignore[assignment]
    chosen = [job for job, mark in zip(jobs, marks, strict=True) if mark == "1"]
    return Batch(
        answer="ok",
        operation=plan.shown(queue.name),
        deed=deed,
        cursor=plan.cursor,
        looked=len(jobs),
        per_s=float(plan.fields["per_s"]),
        jobs=[(job_id, run, State(state)) for job_id, run, state in chosen],
    )


def advance(queue: Queue, now_us: int, operation_id: str, cursor: int, changed: Sequence[bool]) -> Operation | None:
    """The batch at the cursor is counted, if it has not been."""
    plans, now_ms = queue.plans, now_us // 1000
    plan = plans.known.get(operation_id)
    if plan is None or plan.batch is None or plan.cursor != cursor:
        return _shown(queue, plan)
    answers = iter(changed)
    batch = [(job, mark == "1" and next(answers, False)) for job, mark in zip(plan.jobs, plan.batch, strict=False)]
    kept = [job for job, done in batch if done]
    looked = len(plan.fields.pop("batch"))
    plan.jobs = [*plan.jobs[looked:], *kept]
    done = plan.number("done") + len(kept)
    plan.fields |= {"done": str(done), "skipped": str(cursor + looked - done)}
    if queue.control.get("operating") == operation_id:
        del queue.control["operating"]
    if plan.state == "running":
        plans.heard[operation_id] = now_ms
        if plan.cursor >= plan.number("total"):
            _finish(queue, now_ms, plan, "done")
    return plan.shown(queue.name)


def stop(queue: Queue, now_us: int, operation_id: str, actor: Actor, reason: str) -> Operation | None:
    """No further batch is handed out."""
    plan = queue.plans.known.get(operation_id)
    if plan is not None and plan.state == "running":
        _finish(queue, now_us // 1000, plan, "stopped")
        told = {"verb": "stop", "actor": encode_actor(actor).decode(), "reason": reason, "operation": operation_id}
        queue.plans.write({**told, "target": plan.fields["selection"]})
    return _shown(queue, plan)


def _shown(queue: Queue, plan: Plan | None) -> Operation | None:
    return None if plan is None else plan.shown(queue.name)


def _finish(queue: Queue, now_ms: int, plan: Plan, state: str) -> None:
    undo_ms = UNDO_MS.get(plan.deed, 0) if plan.number("done") and plan.fields["action"] != "undo" else 0
    del queue.plans.heard[plan.id]
    plan.fields.pop("driver", None)
    until = str(now_ms + undo_ms) if undo_ms else "0"
    plan.fields |= {"state": state, "ended": str(now_ms), "undo_until": until}


def book(queue: Queue, entry: Entry) -> bool:
    """The entry is in the book."""
    fields = {name: getattr(entry, name) for name in ("verb", "target", "reason", "detail")}
    queue.plans.write({**fields, "actor": encode_actor(entry.actor).decode()})
    return True
