"""Plans and operations of the fake: a set is frozen, then changed batch by batch, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

import msgspec
from msgspec import Struct

from admin_tui.demo.operate import STATES, TAKEN_BACK, VERBS
from admin_tui.demo.queue import FakeQueue
from admin_tui.demo.record import Record
from engine import Action, Actor, Chosen, Matching, Operation, Plan, SettingError

PLAN_MS = 600_000
UNDO_MS = 900_000
BATCH = 50
_SAMPLE = 5


class Frozen(Struct, frozen=True):
    """What a plan holds: for each job its id and run, and the verb that its action calls."""

    plan: Plan
    jobs: list[tuple[str, int]]
    verb: str
    undoes: str = ""
    """The operation that it takes back."""


class Running(Struct, kw_only=True):
    """An applied plan; `changed` are the jobs that it did something to, with the runs that they have since."""

    told: Operation
    frozen: Frozen
    cursor: int = 0
    beat_ms: int = 0
    changed: list[tuple[str, int]] = []


class Operations:
    """All plans and operations of all queues."""

    def __init__(self, queues: Mapping[str, FakeQueue], now_ms: Callable[[], int]) -> None:
        self._queues, self._now_ms = queues, now_ms
        self._numbers = count(1)
        self._frozen: dict[str, Frozen] = {}
        self.running: dict[str, Running] = {}

    def plan(self, queue: FakeQueue, action: Action, on: Chosen | Matching, meant: list[Record]) -> Plan:
        """The set of these jobs is frozen; those that the action is not for, or that have changed, are skipped."""
        if action not in STATES:
            raise SettingError(f"no action {action!r}: choose {', '.join(STATES)}")
        skipped: dict[str, int] = {}
        will: list[Record] = []
        seen = {line.id: line for line in on.jobs} if isinstance(on, Chosen) else {}
        known = {record.id: record for record in meant}
        for job_id in dict.fromkeys([*seen, *known]):
            record, line = known.get(job_id), seen.get(job_id)
            reason = _skip(action, record, (line.run, line.state) if line is not None else None)
            if reason:
                skipped[reason] = skipped.get(reason, 0) + 1
            elif record is not None:
                will.append(record)
        times = [record.ended or record.run // 1000 for record in will]
        plan = self._made(queue.name, action, [(record.id, record.run) for record in will], skipped)
        plan = msgspec.structs.replace(
            plan,
            warnings=_warnings(queue, action),
            undo=_undo_text(action),
            oldest_ms=min(times, default=None),
            newest_ms=max(times, default=None),
            selection=_selection(on),
        )
        self._frozen[plan.id] = Frozen(plan, [(record.id, record.run) for record in will], action)
        return plan

    def _made(self, queue: str, action: str, jobs: list[tuple[str, int]], skipped: dict[str, int]) -> Plan:
        now = self._now_ms()
        return Plan(
            id=f"p-{next(self._numbers):04x}",
            queue=queue,
            action=action,
            will=len(jobs),
            skipped=skipped,
            sample=[job_id for job_id, _ in jobs[:_SAMPLE]],
            warnings=[],
            undo="",
            made_ms=now,
            expires_ms=now + PLAN_MS,
        )

    def apply(self, plan: Plan, confirm: int, actor: Actor, reason: str) -> Operation:
        """The plan is an operation now; once only."""
        frozen = self._frozen.get(plan.id)
        now = self._now_ms()
        if frozen is None or now >= frozen.plan.expires_ms:
            raise SettingError(f"plan {plan.id} has expired or was applied: make it again")
        if confirm != frozen.plan.will:
            raise SettingError(f"plan {plan.id} is about {frozen.plan.will} jobs, not {confirm}: confirm that number")
        del self._frozen[plan.id]
        operation = Operation(
            id=plan.id,
            queue=plan.queue,
            action=plan.action,
            state="running" if frozen.jobs else "done",
            total=len(frozen.jobs),
            done=0,
            skipped=0,
            actor=actor,
            reason=reason,
            started_ms=now,
            ended_ms=None if frozen.jobs else now,
            undo_until_ms=now + UNDO_MS if plan.action in TAKEN_BACK else 0,
            selection=plan.selection,
        )
        self.running[operation.id] = Running(told=operation, frozen=frozen, beat_ms=now)
        return operation

    def step(self, operation_id: str) -> Operation:
        """One batch more is done, if the operation still runs."""
        run = self.running[operation_id]
        if run.told.state != "running":
            return run.told
        queue, now = self._queues[run.told.queue], self._now_ms()
        batch = run.frozen.jobs[run.cursor : run.cursor + BATCH]
        done = [self._change(queue, run, job_id, number) for job_id, number in batch]
        run.cursor, run.beat_ms = run.cursor + len(batch), now
        ended = run.cursor >= len(run.frozen.jobs)
        run.told = msgspec.structs.replace(
            run.told,
            done=run.told.done + sum(done),
            skipped=run.told.skipped + len(done) - sum(done),
            state="done" if ended else "running",
            ended_ms=now if ended else None,
        )
        if ended and run.frozen.undoes:
            undone = self.running[run.frozen.undoes]
            undone.told = msgspec.structs.replace(undone.told, state="undone")
        return run.told

    def _change(self, queue: FakeQueue, run: Running, job_id: str, number: int) -> bool:
        record = queue.find(job_id)
        if record is None or record.run != number or not VERBS[run.frozen.verb](queue, record):
            return False
        now = queue.find(job_id)
        run.changed.append((job_id, now.run if now is not None else number))
        return True

    def stop(self, operation_id: str) -> Operation:
        """No further batch is begun."""
        run = self.running[operation_id]
        if run.told.state == "running":
            run.told = msgspec.structs.replace(run.told, state="stopped", ended_ms=self._now_ms())
        return run.told

    def undo(self, operation_id: str) -> Plan:
        """What taking the operation back would do."""
        run = self.running[operation_id]
        if run.told.action not in TAKEN_BACK or self._now_ms() >= run.told.undo_until_ms:
            raise SettingError(f"operation {operation_id} cannot be undone (any more)")
        if run.told.state not in ("done", "stopped"):
            raise SettingError(f"operation {operation_id} is {run.told.state}: only what has ended can be undone")
        verb, queue = TAKEN_BACK[run.told.action], self._queues[run.told.queue]
        jobs = [(job_id, number) for job_id, number in run.changed if _is_as_left(queue, verb, job_id, number)]
        lost = len(run.changed) - len(jobs)
        plan = self._made(run.told.queue, "undo", jobs, {"started or changed since": lost} if lost else {})
        plan = msgspec.structs.replace(plan, undo="an undo cannot be undone", selection=run.told.selection)
        self._frozen[plan.id] = Frozen(plan, jobs, verb, run.told.id)
        return plan

    def take_over(self, silent_ms: int) -> None:
        """One batch of each operation is done that nobody has carried for so long: what a worker's sweeper does."""
        for operation_id, run in self.running.items():
            if run.told.state == "running" and self._now_ms() - run.beat_ms >= silent_ms:
                self.step(operation_id)


