"""Gathers the jobs of concurrent callers: those of one loop tick, and of one round trip, travel as one call."""

from __future__ import annotations

import asyncio
from collections import deque
from copy import copy
from random import Random

from engine.backoff import full
from engine.clock import Clock, wait_for
from engine.errors import Unreachable
from engine.posting import RESEND_S, Line, enqueue_call, fits, tell_stored, to_error, unanswered
from engine.streams import Store
from engine.streams.commands import NewJob, Refused
from engine.types import Enqueued


class _Letter:
    """A job on its way, and its caller; `ends_s` is when that one has waited long enough for an answer."""

    __slots__ = ("ends_s", "future", "job")

    def __init__(self, job: NewJob, ends_s: float) -> None:
        self.job, self.ends_s = job, ends_s
        self.future: asyncio.Future[Enqueued] = asyncio.get_running_loop().create_future()

    def fail(self, error: Exception) -> None:
        """The caller gets an error of its own: raised in two places, one would collect both traces."""
        if not self.future.done():
            mine = copy(error)
            mine.__cause__ = error.__cause__
            self.future.set_exception(mine)


class Outbox:
    """Sends jobs, a queue's in the order in which they came; one call of a queue is on its way at a time.

    A caller that is cancelled, or has a job that is refused, takes nothing from the others of its call.
    """

    def __init__(self, store: Store, clock: Clock, random: Random) -> None:
        self._store, self._clock, self._random = store, clock, random
        self._waiting: dict[str, deque[_Letter]] = {}
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._closed = asyncio.Event()

    def put(self, line: Line, job: NewJob) -> asyncio.Future[Enqueued]:
        """The ticket to come, or the error that tells why there is none."""
        if self._closed.is_set():
            raise Unreachable("this client is closed: enqueue within its `async with`")
        letter = _Letter(job, self._clock.monotonic_s() + RESEND_S)
        name = line.queue.name
        self._waiting.setdefault(name, deque()).append(letter)
        if name not in self._sending:
            # It starts after all that is ready to run in this tick, and finds what they put.
            self._sending[name] = asyncio.create_task(self._send_all(line), name=f"enqueue {name}")
        return letter.future

    async def close(self) -> None:
        """What was put is sent once more at most; nothing is put any more."""
        self._closed.set()
        if self._sending:
            await asyncio.gather(*self._sending.values())

    async def _send_all(self, line: Line) -> None:
        waiting = self._waiting[line.queue.name]
        try:
            while batch := _take(waiting):
                await self._send(line, batch)
        finally:
            del self._sending[line.queue.name]

    async def _send(self, line: Line, batch: list[_Letter]) -> None:
        """Every caller of the batch has its answer, or went away."""
        call = enqueue_call(line, self._clock, [letter.job for letter in batch])
        while not all(letter.future.done() for letter in batch):
            try:
                answers = await self._store.run(call)
            except Unreachable as error:
                # Those behind it too: one batch after the other they would wait longer than any of them should.
                self._give_up_late([*batch, *self._waiting[line.queue.name]], error)
                await wait_for(self._closed, 0.05 + full(1.0, self._random))
            except Exception as error:  # noqa: BLE001 - it is each caller's to handle
                for letter in batch:
                    letter.fail(error)
            else:
                for letter, answer in zip(batch, answers, strict=True):
                    _hand_over(line, letter, answer)

    def _give_up_late(self, letters: list[_Letter], error: Unreachable) -> None:
        now, closed = self._clock.monotonic_s(), self._closed.is_set()
        for letter in letters:
            if closed or now >= letter.ends_s:
                letter.fail(unanswered(error, closed=closed))


def _take(waiting: deque[_Letter]) -> list[_Letter]:
    """The next letters that fit into one call, without those whose caller has gone."""
    batch: list[_Letter] = []
    size = 0
    while waiting and (not batch or fits(len(batch), size, waiting[0].job)):
        letter = waiting.popleft()
        if not letter.future.done():
            batch.append(letter)
            size += len(letter.job.payload)
    return batch


def _hand_over(line: Line, letter: _Letter, answer: Enqueued | Refused) -> None:
    if isinstance(answer, Refused):
        letter.fail(to_error(line, letter.job.id, answer))
        return
    tell_stored(line, letter.job, answer)
    if not letter.future.done():
        letter.future.set_result(answer)
