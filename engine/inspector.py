"""The operator's hands: one job or a million by plan and operation, and queues; each change is in the book."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Sequence
from typing import Literal, TypeVar, Unpack

from engine.clock import Clock
from engine.errors import SettingError
from engine.journal import tell
from engine.operations import (
    LIMITS,
    Carrier,
    LimitSettings,
    Planner,
    acting_here,
    before_and_after,
    check_pace,
    limit_texts,
    will_wait,
    with_warnings,
)
from engine.registry import Queue
from engine.streams import Call, Store
from engine.streams.commands import (
    MAX_BATCH,
    PRUNED,
    Entry,
    Requeued,
    book,
    cancel,
    pause,
    promote,
    prune,
    requeue,
    set_limits,
    stop,
)
from engine.types import CancelAnswer, JobLine, Keep, State
from engine.viewer import Viewer
from engine.views import Action, Actor, Chosen, JobDetail, Matching, Operation, Plan
from engine.why import beating

__all__ = ["LIMITS", "Inspector", "LimitSettings", "PromoteAnswer", "RequeueAnswer"]

R = TypeVar("R")
RequeueAnswer = Literal["requeued", "not_failed", "unknown"]
PromoteAnswer = Literal["promoted", "not_delayed", "unknown"]


class Inspector(Viewer):
    """Reads and operates an app's queues; made by `App.inspect`."""

    def __init__(
        self, queues: dict[str, Queue], store: Store, prefix: str, clock: Clock, actor: Actor | None = None
    ) -> None:
        super().__init__(queues, store, prefix, clock)
        self._actor = actor or acting_here()

    @property
    def actor(self) -> Actor:
        """Who acts: what the book says of each change."""
        return self._actor

    # ------------------------------------------------------------------------------------------ plans and operations

    async def plan(self, queue: str, action: Action, on: Chosen | Matching) -> Plan:
        """What the action would do, on a set that is frozen for ten minutes; changes nothing."""
        planner = self._planner(queue)
        plan = await (planner.plan_chosen(action, on) if isinstance(on, Chosen) else planner.plan_matching(action, on))
        return await self._warned(plan) if will_wait(action) else plan

    async def undo(self, operation: Operation) -> Plan:
        """What taking it back would do: jobs that have started since are skipped; apply it as any plan.

        SettingError if it is under way, or cannot be taken back any more.
        """
        plan = await self._planner(operation.queue).plan_undo(operation)
        return await self._warned(plan) if will_wait(f"undo {operation.action}") else plan

    async def apply(self, plan: Plan, confirm: int, reason: str = "") -> Operation:
        """The plan is an operation now; SettingError if `confirm` is not its number of jobs, or it has expired.

        Who applied it carries it out; if nobody does, any worker of the queue begins after 5 s, at 200 jobs a second.
        """
        return await self._planner(plan.queue).apply(plan, confirm, self._actor, reason)

    async def carry_out(self, operation: Operation, per_s: float = 200.0) -> AsyncGenerator[Operation]:
        """Does the operation's batches and tells of each, to its end; workers do the rest if this is left early.

        `per_s` is 0 (as fast as it goes) or at least 1. While somebody else does them, it tells how far they are.
        """
        check_pace(per_s)
        queue = self._find(operation.queue)
        carrier = Carrier(queue, self._keys(queue.name), self._store, self._clock, f"~{secrets.token_hex(4)}")
        async for progress in carrier.carry(operation.id, per_s):
            yield progress

    async def stop(self, operation: Operation) -> Operation:
        """No further batch is begun; SettingError if nothing is known of it any more."""
        keys = self._keys(operation.queue)
        call = stop(keys, self._clock.now_us(), operation.id, self._actor, "")
        stopped = await self._store.run(call)
        if stopped is None:
            raise SettingError(f"queue {operation.queue} has no operation {operation.id}, or no more")
        return stopped

    def _planner(self, queue: str) -> Planner:
        return Planner(self._keys(queue), self._store, self._clock)

    async def _warned(self, plan: Plan) -> Plan:
        limits, workers, now_ms = await asyncio.gather(self.limits(plan.queue), self.workers(), self.now_ms())
        at_work = beating([worker for worker in workers if plan.queue in worker.queues], now_ms)
        return with_warnings(plan, paused=limits.paused, workers=len(at_work))

    # ------------------------------------------------------------------------------------------ one job at once

    async def requeue(self, queue: str, job_id: str, reason: str = "") -> RequeueAnswer:
        """The failed or cancelled job waits again as a new run, with all its attempts and its earlier trail."""
        status = await self.show(queue, job_id)
        if status is None:
            return "unknown"
        entry = Entry("retry", self._actor, job_id, reason)
        [answer] = await self._requeue(queue, entry, [(job_id, status.run)])
        return {"ok": "requeued", "not": "not_failed", "unknown": "unknown"}[answer.answer]  # type: ignore[return-value]

    async def requeue_many(self, queue: str, jobs: Sequence[JobLine], reason: str = "") -> int:
        """Those of the listed runs that are still failed or cancelled wait again; how many do."""
        answers: list[Requeued] = []
        for i in range(0, len(jobs), MAX_BATCH):
            page = [(job.id, job.run) for job in jobs[i : i + MAX_BATCH]]
            entry = Entry("retry", self._actor, "", reason, f"{len(page)} jobs, {page[0][0]} to {page[-1][0]}")
            answers += await self._requeue(queue, entry, page)
        return sum(answer.answer == "ok" for answer in answers)

    async def _requeue(self, queue: str, entry: Entry, runs: Sequence[tuple[str, int]]) -> Sequence[Requeued]:
        ttl_s = self._find(queue).options.tenant_ttl_s
        call = requeue(self._keys(queue), self._clock.now_us(), ttl_s, runs)
        answers = await self._change(queue, entry, call)
        for (job_id, _), answer in zip(runs, answers, strict=True):
            if answer.answer == "ok":
                tell("requeue", queue, job_id)
        return answers

    async def promote(self, queue: str, job_id: str, reason: str = "") -> PromoteAnswer:
        """The delayed job waits no longer for its time."""
        status = await self.show(queue, job_id)
        if status is None:
            return "unknown"
        if status.state is not State.DELAYED:
            return "not_delayed"
        call = promote(self._keys(queue), self._clock.now_us(), [(job_id, status.run)])
        [answer] = await self._change(queue, Entry("promote", self._actor, job_id, reason), call)
        if answer.answer == "ok":
            tell("promote", queue, job_id)
        return {"ok": "promoted", "not": "not_delayed", "unknown": "unknown"}[answer.answer]  # type: ignore[return-value]

    async def cancel(self, queue: str, job_id: str, reason: str = "") -> CancelAnswer:
        """`cancelled`, `requested` (it runs: it is told), `not_cancellable` (it ended) or `unknown`."""
        status = await self.show(queue, job_id)
        if status is None:
            return "unknown"
        call = cancel(self._keys(queue), self._clock.now_us(), job_id, status.run)
        answer = await self._change(queue, Entry("cancel", self._actor, job_id, reason), call)
        if answer == "cancelled":
            tell("cancel", queue, job_id)
        return answer

    async def clean(
        self, queue: str, age_s: float, states: Sequence[State] = PRUNED, reason: str = ""
    ) -> dict[State, int]:
        """Jobs of these ended states that ended longer than `age_s` ago are gone, record and trail; how many of each.

        Works in batches, so that no call holds up the server.
        """
        if not 0 <= age_s < 10**10:
            raise SettingError(f"the age must be 0 s or more and finite, not {age_s}")
        live = [state for state in states if state not in PRUNED]
        if live:
            raise SettingError(f"only ended jobs can be cleaned, not {live[0]}: choose {', '.join(PRUNED)}")
        total = dict.fromkeys(states, 0)
        keep = {state: Keep(age_s) for state in states}
        said = f"{', '.join(sorted(states))} that ended {age_s:g} s ago or earlier"
        await self._store.run(book(self._keys(queue), Entry("clean", self._actor, "", reason, said)))
        while True:
            pruned = (await self._store.run(prune(self._keys(queue), self._clock.now_us(), keep))).ended
            for state in total:
                total[state] += pruned[state]
            if max(pruned.values()) < MAX_BATCH:
                return total

    async def reveal(self, queue: str, job_id: str, reason: str = "") -> JobDetail | None:
        """The job with its secrets; that somebody looked is written to the book first."""
        await self._store.run(book(self._keys(queue), Entry("reveal", self._actor, job_id, reason)))
        return await self._inquiry.job(self._find(queue), job_id, reveal=True)

    # ------------------------------------------------------------------------------------------ whole queues

    async def pause(self, queue: str, reason: str = "") -> bool:
        """Nothing of the queue is acquired any more; what runs goes on. True if it was not paused."""
        return await self._switch(queue, "pause", reason)

    async def resume(self, queue: str, reason: str = "") -> bool:
        """The queue is acquired again; True if it was paused."""
        return await self._switch(queue, "resume", reason)

    async def _switch(self, queue: str, verb: Literal["pause", "resume"], reason: str) -> bool:
        call = pause(self._keys(queue), paused=verb == "pause")
        changed = await self._change(queue, Entry(verb, self._actor, "", reason), call)
        if changed:
            tell(verb, queue)
        return changed

    async def set_limits(self, queue: str, reason: str = "", **settings: Unpack[LimitSettings]) -> bool:
        """These limits hold from now on, over the configured ones and also for workers that start later.

        The shared ones hold for all queues of the slot. None takes back what was set. A rate brings its burst with it,
        unless one is given beside it: a tenth of a second's worth, at least 1. True if something changed.
        """
        texts = limit_texts(settings)
        own = {name: text for name, text in texts.items() if not name.startswith("shared_")}
        shared = {name: text for name, text in texts.items() if name.startswith("shared_")}
        slot = self._find(queue).slot
        changed = False
        for name, other in self._queues.items():
            values = {**shared, **own} if name == queue else shared if other.slot == slot else {}
            if values:
                entry = Entry("limit", self._actor, "", reason, before_and_after(await self.limits(name), values))
                changed = await self._change(name, entry, set_limits(self._keys(name), values)) or changed
        return changed

    async def reset_limits(self, queue: str, reason: str = "") -> bool:
        """The configured limits hold again; True if others had been set."""
        return await self.set_limits(queue, reason, **LimitSettings(**dict.fromkeys(LIMITS)))  # type: ignore[typeddict-item]

    async def _change(self, queue: str, entry: Entry, call: Call[R]) -> R:
        """What the call answers; the book has the entry first, in the same pipeline."""
        written = self._store.submit(book(self._keys(queue), entry))
        _, answer = await asyncio.gather(written, self._store.submit(call))
        return answer
