"""The operator's eyes: what is where, how fast it goes, and why something does not. Nothing here changes anything."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence

import msgspec

from engine.clock import Clock
from engine.errors import SettingError
from engine.inquiry import Inquiry
from engine.listing import SEARCHED, Lists, place_of
from engine.operations import Records
from engine.registry import Queue, find_queue
from engine.snapshots import Snapshots
from engine.streams import Keys, Registry, Store
from engine.streams.commands import MAX_BATCH
from engine.streams.events import decode_events
from engine.streams.keys import check_id
from engine.streams.reads import counts, follow, limits, show, stats
from engine.types import JobLine, JobStatus, QueueCounts, State, WorkerInfo
from engine.views import (
    AuditPage,
    ErrorGroup,
    EventPage,
    Explanation,
    Hits,
    JobDetail,
    JobPage,
    LimitsView,
    Listed,
    LogPage,
    Matching,
    MinuteStats,
    Operation,
    Snapshot,
    Waiters,
    Window,
)
from engine.workers import Workers

_EVENT = re.compile(r"\d{1,15}(-\d{1,15})?\Z")
_MOST_MINUTES = 2_880
"""Statistics are kept for 48 h."""


class Viewer:
    """Reads an app's queues; made by `App.inspect`, which gives an `Inspector`."""

    def __init__(self, queues: dict[str, Queue], store: Store, prefix: str, clock: Clock) -> None:
        self._queues, self._store, self._prefix, self._clock = queues, store, prefix, clock
        self._workers = Workers(store, Registry(prefix))
        self._records = Records(store, {name: self._keys(name) for name in queues})
        self._inquiry = Inquiry(store, prefix, clock, self._workers)
        self._lists = Lists(store, clock)
        self._snapshots = Snapshots(list(queues.values()), store, prefix, clock)

    async def snapshot(self, minutes: int = 30) -> Snapshot:
        """All queues, workers and the server at one moment, in one round trip; in two where a worker is new."""
        return await self._snapshots.take(minutes)

    async def counts(self, queue: str) -> QueueCounts:
        """How many jobs of the queue are in each state; ended ones within their retention."""
        keep = self._find(queue).options
        return await self._store.run(
            counts(self._keys(queue), self._clock.now_us(), keep.keep_completed, keep.keep_failed)
        )

    async def list(self, queue: str, state: State, limit: int = 50, after: str | None = None) -> JobPage:
        """Up to `limit` jobs of one state behind `after`: ended ones newest first, others in running order.

        A job that stays where it is comes exactly once, however many come and go between two pages.
        """
        return await self._lists.page(self._keys(queue), state, limit, after)

    async def window(
        self, queue: str, listed: Listed, size: int, *, rank: int | None = None, above: str = "", below: str = ""
    ) -> Window:
        """Up to `size` rows: from row `rank` on, or those next to a cursor of another window, or the first ones.

        Ended jobs and the trash come newest first, delayed ones by due time, the others in running order.
        """
        return await self._lists.window(self._keys(queue), listed, size, place_of(rank, above, below))

    async def search(self, queue: str, where: Matching, after: str | None = None, looked: int = SEARCHED) -> Hits:
        """One step of a search: the hits among the next `looked` jobs; SettingError for a query that cannot be read.

        Fewer jobs are looked at in one step where their payloads are large.
        """
        return await self._lists.search(self._keys(queue), where, after, looked)

    async def jobs(self, queue: str, state: State) -> AsyncGenerator[JobLine]:
        """Every job of one state, page by page."""
        after: str | None = None
        while True:
            page = await self.list(queue, state, MAX_BATCH, after)
            for job in page.jobs:
                yield job
            after = page.after
            if after is None:
                return

    async def recent(self, queue: str, tenant: str, limit: int = 20) -> Sequence[JobLine]:
        """A tenant's newest jobs in any state, newest first; those that are pruned are passed over."""
        return await self._lists.recent(self._keys(queue), tenant, limit)

    async def show(self, queue: str, job_id: str) -> JobStatus | None:
        """Everything known of a job's current run; None if there is no record of it."""
        return await self._store.run(show(self._keys(queue), check_id(job_id)))

    async def follow(self, queue: str, job_id: str, every_s: float = 0.25) -> AsyncGenerator[JobStatus]:
        """The job's status now and after each change, until its run has ended; each with its new log lines only.

        Ends without a status if the job is unknown, and when another run takes its place.
        """
        after, run, before = "", None, None
        while True:
            status, after = await self._store.run(follow(self._keys(queue), check_id(job_id), after))
            if status is None or (run is not None and status.run != run):
                return
            if status != before:
                yield status
            run, before = status.run, msgspec.structs.replace(status, logs=[])
            if status.state.ended:
                return
            await asyncio.sleep(every_s)

    async def events(self, queue: str, after: str = "0-0", limit: int = 100) -> EventPage:
        """What happened behind the event `after`, oldest first: at most `limit` batches, of up to 250 jobs each.

        `after` is the id of an event; 0-0 gives what is still kept (about 10,000 batches), $ what is yet to come.
        """
        key = self._keys(queue).events
        if after == "$":
            newest = await self._store.command("XREVRANGE", key, "+", "-", "COUNT", 1)
            return EventPage([], newest[0][0].decode() if newest else "0-0")
        if not _EVENT.match(after):
            raise SettingError(f"after {after!r}: give the id of an event, as in 1790000000000-0, or 0-0, or $")
        if limit < 1:
            raise SettingError(f"limit must be at least 1, not {limit}")
        # The oldest last: what is trimmed between the two reads is told as a gap rather than not at all.
        entries = await self._store.command("XRANGE", key, f"({after}", "+", "COUNT", limit)
        oldest = await self._store.command("XRANGE", key, "-", "+", "COUNT", 1)
        gap = _order(after) > (0, 0) and (not oldest or _order(oldest[0][0].decode()) > _order(after))
        if entries:
            after = entries[-1][0].decode()
        elif gap:
            after = "0-0"  # nothing is kept: whatever comes is new, and the gap is told once
        return EventPage(decode_events(queue, entries), after, gap)

    async def now_ms(self) -> int:
        """The server's time, by which everything here is stamped."""
        seconds, micros = await self._store.command("TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    async def limits(self, queue: str) -> LimitsView:
        """What decides now whether the queue's jobs may start, and the levels of its token buckets."""
        concurrency = self._find(queue).options.concurrency
        return await self._store.run(limits(self._keys(queue), self._clock.now_us(), concurrency))

    async def stats(self, queue: str, minutes: int = 15) -> Sequence[MinuteStats]:
        """The queue's counters of the newest minutes, newest first, the running one among them; kept for 48 h."""
        if not 1 <= minutes <= _MOST_MINUTES:
            raise SettingError(f"minutes must be between 1 and {_MOST_MINUTES}, not {minutes}")
        found: list[MinuteStats] = []
        for back in range(0, minutes, MAX_BATCH):
            call = stats(self._keys(queue), self._clock.now_us(), min(MAX_BATCH, minutes - back), back)
            page = await self._store.run(call)
            found += page
        return found

    async def workers(self) -> Sequence[WorkerInfo]:
        """The processes whose heartbeat is younger than 30 s, oldest first."""
        return await self._workers.read(self._workers.submit())

    async def why(self, queue: str, job_id: str | None = None) -> str:
        """One sentence: why the job, or the queue's next one, is not running; or what it is doing."""
        return await self._inquiry.why(self._find(queue), job_id)

    async def explain(self, queue: str, job_id: str | None = None) -> Explanation:
        """Why the job, or the queue's next one, does not run: all that must hold, in the engine's order."""
        return await self._inquiry.explain(self._find(queue), job_id)

    async def job(self, queue: str, job_id: str) -> JobDetail | None:
        """The job with its attempts, log and reason, without secrets; None if there is no record of it."""
        return await self._inquiry.job(self._find(queue), job_id, reveal=False)

    async def log(self, queue: str, job_id: str, after: str = "", limit: int = 250) -> LogPage:
        """Log lines behind `after`, without secrets; without it, the newest ones; of earlier runs too."""
        return await self._inquiry.log(self._find(queue), job_id, after, limit)

    async def groups(self, queue: str, minutes: int = 30) -> Sequence[ErrorGroup]:
        """The queue's failures by fingerprint, those with most failed jobs first; at most 1,000."""
        return await self._lists.groups(self._keys(queue), minutes)

    async def waiters(self, queue: str) -> Waiters:
        """Whose jobs wait first, counted among the first thousand."""
        return await self._lists.waiters(self._keys(queue))

    async def audit(self, before: str | None = None, limit: int = 50, queue: str | None = None) -> AuditPage:
        """Changes of all queues, or of one, newest first, behind what another page gave as `before`."""
        return await self._records.audit([self._find(queue).name] if queue else list(self._queues), before, limit)

    async def operation(self, queue: str, operation_id: str) -> Operation | None:
        """How far the operation is; None if there is none of this id, or no more: they are kept for a week."""
        return await self._records.operation(self._find(queue).name, operation_id)

    async def operations(self, queue: str, limit: int = 50) -> Sequence[Operation]:
        """The queue's newest operations, newest first."""
        return await self._records.operations(self._find(queue).name, limit)

    def _find(self, queue: str) -> Queue:
        return find_queue(self._queues, queue)

    def _keys(self, queue: str) -> Keys:
        return Keys(self._prefix, self._find(queue).slot, queue)


def _order(event_id: str) -> tuple[int, int]:
    ms, _, number = event_id.partition("-")
    return int(ms), int(number or 0)
