"""An engine in memory, with the answers of the real one: what `--demo` and the tests of screens look at and act on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import Unpack

from admin_tui.demo import limits, looks, pages
from admin_tui.demo.book import Entry
from admin_tui.demo.eyes import FakeEyes
from admin_tui.demo.matching import matcher
from admin_tui.demo.operate import Seen
from admin_tui.demo.operations import BATCH
from admin_tui.demo.queue import FakeQueue
from engine import (
    Action,
    Actor,
    Chosen,
    Clock,
    JobDetail,
    LimitSettings,
    Matching,
    Operation,
    Plan,
    SettingError,
)

ME = Actor("demo", "here", "admin_tui")
_AT_ONCE = 250


class FakeEngine(FakeEyes):
    """Changes queues in memory too; `sleep` is how long an operation waits between two batches."""

    def __init__(
        self,
        clock: Clock,
        queues: Iterable[FakeQueue] = (),
        *,
        actor: Actor = ME,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(clock, queues)
        self._actor, self._sleep = actor, sleep

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self._actor

    async def plan(self, queue: str, action: Action, on: Chosen | Matching) -> Plan:
        """What the action would do, on a frozen set."""
        self.before()
        found = self._find(queue)
        return await self._operations.plan(found, action, on, await self._meant(found, on))

    async def apply(self, plan: Plan, confirm: int, reason: str = "") -> Operation:
        """The plan is an operation now."""
        self.before()
        known = plan.id in self._operations.running
        operation = self._operations.apply(plan, confirm, self._actor, reason)
        if not known:
            entry = Entry(plan.queue, plan.action, self._actor, plan.selection, reason, operation=operation)
            self.book.write(self.now_ms, entry)
        return operation

    async def carry_out(self, operation: Operation, per_s: float = 200.0) -> AsyncGenerator[Operation]:
        """Does the batches and tells of each."""
        if not (per_s == 0 or 1 <= per_s < float("inf")):
            raise SettingError(f"a pace must be 0 (as fast as it goes) or at least 1 job a second, not {per_s:g}")
        while operation.id in self._operations.running:
            self.before()
            now = self._operations.step(operation.id)
            yield now
            if now.state != "running":
                return
            await self._sleep(BATCH / per_s if per_s else 0)

    async def stop(self, operation: Operation) -> Operation:
        """No further batch is begun."""
        self.before()
        known = self._operations.running.get(operation.id)
        if known is None:
            raise SettingError(f"queue {operation.queue} has no operation {operation.id}, or no more")
        was = known.told.state
        stopped = self._operations.stop(operation.id)
        if was == "running":
            entry = Entry(stopped.queue, "stop", self._actor, stopped.selection, operation=stopped)
            self.book.write(self.now_ms, entry)
        return stopped

    async def undo(self, operation: Operation) -> Plan:
        """What taking it back would do."""
        self.before()
        return await self._operations.undo(operation.id)

    async def pause(self, queue: str, reason: str = "") -> bool:
        """Nothing of the queue is started any more."""
        return self._pause(queue, reason, paused=True)

    async def resume(self, queue: str, reason: str = "") -> bool:
        """The queue is worked again."""
        return self._pause(queue, reason, paused=False)

    async def set_limits(self, queue: str, reason: str = "", **settings: Unpack[LimitSettings]) -> bool:
        """These limits hold from now on."""
        self.before()
        found = self._find(queue)
        before = looks.limits_view(found, self.clock.now_us())
        changed = limits.change(found.set, settings)
        if changed:
            detail = limits.before_and_after(before, looks.limits_view(found, self.clock.now_us()), settings)
            self.book.write(self.now_ms, Entry(queue, "limit", self._actor, reason=reason, detail=detail))
        return changed

    async def reveal(self, queue: str, job_id: str, reason: str = "") -> JobDetail | None:
        """The job with its secrets; the book says who looked."""
        self.before()
        found = self._detail(queue, job_id, reveal=True)
        self.book.write(self.now_ms, Entry(queue, "reveal", self._actor, job_id, reason))
        return found

    async def _meant(self, queue: FakeQueue, on: Chosen | Matching) -> list[Seen]:
        if isinstance(on, Chosen):
            return [(line.id, line.run, line.state) for line in on.jobs]
        matches, rows = matcher(on.query, self.now_ms), pages.Rows(queue, on.listed)
        found: list[Seen] = []
        for first in range(0, len(rows), _AT_ONCE):
            records = rows.records(rows.page(first, _AT_ONCE))
            found += [(record.id, record.run, record.state) for record in records if matches(record)]
            await asyncio.sleep(0)  # others have their turn, as while a server is asked
        return found

    def _pause(self, queue: str, reason: str, *, paused: bool) -> bool:
        self.before()
        found = self._find(queue)
        changed = found.paused is not paused
        found.paused = paused
        if changed:
            entry = Entry(queue, "pause" if paused else "resume", self._actor, reason=reason)
            self.book.write(self.now_ms, entry)
        return changed
