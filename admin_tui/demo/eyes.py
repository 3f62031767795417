"""The fake's eyes: what the admin sees of queues in memory, with the answers of the real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from admin_tui.demo import looks, pages
from admin_tui.demo.book import Book
from admin_tui.demo.matching import matcher
from admin_tui.demo.operations import Operations
from admin_tui.demo.queue import FakeQueue
from admin_tui.demo.secrets import hidden, hidden_log
from admin_tui.demo.why import alive, explain_job, explain_nobody, explain_queue, look_around, sentence
from engine import (
    AuditPage,
    Clock,
    ErrorGroup,
    Explanation,
    Hits,
    JobDetail,
    Listed,
    LogPage,
    Matching,
    Operation,
    ServerView,
    SettingError,
    Snapshot,
    UnknownQueue,
    Waiters,
    Window,
    WorkerInfo,
)

SERVER = ServerView(
    version="demo", used_memory=0, max_memory=0, policy="noeviction", persistence="none", evicted=0, clients=1
)
_SILENT_MS = 5_000
_MOST_MINUTES = 250
_MOST_ID_BYTES = 512


class FakeEyes:
    """Reads queues in memory; `queues` and `workers` may be changed by whoever plays the world.

    `clock.now_us` is the server's time. `before` is called at the beginning of every call: a world moves on by it.
    """

    def __init__(self, clock: Clock, queues: Iterable[FakeQueue] = ()) -> None:
        self.clock = clock
        self.queues = {queue.name: queue for queue in queues}
        self.workers: dict[str, WorkerInfo] = {}
        self.server: ServerView | None = SERVER
        self.before: Callable[[], None] = self.sweep
        self.book = Book()
        self._operations = Operations(self.queues, lambda: self.now_ms, self._warnings)

    @property
    def now_ms(self) -> int:
        return self.clock.now_us() // 1000

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
        return pages.search(found, where.listed, matcher(where.query, self.now_ms), after, looked)

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

    def sweep(self) -> None:
        """What any worker's sweeper does for operations that their driver has left."""
        self._operations.take_over(_SILENT_MS)

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

    def _warnings(self, queue: str) -> list[str]:
        """Why nothing will come yet of jobs that wait."""
        said = [] if alive(self.workers.values(), queue, self.now_ms) else [f"{queue} has no workers"]
        said += [f"{queue} is paused"] if self.queues[queue].paused else []
        return [f"{each}: the jobs will only wait" for each in said]


def _checked_id(job_id: str) -> str:
    if not 1 <= len(job_id.encode(errors="replace")) <= _MOST_ID_BYTES:
        raise SettingError(f"job id {job_id[:50]!a}: use a text of 1 to {_MOST_ID_BYTES} bytes")
    return job_id


def _check(name: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise SettingError(f"{name} must be between 1 and {most}, not {number}")
