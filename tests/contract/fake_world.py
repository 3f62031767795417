"""The world of the fake: its clock moves by hand, a millisecond with each call."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Unpack

import msgspec

from admin_tui.demo import FakeEngine, work
from admin_tui.demo.operations import PLAN_MS
from admin_tui.demo.queue import FakeQueue, Settings
from admin_tui.demo.record import Record, Trouble
from engine import VERSION, Operation, Plan, WorkerInfo
from engine.inspector import LimitSettings
from engine.testing import FakeClock
from tests.contract.world import FRAME, OTHER, QUEUE


class FakePlayer:
    """Works the fake's queues as its demo does."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        settings = Settings(names={"play": (4, 60.0)})
        queues = [FakeQueue(name, settings, self.clock.now_us) for name in (QUEUE, OTHER)]
        self.hands = FakeEngine(self.clock, queues, sleep=_no_sleep)
        self._queue = queues[0]

    def put(self, *ids: str, payload: str = "{}", delay_s: float = 0, tenant: str = "", name: str = "work") -> None:
        """These jobs wait, or are delayed."""
        for job_id in ids:
            self.clock.advance(0.001)
            delay_ms = round(delay_s * 1000)
            work.enqueue(
                self._queue, work.Wish(id=job_id, name=name, payload=payload, delay_ms=delay_ms, tenant=tenant or None)
            )

    def start(self, count: int = 1, consumer: str = "w1~1") -> list[str]:
        """The ids of the first jobs, which are active now."""
        self.clock.advance(0.001)
        started = [work.start(self._queue, consumer, self.clock.now_us()) for _ in range(count)]
        return [record.id for record in started if record is not None]

    def complete(self, job_id: str, result: str = "null") -> None:
        """The running job has completed."""
        work.complete(self._queue, self._held(job_id), result)

    def fail(self, job_id: str, message: str = "no", kind: str = "ValueError", stack: str = FRAME) -> None:
        """The running job has failed for good."""
        work.fail(self._queue, self._held(job_id), Trouble(kind, message, stack))

    def retry(self, job_id: str, delay_s: float = 3600, message: str = "again") -> None:
        """The running job's attempt has failed, and another follows."""
        work.retry(self._queue, self._held(job_id), Trouble("ValueError", message, FRAME), round(delay_s * 1000))

    def log(self, job_id: str, text: str) -> None:
        """The running job has logged a line."""
        work.log(self._queue, self._held(job_id), text)

    def configure(self, **settings: Unpack[LimitSettings]) -> None:
        """The app's own limits are these."""
        self._queue.settings = msgspec.structs.replace(self._queue.settings, **settings)

    def beat(self, label: str, queues: list[str], concurrency: dict[str, int]) -> None:
        """A worker tells of itself."""
        self.clock.advance(0.001)
        consumer, now = f"{label}~1", self.clock.now_us() // 1000
        self.hands.workers[consumer] = WorkerInfo(
            consumer, label, "host", 1, queues, concurrency, VERSION, started=now, seen=now
        )

    def expire(self, plan: Plan) -> None:
        """The plan's time is over."""
        self.clock.advance(PLAN_MS / 1000 + 1)

    def age(self, operation: Operation) -> None:
        """The time in which the operation can be undone is over."""
        self.clock.advance((operation.undo_until_ms - self.clock.now_us() // 1000) / 1000 + 1)

    def _held(self, job_id: str) -> Record:
        self.clock.advance(0.001)
        record = self._queue.find(job_id)
        assert record is not None, f"{job_id} has no record"
        return record


def _no_sleep(seconds: float) -> Awaitable[None]:
    async def at_once() -> None:
        return None

    return at_once()
