"""An engine in memory, with the answers of the real one: what `--demo` and the tests of screens look at and act on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from typing import Unpack

import msgspec

from admin_tui.demo import limits, looks, pages
from admin_tui.demo.book import Book, Entry
from admin_tui.demo.matching import matcher
from admin_tui.demo.operate import Seen
from admin_tui.demo.operations import BATCH, Operations
from admin_tui.demo.queue import FakeQueue
from admin_tui.demo.record import Record
from admin_tui.demo.secrets import hidden, hidden_log
from admin_tui.demo.why import alive, explain_job, explain_nobody, explain_queue, look_around, sentence
from engine import (
    Action,
    Actor,
    AuditPage,
    Chosen,
    Clock,
    ErrorGroup,
    Explanation,
    Hits,
    JobDetail,
    LimitSettings,
    Listed,
    LogPage,
    Matching,
    Operation,
    Plan,
    ServerView,
    SettingError,
    Snapshot,
    UnknownQueue,
    Waiters,
    Window,
    WorkerInfo,
)

ME = Actor("demo", "here", "admin_tui")
SERVER = ServerView(
    version="demo", used_memory=0, max_memory=0, policy="noeviction", persistence="none", evicted=0, clients=1
)
_SILENT_MS = 5_000
_MOST_MINUTES = 250
_MOST_ID_BYTES = 512


class FakeEngine:
    """Eyes and hands over queues in memory; `queues` and `workers` may be changed by whoever plays the world.

    `clock.now_us` is the server's time. `before` is called at the beginning of every call: a world moves on by it.
    """

    def __init__(
        self,
        clock: Clock,
        rng: random.Random,
        queues: Iterable[FakeQueue] = (),
        *,
        actor: Actor = ME,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.clock, self.rng, self._actor, self._sleep = clock, rng, actor, sleep
        self.queues = {queue.name: queue for queue in queues}
        self.workers: dict[str, WorkerInfo] = {}
        self.server: ServerView | None = SERVER
        self.before: Callable[[], None] = self.sweep
        self.book = Book()
        self._operations = Operations(self.queues, lambda: self.now_ms, self._warnings)

    @property
    def now_ms(self) -> int:
        return self.clock.now_us() // 1000

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self._actor

    # ---------------------------------------------------------------------------------------------- eyes

    async def snapshot(self, minutes: int = 30) -> Snapshot:
        """All queues, workers and the server at one moment."""
        self.before()
        _check("minutes", minutes, _MOST_MINUTES)
        now_us = self.clock.now_us()
        return Snapshot(
            at_ms=now_us // 1000,
            queues=[looks.queue_view(queue, now_us, minutes) for queue in self.queues.values()],
            workers=sorted(self.workers.values(), key=lambda worker: (worker.started, worker.consumer)),
            server=self.server,
        )

    async def window(
        self, queue: str, listed: Listed, size: int, *, rank: int | None = None, above: str = "", below: str = ""
    ) -> Window:
        """Up to `size` rows of a list."""
        self.before()
        return pages.window(self._find(queue), listed, size, rank=rank, above=above, below=below)

    async def search(self, queue: str, where: Matching, after: str | None = None, looked: int = 250) -> Hits:
        """The hits among the next `looked` jobs."""
        self.before()
        found = self._find(queue)
        return pages.search(found, where.listed, self._matcher(where.query), after, looked)

    async def job(self, queue: str, job_id: str) -> JobDetail | None:
        """The job, without its secrets."""
        self.before()
        return self._detail(queue, job_id, reveal=False)

    async def log(self, queue: str, job_id: str, after: str = "", limit: int = 250) -> LogPage:
        """Log lines behind `after`, or the newest ones."""
        self.before()
        return hidden_log(pages.log(self._find(queue).find(_checked_id(job_id)), after, limit))

    async def groups(self, queue: str, minutes: int = 30) -> Sequence[ErrorGroup]:
        """The queue's failures by fingerprint."""
        self.before()
        found = self._find(queue)
        _check("minutes", minutes, _MOST_MINUTES)
        return looks.groups(found, self.clock.now_us(), minutes)

    async def waiters(self, queue: str) -> Waiters:
        """Whose jobs wait first."""
        self.before()
        return looks.waiters(self._find(queue))

    async def explain(self, queue: str, job_id: str | None = None) -> Explanation:
        """Why the job, or the queue's next one, does not run."""
        self.before()
        found = self._find(queue)
        around = look_around(found, self.workers.values(), self.clock.now_us())
        if job_id is None:
            return explain_queue(around)
        record = found.find(_checked_id(job_id))
        return explain_nobody(queue, job_id) if record is None else explain_job(found, around, record)

    async def audit(self, before: str | None = None, limit: int = 50, queue: str | None = None) -> AuditPage:
        """Changes, newest first, each operation as far as it is now."""
        self.before()
        if queue is not None:
            self._find(queue)
        page = self.book.page(before, limit, queue)
        entries = [
            msgspec.structs.replace(entry, operation=self._operations.running[entry.operation.id].told)
            if entry.operation is not None
            else entry
            for entry in page.entries
        ]
        return AuditPage(entries, page.before)

    async def operation(self, queue: str, operation_id: str) -> Operation | None:
        """How far an operation is."""
        self.before()
        self._find(queue)
        run = self._operations.running.get(operation_id)
        return run.told if run is not None and run.told.queue == queue else None

    # --------------------------------------------------------------------------------------------- hands

    async def plan(self, queue: str, action: Action, on: Chosen | Matching) -> Plan:
        """What the action would do, on a frozen set."""
        self.before()
        found = self._find(queue)
        return self._operations.plan(found, action, on, self._meant(found, on))

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
        return self._operations.undo(operation.id)

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

    # -------------------------------------------------------------------------------------------- inside

    def _find(self, queue: str) -> FakeQueue:
        found = self.queues.get(queue)
        if found is None:
            raise UnknownQueue(f"no queue {queue!r}: the queues are {', '.join(self.queues)}")
        return found

    def _detail(self, queue: str, job_id: str, *, reveal: bool) -> JobDetail | None:
        found = self._find(queue)
        record = found.find(_checked_id(job_id))
        if record is None:
            return None
        around = look_around(found, self.workers.values(), self.clock.now_us())
        detail = looks.detail(found, record, sentence(found, around, record))
        return detail if reveal else hidden(detail)

    def _meant(self, queue: FakeQueue, on: Chosen | Matching) -> list[Seen]:
        if isinstance(on, Chosen):
            return [(line.id, line.run, line.state) for line in on.jobs]
        matches = self._matcher(on.query)
        rows = pages.Rows(queue, on.listed)
        records = rows.records(rows.page(0, len(rows)))
        return [(record.id, record.run, record.state) for record in records if matches(record)]

    def _matcher(self, query: str) -> Callable[[Record], bool]:
        return matcher(query, self.now_ms)

    def _pause(self, queue: str, reason: str, *, paused: bool) -> bool:
        self.before()
        found = self._find(queue)
        changed = found.paused is not paused
        found.paused = paused
        if changed:
            entry = Entry(queue, "pause" if paused else "resume", self._actor, reason=reason)
            self.book.write(self.now_ms, entry)
        return changed

    def _warnings(self, queue: str) -> list[str]:
        """Why nothing will come yet of jobs that wait."""
        said = [] if alive(self.workers.values(), queue, self.now_ms) else [f"{queue} has no workers"]
        said += [f"{queue} is paused"] if self.queues[queue].paused else []
        return [f"{each}: the jobs will only wait" for each in said]

    def sweep(self) -> None:
        """What any worker's sweeper does for operations that their driver has left."""
        self._operations.take_over(_SILENT_MS)


def _checked_id(job_id: str) -> str:
    if not 1 <= len(job_id.encode(errors="replace")) <= _MOST_ID_BYTES:
        raise SettingError(f"job id {job_id[:50]!a}: use a text of 1 to {_MOST_ID_BYTES} bytes")
    return job_id


def _check(name: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise SettingError(f"{name} must be between 1 and {most}, not {number}")
