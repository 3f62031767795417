"""Plans and operations of the fake: a set is frozen, then changed batch by batch, and can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from itertools import count
from typing import Literal

import msgspec
from msgspec import Struct

from admin_tui.demo.operate import TAKEN_BACK, VERBS, Seen, judge
from admin_tui.demo.queue import FakeQueue
from engine import Action, Actor, Chosen, Matching, Operation, Plan, SettingError

PLAN_MS = 600_000
UNDO_MS = {"retry": 900_000, "cancel": 900_000, "promote": 900_000, "trash": 86_400_000, "restore": 86_400_000}
BATCH = 25
_SAMPLE = 3
_AT_ONCE = 250
_UNDO = {
    "retry": "15 min, for the jobs that have not started",
    "cancel": "15 min, for the jobs that had not started",
    "promote": "15 min, for the jobs that have not started",
    "trash": "24 h",
    "restore": "24 h",
    "delete": "none: they are gone for good",
    "undo": "none: plan the action anew",
}
"""How far each action can be taken back."""


class Frozen(Struct, frozen=True):
    """What a plan holds: what is done to each job, and each job's id, run and state as they were seen."""

    plan: Plan
    jobs: list[Seen]
    deed: str
    undoes: str = ""
    """The operation that it takes back."""


class Running(Struct, kw_only=True):
    """An applied plan; `changed` are the jobs that it did something to, as they were before."""

    told: Operation
    frozen: Frozen
    cursor: int = 0
    beat_ms: int = 0
    changed: list[Seen] = []


