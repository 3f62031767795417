"""Gathers the jobs of concurrent callers: those of one loop tick, and of one round trip, travel as one call."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from engine.backoff import full
from engine.clock import Clock, wait_for
from engine.errors import Unreachable
from engine.letters import Answers, Letter, Single, take
from engine.posting import RESEND_S, Line, enqueue_call, tell_stored, unanswered
from engine.streams import Call, Store
from engine.streams.commands import NewJob, Refused
from engine.types import Enqueued


class _Lane:
    """What one queue's jobs are at."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.waiting: deque[Letter] = deque()
        self.answered: list[tuple[Letter, Answers]] = []
        """Letters whose callers were not told yet."""
        self.untold: list[tuple[NewJob, Enqueued]] = []
        """New jobs that the log was not told of yet."""

    def hand_over(self) -> None:
        """Every caller that was answered has its answer."""
        answered, self.answered = self.answered, []
        for letter, answers in answered:
            letter.answer(self.line, answers)
            self.untold += [
                (job, got) for job, got in zip(letter.jobs, answers, strict=True) if isinstance(got, Enqueued)
            ]

    def tell(self) -> None:
        """The log has a line for every job that was stored."""
        untold, self.untold = self.untold, []
        for job, ticket in untold:
            tell_stored(self.line, job, ticket)


class Outbox:
    """Sends jobs, a queue's in the order in which they came; one call of a queue is on its way at a time.

    A caller that is cancelled, or has a job that is refused, takes nothing from the others of its call.
    """

    def __init__(self, store: Store, clock: Clock, random: Random) -> None:
        self._store, self._clock, self._random = store, clock, random
        self._lanes: dict[str, _Lane] = {}
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._closed = asyncio.Event()

    def put(self, line: Line, job: NewJob) -> asyncio.Future[Enqueued]:
        """The ticket to come, or the error that tells why there is none."""
        return self._put(line, Single([job], self._clock.monotonic_s() + RESEND_S))

    def put_many(self, line: Line, jobs: Sequence[NewJob]) -> asyncio.Future[Answers]:
        """What will have become of each of the jobs, no more than one call carries."""
        return self._put(line, Letter(jobs, self._clock.monotonic_s() + RESEND_S))

    async def close(self) -> None:
        """What was put is sent once more at most; nothing is put any more."""
        self._closed.set()
        if self._sending:
            await asyncio.gather(*self._sending.values())

    def _put(self, line: Line, letter: Letter) -> asyncio.Future[Any]:
        if self._closed.is_set():
            raise Unreachable("this client is closed: enqueue within its `async with`")
        name = line.queue.name
        if name not in self._lanes:
            self._lanes[name] = _Lane(line)
        self._lanes[name].waiting.append(letter)
        if name not in self._sending:
            # It starts after all that is ready to run in this tick, and finds what they put.
            self._sending[name] = asyncio.create_task(self._send_all(self._lanes[name]), name=f"enqueue {name}")
        return letter.future

    async def _send_all(self, lane: _Lane) -> None:
        """Callers hear of their answers while the next call is under way: Redis and this process work side by side."""
        try:
            while batch := take(lane.waiting):
                await self._send(lane, batch)
                if not lane.waiting:
                    lane.hand_over()
                    await asyncio.sleep(0)  # who goes on at once is in time for the next call
        finally:
            lane.hand_over()
            lane.tell()
            del self._sending[lane.line.queue.name]

    async def _send(self, lane: _Lane, batch: list[Letter]) -> None:
        """The batch is answered, or its callers have an error or went away."""
        call = enqueue_call(lane.line, self._clock, [job for letter in batch for job in letter.jobs])
        while not all(letter.future.done() for letter in batch):
            try:
                answers = await self._exchange(lane, call)
            except Unreachable as error:
                # Those behind it too: one batch after the other they would wait longer than any of them should.
                self._give_up_late([*batch, *lane.waiting], error)
                await wait_for(self._closed, 0.05 + full(1.0, self._random))
            except Exception as error:  # noqa: BLE001 - it is each caller's to handle
                for letter in batch:
                    letter.fail(error)
            else:
                at = 0
                for letter in batch:
                    lane.answered.append((letter, answers[at : at + len(letter.jobs)]))
                    at += len(letter.jobs)
                return

    async def _exchange(self, lane: _Lane, call: Call[list[Enqueued | Refused]]) -> Answers:
        answering = self._store.submit(call)
        self._store.flush()
        lane.hand_over()
        lane.tell()
        return await answering

    def _give_up_late(self, letters: Iterable[Letter], error: Unreachable) -> None:
        now, closed = self._clock.monotonic_s(), self._closed.is_set()
        for letter in letters:
            if closed or now >= letter.ends_s:
                letter.fail(unanswered(error, closed=closed))
