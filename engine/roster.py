"""Which deliveries this process holds, from acquire until their settle is answered. Shared by loop and renewer."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from engine.clock import wait_for
from engine.context import JobContext
from engine.registry import Job, Queue
from engine.types import Delivery

_LOOK_S = 0.02


class Running:
    """One delivery that this process holds; times are monotonic seconds."""

    __slots__ = ("began", "context", "delivery", "ended", "ended_s", "job", "renewed_s", "started_s", "task")

    def __init__(
        self, delivery: Delivery, job: Job[Any, Any] | None, context: JobContext[Any], started_s: float
    ) -> None:
        self.delivery, self.job, self.context = delivery, job, context
        self.task: asyncio.Task[None] | None = None
        self.started_s = self.renewed_s = self.ended_s = started_s
        self.began = False
        """Whether the loop has come to its handler."""
        self.ended = False
        """Whether it has an outcome: its place is free, its settle may still be on the way."""

    def begin(self, now_s: float) -> None:
        """The handler's time counts from now: what it waited for a loop that others blocked is not its own."""
        self.began = True
        if self.job is not None:
            self.context.deadline_s = now_s + self.job.policy.timeout_s

    @property
    def duration_ms(self) -> int:
        """From its acquire to its outcome."""
        return round((self.ended_s - self.started_s) * 1000)

    @property
    def grace_ends_s(self) -> float:
        """When the handler's place is free even if it still runs."""
        grace_s = self.job.policy.cancel_grace_s if self.job else 0.0
        return self.context.deadline_s + grace_s


class Roster:
    """The deliveries of this process by queue and fence."""

    def __init__(self, queues: list[Queue], concurrency: dict[str, int]) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, dict[int, Running]] = {queue.name: {} for queue in queues}
        self._busy = {queue.name: 0 for queue in queues}
        self._configured = {q.name: concurrency.get(q.name, q.options.concurrency) for q in queues}
        self.concurrency = dict(self._configured)

    def add(self, running: Running) -> None:
        """The delivery is held and takes a place."""
        with self._lock:
            self._held[running.delivery.queue][running.delivery.fence] = running
            self._busy[running.delivery.queue] += 1

    def end(self, running: Running) -> bool:
        """The delivery has its outcome and its place is free; False if it had one already."""
        with self._lock:
            if running.ended:
                return False
            running.ended = True
            self._busy[running.delivery.queue] -= 1
            return True

    def forget(self, queue: str, fence: int) -> Running | None:
        """Redis has answered the delivery's settle: nothing is owed any more; the delivery, if it was held."""
        with self._lock:
            return self._held[queue].pop(fence, None)

    def find(self, queue: str, fence: int) -> Running | None:
        """The delivery, if this process still holds it."""
        return self._held[queue].get(fence)

    def held(self, queue: str) -> list[Running]:
        """The deliveries of a queue that Redis may still believe to be here."""
        with self._lock:
            return list(self._held[queue].values())

    def running(self) -> list[Running]:
        """The deliveries of all queues that take a place."""
        with self._lock:
            return [running for held in self._held.values() for running in held.values() if not running.ended]

    @property
    def empty(self) -> bool:
        """Whether nothing is held: every settle is answered."""
        return not any(self._held.values())

    async def wait_empty(self, within_s: float, until: asyncio.Event | None = None) -> None:
        """Returns when nothing is held, when `until` is set, or after `within_s`."""
        try:
            async with asyncio.timeout(within_s):
                while not self.empty and not (until is not None and until.is_set()):
                    await wait_for(until or asyncio.Event(), _LOOK_S)
        except TimeoutError:
            return

    def set_places(self, queue: str, places: int) -> bool:
        """The queue has so many places here, 0: as configured; True if that changed. What runs goes on."""
        places = places or self._configured[queue]
        changed = self.concurrency[queue] != places
        self.concurrency[queue] = places
        return changed

    def free(self, queue: str) -> int:
        """How many more jobs of the queue this process can run."""
        return max(0, self.concurrency[queue] - self._busy[queue])

    def busy(self, queue: str | None = None) -> int:
        """How many places are taken, of one queue or of all."""
        return self._busy[queue] if queue is not None else sum(self._busy.values())