class Operations:
    """All plans and operations of all queues."""

    def __init__(
        self, queues: Mapping[str, FakeQueue], now_ms: Callable[[], int], warn: Callable[[str], list[str]]
    ) -> None:
        self._queues, self._now_ms, self._warn = queues, now_ms, warn
        self._numbers = count(1)
        self._frozen: dict[str, Frozen] = {}
        self.running: dict[str, Running] = {}

    async def plan(self, queue: FakeQueue, action: Action, on: Chosen | Matching, seen: list[Seen]) -> Plan:
        """The set of these jobs is frozen; those that the action is not for, or that have changed, are skipped."""
        if action not in TAKEN_BACK:
            raise SettingError(f"no action {action!r}: choose {', '.join(TAKEN_BACK)}")
        plan = await self._freeze(queue, action, seen)
        return self._told(plan, selection=_selection(on))

    def _told(self, plan: Plan, selection: str, taken_back: str = "") -> Plan:
        """The plan with its words."""
        will_wait = plan.will > 0 and (plan.action in ("retry", "promote") or taken_back == "cancel")
        warnings = self._warn(plan.queue) if will_wait else []
        plan = msgspec.structs.replace(plan, warnings=warnings, undo=_UNDO[plan.action], selection=selection)
        self._frozen[plan.id] = msgspec.structs.replace(self._frozen[plan.id], plan=plan)
        return plan

    async def _freeze(self, queue: FakeQueue, deed: str, seen: list[Seen], undoes: str = "") -> Plan:
        skipped: dict[str, int] = {}
        will: list[Seen] = []
        times: list[int] = []
        for number, (job_id, run, state) in enumerate(dict.fromkeys(seen)):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)  # others have their turn, as while a server is asked
            record = queue.find(job_id)
            reason = judge(deed, record, run, state)
            if reason:
                skipped[reason] = skipped.get(reason, 0) + 1
            elif record is not None:
                will.append((job_id, run, state))
                times.append(record.ended or record.run // 1000)
        now = self._now_ms()
        plan = Plan(
            id=f"p-{next(self._numbers):04x}",
            queue=queue.name,
            action="undo" if undoes else deed,
            will=len(will),
            skipped=dict(sorted(skipped.items())),
            sample=[job_id for job_id, _, _ in will[:_SAMPLE]],
            warnings=[],
            undo="",
            made_ms=now,
            expires_ms=now + PLAN_MS,
            oldest_ms=min(times, default=None),
            newest_ms=max(times, default=None),
        )
        self._frozen[plan.id] = Frozen(plan, will, deed, undoes)
        return plan

    def apply(self, plan: Plan, confirm: int, actor: Actor, reason: str) -> Operation:
        """The plan is an operation now; once only."""
        frozen = self._frozen.get(plan.id)
        now = self._now_ms()
        if confirm != plan.will:
            raise SettingError(f"the plan has {plan.will:,} jobs, not {confirm:,}: confirm that number, or plan again")
        if plan.will == 0:
            raise SettingError("the plan has no jobs: there is nothing to do")
        if plan.id in self.running:
            return self.running[plan.id].told
        if frozen is None or now > frozen.plan.expires_ms:
            raise SettingError(f"plan {plan.id} has expired: plan again")
        if frozen.undoes:
            undone = self._undoable(frozen.undoes)
            undone.told = msgspec.structs.replace(undone.told, state="undone", undo_until_ms=0)
        del self._frozen[plan.id]
        operation = Operation(
            id=plan.id,
            queue=plan.queue,
            action=frozen.plan.action,
            state="running",
            total=len(frozen.jobs),
            done=0,
            skipped=0,
            actor=actor,
            reason=reason,
            started_ms=now,
            selection=plan.selection,
        )
        self.running[operation.id] = Running(told=operation, frozen=frozen, beat_ms=now)
        return operation

    def step(self, operation_id: str) -> Operation:
        """One batch more is done, if the operation still runs."""
        run = self.running[operation_id]
        if run.told.state != "running":
            return run.told
        queue = self._queues[run.told.queue]
        batch = run.frozen.jobs[run.cursor : run.cursor + BATCH]
        done = [seen for seen in batch if self._change(queue, run.frozen.deed, seen)]
        run.changed += done
        run.cursor, run.beat_ms = run.cursor + len(batch), self._now_ms()
        run.told = msgspec.structs.replace(
            run.told, done=run.told.done + len(done), skipped=run.told.skipped + len(batch) - len(done)
        )
        if run.cursor >= len(run.frozen.jobs):
            self._end(run, "done")
        return run.told

    @staticmethod
    def _change(queue: FakeQueue, deed: str, seen: Seen) -> bool:
        record = queue.find(seen[0])
        return record is not None and not judge(deed, record, *seen[1:]) and VERBS[deed](queue, record)

    def _end(self, run: Running, state: Literal["done", "stopped"]) -> None:
        now = self._now_ms()
        until = now + UNDO_MS[run.frozen.deed] if run.told.done and run.frozen.deed in UNDO_MS else 0
        if run.frozen.undoes:
            until = 0
        run.told = msgspec.structs.replace(run.told, state=state, ended_ms=now, undo_until_ms=until)

    def stop(self, operation_id: str) -> Operation:
        """No further batch is begun."""
        run = self.running[operation_id]
        if run.told.state == "running":
            self._end(run, "stopped")
        return run.told

    async def undo(self, operation_id: str) -> Plan:
        """What taking the operation back would do."""
        run = self._undoable(operation_id)
        plan = await self._freeze(
            self._queues[run.told.queue], TAKEN_BACK[run.told.action], list(reversed(run.changed)), operation_id
        )
        return self._told(plan, f"{run.told.action} {run.told.selection}".strip(), run.told.action)

    def _undoable(self, operation_id: str) -> Running:
        run = self.running.get(operation_id)
        if run is None:
            raise SettingError(f"operation {operation_id} cannot be taken back: nothing is known of it")
        if run.told.state == "running":
            raise SettingError(f"operation {operation_id} is under way: stop it first, then take it back")
        if run.told.state == "undone" or self._now_ms() > run.told.undo_until_ms:
            raise SettingError(f"operation {operation_id} ({run.told.action}) cannot be taken back")
        return run

    def take_over(self, silent_ms: int) -> None:
        """One batch of each operation is done that nobody has carried for so long: what a worker's sweeper does."""
        for operation_id, run in self.running.items():
            if run.told.state == "running" and self._now_ms() - run.beat_ms >= silent_ms:
                self.step(operation_id)


def _selection(on: Chosen | Matching) -> str:
    if isinstance(on, Matching):
        return f"all {on.listed}" + (f" that match {on.query}" if on.query else "")
    return on.jobs[0].id if len(on.jobs) == 1 else f"{len(on.jobs):,} chosen"
