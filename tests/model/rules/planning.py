"""Operators who plan, drivers who carry operations out and fall silent, and the book."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from engine.streams import commands as c
from engine.views import Action, Actor, Listed
from tests.model.expect import planning as expect
from tests.model.moves import rule
from tests.model.plans import Plan, Seen
from tests.model.rules.operating import Operating
from tests.model.state import Known

ACTOR = Actor("ana", "ops1", "model")
ACTIONS: st.SearchStrategy[Action] = st.sampled_from(
    ["retry", "retry", "cancel", "promote", "trash", "restore", "delete"]
)
STATES = st.sampled_from(["waiting", "failed", "cancelled"])
DRIVERS = st.sampled_from(["d1", "d2"])
BACK: dict[str, c.Deed] = {
    "retry": "unretry",
    "cancel": "uncancel",
    "promote": "unpromote",
    "trash": "restore",
    "restore": "trash",
}


FITS: dict[str, Action] = {
    "waiting": "cancel",
    "active": "cancel",
    "delayed": "promote",
    "failed": "retry",
    "cancelled": "retry",
    "completed": "trash",
    "trash": "restore",
}
"""What can be done to a job, by where it is."""


def _what(job: Known) -> str:
    return "trash" if job.is_trashed else job.state


class Planning(Operating):
    """The rules of plans and operations."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.plan_numbers = count()

    def is_any(self, *states: str) -> bool:
        """Whether there is a plan or operation in one of these states."""
        return bool(self.plans_in(*states))

    def plans_in(self, *states: str) -> list[Plan]:
        """The plans and operations in these states."""
        return [plan for plan in self.queue.plans.known.values() if plan.state in states]

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), action=ACTIONS, twice=st.booleans())
    def plan_runs(self, data: st.DataObject, action: Action, twice: bool) -> None:  # noqa: FBT001 - drawn by name
        """Runs that somebody named, each in the state in which it was seen, in one call or two."""
        draft = c.Draft(f"p{next(self.plan_numbers)}", action, action, "some")
        will = self.do_freeze(draft, 0, [self._draw_seen(data) for _ in range(data.draw(st.integers(1, 4)))])
        if twice:
            self.do_freeze(draft, will, [self._draw_seen(data)])

    @precondition(lambda self: self.queue.jobs)
    @rule(data=st.data())
    def operate(self, data: st.DataObject) -> None:
        """What fits a job is planned for it and others, and applied."""
        action = FITS[_what(data.draw(st.sampled_from(list(self.queue.jobs.values()))))]
        jobs = [job for job in self.queue.jobs.values() if FITS[_what(job)] == action]
        draft = c.Draft(f"p{next(self.plan_numbers)}", action, action, "some")
        will = self.do_freeze(draft, 0, [(job.id, job.run, job.state) for job in jobs])
        self.do_begin(draft.id, will)

    def _draw_seen(self, data: st.DataObject) -> Seen:
        job_id, run = self.draw_run(data)
        job = self.queue.jobs.get(job_id)
        claimed = data.draw(STATES)
        return job_id, run, claimed if job is None or data.draw(st.integers(0, 5)) == 0 else job.state

    def do_freeze(self, draft: c.Draft, will: int, jobs: Sequence[Seen] = ()) -> int:
        """The call; how many jobs are in the plan now."""
        call = c.freeze(self.rig.keys, self.now_us, draft, will, jobs)
        found = self.send("freeze", call, lambda: expect.freeze(self.queue, self.now_us, draft, will, jobs, 0))
        return found.will

    @precondition(lambda self: self.lists())
    @rule(data=st.data(), action=ACTIONS)
    def plan_list(self, data: st.DataObject, action: Action) -> None:
        """All jobs of a list, whether the action fits them or not; now and then of one that is empty."""
        listed: Listed = data.draw(st.sampled_from([*self.lists(), *self.lists(), "failed"]))
        draft = c.Draft(f"p{next(self.plan_numbers)}", action, action, f"all {listed}")
        call = c.gather(self.rig.keys, self.now_us, draft, 0, c.Scan(listed))
        self.send("gather", call, lambda: expect.gather(self.queue, self.now_us, draft, 0, listed))

    def lists(self) -> list[Listed]:
        """The sorted lists that hold something."""
        ends = self.queue.ends
        lists: dict[Listed, dict[str, int]] = {
            "failed": ends["failed"],
            "completed": ends["completed"],
            "cancelled": ends["cancelled"],
            "delayed": self.queue.delayed,
            "trash": self.queue.trash,
        }
        return [listed for listed, index in lists.items() if index]

    @precondition(lambda self: self.is_any("running", "done", "stopped", "undone"))
    @rule(data=st.data())
    def plan_undo(self, data: st.DataObject) -> None:
        """What an operation has changed, to be taken back."""
        plan = data.draw(st.sampled_from(self.plans_in("running", "done", "stopped", "undone")))
        deed = BACK.get(plan.deed)
        if deed is not None:
            self.do_freeze(c.Draft(f"p{next(self.plan_numbers)}", "undo", deed, "undo", plan.id), 0)

    @precondition(lambda self: self.is_any("planned"))
    @rule(data=st.data(), more=st.sampled_from([0, 0, 0, 1]))
    def apply(self, data: st.DataObject, more: int) -> None:
        """A plan is applied, with its number of jobs or another."""
        planned = self.plans_in("planned")
        plan = data.draw(st.sampled_from([plan for plan in planned if plan.jobs] or planned))
        self.do_begin(plan.id, len(plan.jobs) + more)

    def do_begin(self, plan_id: str, confirm: int) -> None:
        """The call, now or once more."""
        entry = c.Entry("", ACTOR, reason="why")
        call = c.begin(self.rig.keys, self.now_us, plan_id, confirm, ACTOR, "why", 200)
        begun = self.send(
            "begin", call, lambda: expect.begin(self.queue, self.now_us, plan_id, confirm, entry, 200),
            refusals=("expired", "other_count"),
        )  # fmt: skip
        self.count(f"begin: {begun.answer}")
        self.remember(lambda: self.do_begin(plan_id, confirm))

    @precondition(lambda self: self.queue.plans.known)
    @rule(data=st.data(), driver=DRIVERS, size=st.integers(1, 3), per_s=st.sampled_from([None, None, 5.0]))
    def hand_out(self, data: st.DataObject, driver: str, size: int, per_s: float | None) -> None:
        """A driver asks for the next batch of an operation, and may fall silent then."""
        under_way = self.plans_in("running") or list(self.queue.plans.known.values())
        self.do_hand_out(data.draw(st.sampled_from(under_way)).id, driver, size, per_s)

    @rule(driver=DRIVERS, ms=st.sampled_from([0, 5_000]))
    def take_over(self, driver: str, ms: int) -> None:
        """A worker looks for an operation that is silent."""
        self.pass_ms(ms)
        self.do_hand_out("", driver, 2, None)
        self.last = None  # sent again, it would find another one, or none

    @precondition(lambda self: self.is_any("running"))
    @rule(data=st.data(), driver=DRIVERS, size=st.integers(1, 3), do=st.booleans())
    def carry_on(self, data: st.DataObject, driver: str, size: int, do: bool) -> None:  # noqa: FBT001 - drawn by name
        """A driver does the next batch of an operation, if it is given one."""
        plan = data.draw(st.sampled_from(self.plans_in("running")))
        if self.do_hand_out(plan.id, driver, size, None).answer == "ok":
            self._count(data, plan, late=False, do=do)

    def do_hand_out(self, operation: str, driver: str, size: int, per_s: float | None) -> c.Batch:
        """The call."""
        call = c.next_batch(self.rig.keys, self.now_us, operation, driver, size, per_s)
        batch = self.send(
            "next_batch",
            call,
            lambda: expect.next_batch(self.queue, self.now_us, operation, driver, size, per_s),
        )
        self.count(f"next_batch {'of one' if operation else 'of any'}: {batch.answer}")
        return batch

    @precondition(lambda self: any(plan.batch is not None for plan in self.queue.plans.known.values()))
    @rule(data=st.data(), late=st.sampled_from([False, False, False, True]), do=st.booleans())
    def count_batch(self, data: st.DataObject, late: bool, do: bool) -> None:  # noqa: FBT001 - drawn by name
        """A driver has done its batch, or says so; a late one names a cursor that is passed, or not reached."""
        opened = [plan for plan in self.queue.plans.known.values() if plan.batch is not None]
        self._count(data, data.draw(st.sampled_from(opened)), late=late, do=do)

    def _count(self, data: st.DataObject, plan: Plan, *, late: bool, do: bool) -> None:
        marks = zip(plan.jobs, plan.batch or "", strict=False)
        runs = [(job_id, run) for (job_id, run, _), mark in marks if mark == "1"]
        if do and runs:
            self._do(plan.deed, runs)
        self.do_advance(plan.id, plan.cursor + late, [data.draw(st.integers(0, 3)) > 0 for _ in runs])

    def _do(self, deed: str, runs: Sequence[tuple[str, int]]) -> None:
        match deed:
            case "retry":
                self.do_restart("requeue", runs)
            case "promote":
                self.do_restart("promote", runs)
            case "cancel":
                self.do_cancel(*runs[0])
            case "trash" | "restore" | "delete":
                self.do_trash(deed, runs)
            case "unretry":
                self.do_revert("requeue", runs)
            case "uncancel":
                self.do_revert("cancel", runs)
            case _:
                self.do_revert("promote", runs)

    def do_advance(self, operation: str, cursor: int, changed: Sequence[bool]) -> None:
        """The call, now or once more."""
        call = c.advance(self.rig.keys, self.now_us, operation, cursor, changed)
        self.send("advance", call, lambda: expect.advance(self.queue, self.now_us, operation, cursor, changed))
        self.remember(lambda: self.do_advance(operation, cursor, changed))

    @precondition(lambda self: self.queue.plans.known)
    @rule(data=st.data(), sure=st.sampled_from([False, False, True]))
    def stop_operation(self, data: st.DataObject, sure: bool) -> None:  # noqa: FBT001 - drawn by name
        """An operation is stopped, in whatever state it is."""
        plan = data.draw(st.sampled_from(list(self.queue.plans.known.values())))
        if sure or plan.state != "running":
            self.do_stop(plan.id)

    def do_stop(self, operation: str) -> None:
        """The call."""
        call = c.stop(self.rig.keys, self.now_us, operation, ACTOR, "enough")
        self.send("stop", call, lambda: expect.stop(self.queue, self.now_us, operation, ACTOR, "enough"))

    @rule(verb=st.sampled_from(["pause", "limit"]))
    def write_book(self, verb: str) -> None:
        """A change that no plan made is told."""
        entry = c.Entry(verb, ACTOR, "a", "why", "1 -> 2")
        self.send("book", c.book(self.rig.keys, entry), lambda: expect.book(self.queue, entry))
        self.last = None  # sent again, it is told twice

    def stop_all(self) -> None:
        """No operation is under way."""
        for plan in self.plans_in("running"):
            self.do_stop(plan.id)
