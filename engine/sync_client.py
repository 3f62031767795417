"""The producer's side without asyncio, for Django, Flask and scripts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from random import Random
from typing import Any, Self, TypeVar

from engine.backoff import full
from engine.clock import Clock
from engine.config import Settings
from engine.errors import Unreachable
from engine.inspector import RequeueAnswer
from engine.journal import tell
from engine.operations import acting_here
from engine.posting import (
    LOOK_S,
    RESEND_S,
    Line,
    Spec,
    batches,
    check_run,
    enqueue_call,
    find_line,
    first_stored,
    not_yet,
    prepare,
    tell_stored,
    to_error,
    unanswered,
)
from engine.registry import Job, Queue
from engine.streams import Call
from engine.streams.commands import Entry, NewJob, Refused, book, cancel, requeue
from engine.streams.keys import check_id
from engine.streams.pool import SyncPool
from engine.streams.reads import Ending, decode_ending, ending, show
from engine.types import CancelAnswer, Enqueued, JobStatus, Json, State

P = TypeVar("P")
R = TypeVar("R")


class SyncClient:
    """Puts jobs into an app's queues from code without an event loop; made by `App.sync_client`.

    One is enough for a process: its threads share up to `connections` of them, and a process forked from it opens its
    own. Each call blocks its thread.
    """

    def __init__(
        self, queues: dict[str, Queue], settings: Settings, connections: int, clock: Clock, random: Random
    ) -> None:
        self._queues, self._prefix = queues, settings.prefix
        self._clock, self._random, self._actor = clock, random, acting_here()
        self._pool = SyncPool(settings.redis_url, connections)
        self._closed = False
        self._sleep: Callable[[float], None] = time.sleep

    def enqueue(self, job: Job[P, Any], payload: P, *, job_id: str | None = None, delay_s: float = 0) -> Enqueued:
        """The job is stored, or a live one of this id is: the ticket says which.

        Raises PayloadError (nothing was sent), QueueFull, StoreFull, or EnqueueUnknown after a minute without an
        answer.
        """
        return self.enqueue_many(job, [Spec(payload, job_id, delay_s)])[0]

    def enqueue_many(self, job: Job[Any, Any], specs: Iterable[Spec]) -> list[Enqueued]:
        """The tickets in order. All payloads are checked before the first is sent; a call carries at most 250.

        QueueFull says how many were stored before the first that was not; none of a later call is sent.
        """
        line = self._find(job.queue)
        new = [prepare(job, line.queue, spec) for spec in specs]
        tickets: list[Enqueued] = []
        for batch in batches(new):
            for each, answer in zip(batch, self._send(line, batch), strict=True):
                if isinstance(answer, Refused):
                    raise first_stored(to_error(line, each.id, answer), len(tickets), len(new))
                tell_stored(line, each, answer)
                tickets.append(answer)
        return tickets

    def status(self, queue: str, job_id: str) -> JobStatus | None:
        """Everything known of a job's current run; None if there is no record of it."""
        return self._pool.run(show(self._find(queue).keys, check_id(job_id)))

    def result(self, ticket: Enqueued, *, timeout_s: float = 60) -> Json:
        """The decoded result of the ticket's run, which is looked at more and more rarely, at least each second.

        Raises JobFailed with its reason, or ResultTimeout. An outage of Redis only lengthens the wait.
        """
        ends, wait_s = self._clock.monotonic_s() + timeout_s, 0.01
        while True:
            found = self._look(ticket, ends)
            if found.state is State.COMPLETED:
                return found.returnvalue
            left_s = ends - self._clock.monotonic_s()
            if left_s <= 0:
                raise not_yet(ticket, found, timeout_s)
            self._sleep(min(wait_s, left_s))
            wait_s = min(LOOK_S, wait_s * 1.5)

    def cancel(self, queue: str, job_id: str) -> CancelAnswer:
        """`cancelled` (it will not run), `requested` (it runs: it is told), `not_cancellable` (it ended), `unknown`.

        The book says that the user of this process did it, as with `Inspector.cancel`.
        """
        line, status = self._find(queue), self.status(queue, job_id)
        if status is None:
            return "unknown"
        call = cancel(line.keys, self._clock.now_us(), job_id, status.run)
        answer = self._change(line, Entry("cancel", self._actor, job_id), call)
        if answer == "cancelled":
            tell("cancel", queue, job_id)
        return answer

    def retry(self, queue: str, job_id: str) -> RequeueAnswer:
        """The failed or cancelled job waits again as a new run with all its attempts: as `Inspector.requeue`.

        The book says that the user of this process did it.
        """
        line, status = self._find(queue), self.status(queue, job_id)
        if status is None:
            return "unknown"
        ttl_s = line.queue.options.tenant_ttl_s
        call = requeue(line.keys, self._clock.now_us(), ttl_s, [(job_id, status.run)])
        [answer] = self._change(line, Entry("retry", self._actor, job_id), call)
        if answer.answer == "ok":
            tell("requeue", queue, job_id)
        meanings: dict[str, RequeueAnswer] = {"ok": "requeued", "not": "not_failed", "unknown": "unknown"}
        return meanings[answer.answer]

    def ping(self) -> None:
        """Redis answers; raises Unreachable at once if it does not, where an enqueue would go on trying."""
        self._pool.command("PING")

    def close(self) -> None:
        """No connection is open, but of calls that other threads are in, which end theirs."""
        self._closed = True
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _find(self, queue: str) -> Line:
        return find_line(self._queues, self._prefix, queue)

    def _change(self, line: Line, entry: Entry, call: Call[R]) -> R:
        """What the call answers; the book has the entry first."""
        self._pool.run(book(line.keys, entry))
        return self._pool.run(call)

    def _send(self, line: Line, batch: list[NewJob]) -> list[Enqueued | Refused]:
        call: Call[list[Enqueued | Refused]] = enqueue_call(line, self._clock, batch)
        ends = self._clock.monotonic_s() + RESEND_S
        while True:
            try:
                return self._pool.run(call)
            except Unreachable as error:
                if self._closed:
                    raise
                if self._clock.monotonic_s() >= ends:
                    raise unanswered(error) from error
                self._sleep(0.05 + full(1.0, self._random))

    def _look(self, ticket: Enqueued, ends: float) -> Ending:
        while True:
            try:
                found = decode_ending(self._pool.command(*ending(self._find(ticket.queue).keys, ticket.id)))
            except Unreachable:
                if self._closed or self._clock.monotonic_s() >= ends:
                    raise
                self._sleep(0.05 + full(0.5, self._random))
            else:
                return check_run(ticket, found)
