"""What is known of one job, and why it does not run: read in one go, told without secrets."""

from __future__ import annotations

import asyncio
import re

from engine.clock import Clock
from engine.details import clear_log, detail_of, with_secrets, without_secrets
from engine.errors import SettingError
from engine.explaining import Around, explain_job, explain_nobody, explain_queue, sentence
from engine.registry import Queue
from engine.streams import Keys, Store
from engine.streams.commands import MAX_BATCH
from engine.streams.keys import check_id
from engine.streams.reads import (
    Found,
    counts,
    decode_log,
    detail,
    entry_order,
    limits,
    log_behind,
    newest_log,
    place_of,
    window,
)
from engine.types import State
from engine.views import Explanation, JobDetail, LogPage
from engine.why import beating, no_job
from engine.workers import Workers

_ENTRY = re.compile(r"\d{1,15}-\d{1,15}\Z")


class Inquiry:
    """Asks after jobs; everything about one is read in one round trip, but for its place in the line."""

    def __init__(self, store: Store, prefix: str, clock: Clock, workers: Workers) -> None:
        self._store, self._prefix, self._clock, self._workers = store, prefix, clock, workers

    async def job(self, queue: Queue, job_id: str, *, reveal: bool) -> JobDetail | None:
        """The job, without secrets unless they are to be revealed; None if there is no record of it."""
        found, around = await asyncio.gather(self._find(queue, job_id), self._look_around(queue))
        if found is None:
            return None
        shown = with_secrets(found) if reveal else without_secrets(found)
        job = queue.jobs.get(shown.status.name)
        return detail_of(shown, found, job, sentence(queue, around, shown.status))

    async def why(self, queue: Queue, job_id: str | None) -> str:
        """One sentence: why the job, or the queue's next one, is not running; or what it is doing."""
        if job_id is None:
            return sentence(queue, await self._look_around(queue), None)
        detail = await self.job(queue, job_id, reveal=False)
        return no_job(queue.name, job_id) if detail is None else detail.why

    async def explain(self, queue: Queue, job_id: str | None) -> Explanation:
        """Each thing that must hold for the job, or the queue's next one, to start, and whether it does."""
        if job_id is None:
            return explain_queue(queue, await self._look_around(queue))
        found, around = await asyncio.gather(self._find(queue, job_id), self._look_around(queue))
        if found is None:
            return explain_nobody(queue, job_id)
        return explain_job(queue, around, without_secrets(found).status, await self._ahead(queue, found))

    async def log(self, queue: Queue, job_id: str, after: str, limit: int) -> LogPage:
        """Lines of the job's log behind `after`, or without it the newest ones, without secrets."""
        if not 1 <= limit <= MAX_BATCH:
            raise SettingError(f"limit must be between 1 and {MAX_BATCH}, not {limit}")
        if after and not _ENTRY.match(after):
            raise SettingError(f"after {after!r}: give what another page of the log gave, as in 1790000000000-0")
        keys = self._keys(queue)
        check_id(job_id)
        while True:
            asked = log_behind(keys, job_id, after, limit) if after else newest_log(keys, job_id, limit)
            entries = await self._store.command(*asked)
            lines = decode_log(entries)
            last = max((name.decode() for name, _ in entries), key=entry_order, default=after)
            if lines or not after or len(entries) < limit:
                return LogPage(clear_log(lines), last)
            after = last  # a page of other entries of the trail: the log goes on behind it

    async def _ahead(self, queue: Queue, found: Found) -> int | None:
        place = place_of(found.at) if found.status.state is State.WAITING else None
        if place is None:
            return None
        before = await self._store.run(window(self._keys(queue), "waiting", 1, place))
        return before.first + len(before.rows)

    async def _find(self, queue: Queue, job_id: str) -> Found | None:
        return await self._store.run(detail(self._keys(queue), check_id(job_id)))

    async def _look_around(self, queue: Queue) -> Around:
        keys, now_us, options = self._keys(queue), self._clock.now_us(), queue.options
        found, held, workers = await asyncio.gather(
            self._store.submit(counts(keys, now_us, options.keep_completed, options.keep_failed)),
            self._store.submit(limits(keys, now_us, options.concurrency)),
            self._workers.read(self._workers.submit()),
        )
        mine = [worker for worker in workers if queue.name in worker.queues]
        return Around(found, held, beating(mine, held.at_ms))

    def _keys(self, queue: Queue) -> Keys:
        return Keys(self._prefix, queue.slot, queue.name)
