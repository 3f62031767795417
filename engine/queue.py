"""The producer's side: enqueue, look, wait for a result, cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from random import Random
from typing import Any, TypeVar

from engine.backoff import full
from engine.clock import Clock, wait_for
from engine.config import Settings
from engine.errors import EngineError, Unreachable
from engine.journal import tell
from engine.outbox import Outbox
from engine.posting import LOOK_S, Line, Spec, batches, check_run, find_line, first_stored, not_yet, prepare, to_error
from engine.registry import Job, Queue
from engine.streams import Keys, Links
from engine.streams.commands import Refused, cancel
from engine.streams.keys import check_id
from engine.streams.reads import Ending, decode_ending, ending, show
from engine.types import CancelAnswer, Enqueued, JobStatus, Json, State
from engine.watch import Watch

P = TypeVar("P")


class Client:
    """Puts jobs into an app's queues; made by `App.connect`. It belongs to the event loop that it is first used in."""

    def __init__(
        self, queues: dict[str, Queue], settings: Settings, clock: Clock, random: Random, links: Links | None = None
    ) -> None:
        links = links or Links(settings.redis_url)
        self._queues, self._prefix = queues, settings.prefix
        self._clock, self._random = clock, random
        self._lines: dict[str, Line] = {}
        self._closed = False
        self._store = links.store
        self._outbox = Outbox(self._store, clock, random)
        self._watch = Watch(links, self._streams, random)

    async def enqueue(self, job: Job[P, Any], payload: P, *, job_id: str | None = None, delay_s: float = 0) -> Enqueued:
        """The job is stored, or a live one of this id is: the ticket says which.

        Concurrent calls travel together. Raises PayloadError (nothing was sent), QueueFull, StoreFull, or
        EnqueueUnknown after a minute without an answer.
        """
        line = self._find(job.queue)
        return await self._outbox.put(line, prepare(job, line.queue, Spec(payload, job_id, delay_s)))

    async def enqueue_many(self, job: Job[Any, Any], specs: Iterable[Spec]) -> list[Enqueued]:
        """The tickets in order. All payloads are checked before the first is sent; a call carries at most 250.

        QueueFull says how many were stored before the first that was not; none of a later call is sent.
        """
        line = self._find(job.queue)
        new = [prepare(job, line.queue, spec) for spec in specs]
        tickets: list[Enqueued] = []
        for batch in batches(new):
            try:
                answers = await self._outbox.put_many(line, batch)
            except EngineError as error:
                raise first_stored(error, len(tickets), len(new)) from error
            for each, answer in zip(batch, answers, strict=True):
                if isinstance(answer, Refused):
                    raise first_stored(to_error(line, each.id, answer), len(tickets), len(new))
                tickets.append(answer)
        return tickets

    async def status(self, queue: str, job_id: str) -> JobStatus | None:
        """Everything known of a job's current run; None if there is no record of it."""
        return await self._store.run(show(self._find(queue).keys, check_id(job_id)))

    async def result(self, ticket: Enqueued, *, timeout_s: float = 60) -> Json:
        """The decoded result of the ticket's run; JobFailed with its reason, or ResultTimeout.

        An outage of Redis only lengthens the wait, until the caller's time is up.
        """
        keys, ends = self._find(ticket.queue).keys, self._clock.monotonic_s() + timeout_s
        found = await self._look(keys, ticket, ends)
        if found.state is State.COMPLETED:
            return found.returnvalue
        with self._watch.over(keys, ticket.id) as woken:
            while True:
                found = await self._look(keys, ticket, ends)
                if found.state is State.COMPLETED:
                    return found.returnvalue
                left_s = ends - self._clock.monotonic_s()
                if left_s <= 0:
                    raise not_yet(ticket, found, timeout_s)
                await wait_for(woken, min(LOOK_S, left_s))
                woken.clear()

    async def _look(self, keys: Keys, ticket: Enqueued, ends: float) -> Ending:
        while not self._closed:
            try:
                found = decode_ending(await self._store.command(*ending(keys, ticket.id)))
            except Unreachable:
                if self._clock.monotonic_s() >= ends:
                    raise
                await asyncio.sleep(0.05 + full(0.5, self._random))
            else:
                return check_run(ticket, found)
        raise Unreachable(f"this client was closed before {ticket.id!r} ended")

    async def cancel(self, queue: str, job_id: str) -> CancelAnswer:
        """`cancelled` (it will not run), `requested` (it runs: it is told), `not_cancellable` (it ended), `unknown`."""
        status = await self.status(queue, job_id)
        if status is None:
            return "unknown"
        answer = await self._store.run(cancel(self._find(queue).keys, self._clock.now_us(), job_id, status.run))
        if answer == "cancelled":
            tell("cancel", queue, job_id)
        return answer

    async def ping(self) -> None:
        """Redis answers; raises Unreachable at once if it does not, where an enqueue would go on trying."""
        await self._store.command("PING")

    async def close(self) -> None:
        """What was enqueued before is answered, and every connection is closed."""
        self._closed = True
        await self._outbox.close()
        await self._watch.close()
        await self._store.close()

    def _find(self, queue: str) -> Line:
        if queue not in self._lines:
            self._lines[queue] = find_line(self._queues, self._prefix, queue)
        return self._lines[queue]

    def _streams(self, slot: str) -> dict[str, str]:
        names = [queue.name for queue in self._queues.values() if queue.slot == slot]
        return {self._find(name).keys.events: name for name in names}
