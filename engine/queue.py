"""The producer's side: enqueue, look, wait for a result, cancel."""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, TypeVar

from msgspec import Struct

from engine.backoff import full
from engine.clock import Clock
from engine.codec import text_field
from engine.errors import (
    EnqueueUnknown,
    JobFailed,
    PayloadError,
    ResultTimeout,
    SettingError,
    StoreMisused,
    Unreachable,
)
from engine.registry import Job, Queue, find_queue
from engine.streams import Keys, Store
from engine.streams.commands import MAX_BATCH, MAX_BYTES, NewJob, cancel, enqueue
from engine.streams.keys import check_id
from engine.streams.reads import show
from engine.types import CancelAnswer, Enqueued, JobStatus, Json, State

P = TypeVar("P")
RESEND_S = 60.0
_TENANT_MARGIN_S = 86_400


class Spec(Struct, frozen=True):
    """One job of an `enqueue_many`: its payload, its id (random if None) and its wait."""

    payload: Any
    job_id: str | None = None
    delay_s: float = 0


class Client:
    """Puts jobs into an app's queues; made by `App.connect`."""

    def __init__(self, queues: dict[str, Queue], store: Store, prefix: str, clock: Clock, random: Random) -> None:
        self._queues, self._store, self._prefix = queues, store, prefix
        self._clock, self._random = clock, random

    async def enqueue(self, job: Job[P, Any], payload: P, *, job_id: str | None = None, delay_s: float = 0) -> Enqueued:
        """The job is stored, or a live one of this id is: the ticket says which.

        Raises PayloadError (nothing was sent), StoreFull, or EnqueueUnknown after a minute without an answer.
        """
        return (await self.enqueue_many(job, [Spec(payload, job_id, delay_s)]))[0]

    async def enqueue_many(self, job: Job[Any, Any], specs: Iterable[Spec]) -> list[Enqueued]:
        """The tickets in order. All payloads are checked before the first is sent; a call carries at most 250."""
        queue = find_queue(self._queues, job.queue)
        new = [_new_job(job, queue, spec) for spec in specs]
        tickets: list[Enqueued] = []
        for batch in _batches(new):
            tickets += await self._send(queue, batch)
        return tickets

    async def status(self, queue: str, job_id: str) -> JobStatus | None:
        """Everything known of a job's current run; None if there is no record of it."""
        return await self._store.run(show(self._keys(queue), check_id(job_id)))

    async def result(self, ticket: Enqueued, *, timeout_s: float = 60) -> Json:
        """The decoded result of the ticket's run; JobFailed with its reason, or ResultTimeout."""
        ends = self._clock.monotonic_s() + timeout_s
        wait_s = 0.02
        while True:
            status = await self._look(ticket, ends)
            if status is None or status.run != ticket.run:
                raise JobFailed(f"run {ticket.run} of {ticket.id!r} is no longer stored: its result is unknown")
            if status.state is State.COMPLETED:
                return status.returnvalue
            if status.state.ended:
                raise JobFailed(status.failed_reason or str(status.state))
            left_s = ends - self._clock.monotonic_s()
            if left_s <= 0:
                raise ResultTimeout(f"{ticket.id!r} is still {status.state} after {timeout_s:g} s")
            await asyncio.sleep(min(wait_s, left_s))
            wait_s = min(0.5, wait_s * 1.5)

    async def _look(self, ticket: Enqueued, ends: float) -> JobStatus | None:
        """The job's status; an outage of Redis only lengthens the wait, until the caller's time is up."""
        while True:
            try:
                return await self.status(ticket.queue, ticket.id)
            except Unreachable:
                if self._clock.monotonic_s() >= ends:
                    raise
                await asyncio.sleep(0.05 + full(0.5, self._random))

    async def cancel(self, queue: str, job_id: str) -> CancelAnswer:
        """`cancelled` (it will not run), `requested` (it runs: it is told), `not_cancellable` (it ended), `unknown`."""
        status = await self.status(queue, job_id)
        if status is None:
            return "unknown"
        return await self._store.run(cancel(self._keys(queue), self._clock.now_us(), job_id, status.run))

    async def ping(self) -> None:
        """Redis answers; raises Unreachable at once if it does not, where an enqueue would go on trying."""
        await self._store.command("PING")

    async def close(self) -> None:
        """The connection is closed."""
        await self._store.close()

    def _keys(self, queue: str) -> Keys:
        return Keys(self._prefix, find_queue(self._queues, queue).slot, queue)

    async def _send(self, queue: Queue, batch: Sequence[NewJob]) -> list[Enqueued]:
        keys, op = self._keys(queue.name), secrets.token_hex(12)
        keep = queue.options
        ttl_s = math.ceil(max(keep.keep_completed.age_s, keep.keep_failed.age_s) + _TENANT_MARGIN_S)
        call = enqueue(keys, self._clock.now_us(), op, ttl_s, batch)
        ends = self._clock.monotonic_s() + RESEND_S
        while True:
            try:
                tickets = await self._store.run(call)
            except Unreachable as error:
                if self._clock.monotonic_s() >= ends:
                    raise EnqueueUnknown(
                        f"no answer for {RESEND_S:g} s ({error}): the jobs may be stored; enqueue the same ids again"
                    ) from error
                await asyncio.sleep(0.05 + full(1.0, self._random))
                continue
            refused = [job.id for job, ticket in zip(batch, tickets, strict=True) if ticket is None]
            if refused:
                raise StoreMisused(
                    f"the key of job {refused[0]!r} holds something else than a record: delete {keys.job}<id>"
                )
            return [ticket for ticket in tickets if ticket is not None]


def _new_job(job: Job[Any, Any], queue: Queue, spec: Spec) -> NewJob:
    if not 0 <= spec.delay_s < 10**9:
        raise SettingError(f"delay_s must be 0 or more and finite, not {spec.delay_s}")
    payload = job.payload.encode(spec.payload)
    return NewJob(
        id=secrets.token_hex(12) if spec.job_id is None else check_id(spec.job_id),
        name=job.name,
        payload=payload,
        delay_ms=round(spec.delay_s * 1000),
        tenant=_tenant(payload, queue),
        digest=job.digest(payload) if spec.job_id else "",
    )


def _tenant(payload: bytes, queue: Queue) -> str:
    if queue.options.group_by is None:
        return ""
    tenant = text_field(payload, queue.options.group_by)
    if tenant is None:
        raise PayloadError(f"queue {queue.name} groups by {queue.options.group_by!r}: the payload needs it as a text")
    return tenant


def _batches(jobs: list[NewJob]) -> Iterable[list[NewJob]]:
    batch: list[NewJob] = []
    size = 0
    for job in jobs:
        if batch and (len(batch) == MAX_BATCH or size + len(job.payload) > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(job)
        size += len(job.payload)
    if batch:
        yield batch
