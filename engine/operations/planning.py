"""Plans: what an action would do, on jobs that are frozen in Redis as they were seen."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import get_args

from msgspec.structs import replace

from engine.clock import Clock
from engine.errors import SettingError
from engine.listing import check_list
from engine.queries import parse_query
from engine.streams import Call, Keys, Store
from engine.streams.commands import Begun, Deed, Draft, Frozen, Scan, begin, freeze, gather
from engine.views import Action, Actor, Chosen, Matching, Operation, Plan

PLAN_S = 600
PER_S = 200.0
"""So many jobs a second are done unless who drives says otherwise."""
_PAGE = 100
"""Jobs looked at in one call: so that none keeps Redis from others for more than two milliseconds."""
_MOST_SAMPLES = 3
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
ACTIONS: tuple[Action, ...] = get_args(Action)
_BACK: dict[str, Deed] = {
    "retry": "unretry",
    "cancel": "uncancel",
    "promote": "unpromote",
    "trash": "restore",
    "restore": "trash",
}
"""What takes each action back."""


class Planner:
    """Makes plans of one queue, and operations of plans."""

    def __init__(self, keys: Keys, store: Store, clock: Clock) -> None:
        self._keys, self._store, self._clock = keys, store, clock

    async def plan_chosen(self, action: Action, on: Chosen) -> Plan:
        """What the action would do to these jobs, each as it was seen."""
        _check_action(action)
        jobs = list({job.id: (job.id, job.run, job.state.value) for job in on.jobs}.values())
        selection = jobs[0][0] if len(jobs) == 1 else f"{len(jobs):,} chosen"
        draft = Draft(secrets.token_hex(4), action, action, selection)
        growing = _Growing(self._keys.queue, draft)
        for i in range(0, max(1, len(jobs)), _PAGE):
            page = jobs[i : i + _PAGE]
            growing.add(await self._run(freeze(self._keys, self._clock.now_us(), draft, growing.will, page)))
        return growing.plan()

    async def plan_matching(self, action: Action, on: Matching) -> Plan:
        """What the action would do to all jobs of a list that a query matches; Redis moves them, page by page."""
        _check_action(action)
        check_list(on.listed)
        query = parse_query(on.query)
        draft = Draft(secrets.token_hex(4), action, action, f"all {on.listed}" + _that_match(on.query))
        growing, after = _Growing(self._keys.queue, draft), None
        while True:
            call = gather(self._keys, self._clock.now_us(), draft, growing.will, Scan(on.listed, query, _PAGE, after))
            found = await self._run(call)
            growing.add(found)
            after = found.after
            if after is None:
                return growing.plan()

    async def plan_undo(self, operation: Operation) -> Plan:
        """What taking the operation back would do; SettingError if it cannot be taken back."""
        if operation.state == "running":
            raise SettingError(f"operation {operation.id} is under way: stop it first, then take it back")
        deed = _BACK.get(operation.action)
        if deed is None or operation.state == "undone" or operation.undo_until_ms == 0:
            raise SettingError(f"operation {operation.id} ({operation.action}) cannot be taken back")
        selection = f"{operation.action} {operation.selection}".strip()
        draft = Draft(secrets.token_hex(4), "undo", deed, selection, operation.id)
        growing = _Growing(self._keys.queue, draft)
        while True:
            call = freeze(self._keys, self._clock.now_us(), draft, growing.will, passed=growing.looked)
            found = await self._run(call)
            growing.add(found)
            if growing.made_ms > operation.undo_until_ms:
                raise SettingError(f"operation {operation.id} is too long ago to be taken back")
            if found.looked == 0:
                return growing.plan()

    async def apply(self, plan: Plan, confirm: int, actor: Actor, reason: str) -> Operation:
        """The plan is an operation that is under way; SettingError if it has other jobs or has expired."""
        if confirm != plan.will:
            raise SettingError(f"the plan has {plan.will:,} jobs, not {confirm:,}: confirm that number, or plan again")
        if plan.will == 0:
            raise SettingError("the plan has no jobs: there is nothing to do")
        call = begin(self._keys, self._clock.now_us(), plan.id, confirm, actor, reason, PER_S)
        begun: Begun = await self._store.run(call)
        if begun.answer == "other_count":
            raise SettingError(f"plan {plan.id} has other jobs than it says: plan again")
        if begun.operation is None:
            raise SettingError(f"plan {plan.id} has expired: plan again")
        return begun.operation

    async def _run(self, call: Call[Frozen]) -> Frozen:
        return await self._store.run(call)


def _check_action(action: str) -> None:
    if action not in ACTIONS:
        raise SettingError(f"no action {action!r}; the actions: {', '.join(ACTIONS)}")


def _that_match(query: str) -> str:
    return f" that match {query}" if query else ""


class _Growing:
    """A plan as it grows, call by call; its size does not depend on the number of jobs."""

    def __init__(self, queue: str, draft: Draft) -> None:
        self._queue, self._draft = queue, draft
        self.will, self.looked, self.made_ms = 0, 0, 0
        self._skipped: Counter[str] = Counter()
        self._sample: list[str] = []
        self._times: list[int] = []

    def add(self, found: Frozen) -> None:
        """This call has added so much."""
        self.will, self.made_ms = found.will, found.expires_ms - PLAN_S * 1000
        self.looked += found.looked
        self._skipped.update(found.skipped)
        self._sample = (self._sample + found.sample)[:_MOST_SAMPLES]
        seen = [time for time in (*self._times, found.oldest_ms, found.newest_ms) if time]
        self._times = [min(seen), max(seen)] if seen else []

    def plan(self) -> Plan:
        """What has come together."""
        return Plan(
            id=self._draft.id,
            queue=self._queue,
            action=self._draft.action,
            will=self.will,
            skipped=dict(sorted(self._skipped.items())),
            sample=self._sample,
            warnings=[],
            undo=_UNDO[self._draft.action],
            made_ms=self.made_ms,
            expires_ms=self.made_ms + PLAN_S * 1000,
            oldest_ms=self._times[0] if self._times else None,
            newest_ms=self._times[1] if self._times else None,
            selection=self._draft.selection,
        )


def will_wait(action: str) -> bool:
    """Whether jobs wait for a worker once the action, or the undo of a cancel, is done."""
    return action in {"retry", "promote", "undo cancel"}


def with_warnings(plan: Plan, *, paused: bool, workers: int) -> Plan:
    """The plan of what makes jobs wait, and why nothing will come of it yet."""
    said = [] if workers else [f"{plan.queue} has no workers: the jobs will only wait"]
    said += [f"{plan.queue} is paused: the jobs will only wait"] if paused else []
    return replace(plan, warnings=said) if plan.will else plan