def _skip(action: Action, record: Record | None, seen: tuple[int, object] | None) -> str:
    """Why a job is not meant; empty: it is."""
    if record is None:
        return "gone"
    if seen is not None and seen != (record.run, record.state):
        return "changed since it was seen"
    if (record.trashed is not None) is not (action in ("restore", "delete")):
        return "in the trash" if record.trashed is not None else "not in the trash"
    return "" if record.state in STATES[action] else f"is {record.state}"


def _is_as_left(queue: FakeQueue, verb: str, job_id: str, run: int) -> bool:
    record = queue.find(job_id)
    if record is None or record.run != run:
        return False
    if verb == "revert":
        return record.earlier is not None and record.trashed is None
    return (record.trashed is None) is (verb == "trash")


def _warnings(queue: FakeQueue, action: Action) -> list[str]:
    return [f"queue {queue.name} is paused: the jobs will only wait"] if queue.paused and action == "retry" else []


def _undo_text(action: Action) -> str:
    if action == "delete":
        return "cannot be undone"
    return "15 min" if action in ("trash", "restore") else "15 min, for the jobs that have not started"


def _selection(on: Chosen | Matching) -> str:
    if isinstance(on, Chosen):
        return f"{len(on.jobs)} chosen"
    return f"all {on.listed}" + (f" that match {on.query}" if on.query else "")
