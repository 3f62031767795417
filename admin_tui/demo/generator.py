"""The invented system at work: jobs come, start, end, retry and fail as time passes."""

from __future__ import annotations

import random
from collections import deque

import msgspec

from admin_tui.demo import work
from admin_tui.demo.fake import FakeEngine
from admin_tui.demo.past import Past, deep_jobs
from admin_tui.demo.producing import Moment, Producer
from admin_tui.demo.queue import FakeQueue
from admin_tui.demo.record import Record
from admin_tui.demo.system import LOST, SYSTEM, Kind
from admin_tui.demo.words import HOSTILE
from engine import Clock, ServerView, State

_STEP_US = 100_000
_LONGEST_US = 60 * 1_000_000
"""A longer gap is skipped: the machine slept."""
_WARM_UP_US = 30 * 1_000_000
"""So long has it been running when it is first looked at."""
_KEPT = 1_000
_HOPELESS = 0.1
"""Of the attempts that go wrong, so many are the last at once."""


class DemoWorld:
    """A busy system that moves whenever its engine is asked something; `engine` is what the admin is given."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock, self._rng = clock, rng
        self._now = Moment(clock.now_us() - _WARM_UP_US)
        self._producer = Producer(self._now, rng)
        self._kinds = {kind.name: kind for kind in SYSTEM}
        now_us = self._now.now_us
        queues = [FakeQueue(kind.name, kind.settings, now_us, deep_jobs(kind, self._now.ms)) for kind in SYSTEM]
        self.engine = FakeEngine(clock, queues)
        self.engine.before = self.catch_up
        self.engine.server = ServerView(
            version="8.2.1 (demo)",
            used_memory=1_900_000_000,
            max_memory=4_000_000_000,
            policy="noeviction",
            persistence="aof",
            evicted=0,
            clients=61,
        )
        self._ends: dict[str, list[tuple[int, Record]]] = {kind.name: [] for kind in SYSTEM}
        self._ended: dict[str, deque[tuple[str, int]]] = {kind.name: deque() for kind in SYSTEM}
        Past(self.engine, self._now, self._producer, rng).happen()
        self.catch_up()

    def catch_up(self) -> None:
        """The system is where it is at the clock's time."""
        self.tick(self._clock.now_us())

    def tick(self, now_us: int) -> None:
        """The system has moved on to this time, in tenths of a second."""
        if now_us - self._now.us > _LONGEST_US:
            self._now.us = now_us - _LONGEST_US
        while self._now.us + _STEP_US <= now_us:
            self._now.us += _STEP_US
            for name, queue in self.engine.queues.items():
                self._step(queue, self._kinds[name])
        self._beat()
        self.engine.sweep()

    # ----------------------------------------------------------------------------------------- a step

    def _step(self, queue: FakeQueue, kind: Kind) -> None:
        self._come(queue, kind)
        running = self._ends[queue.name]
        due = [record for ends_us, record in running if ends_us <= self._now.us or record.told]
        self._ends[queue.name] = [end for end in running if end[0] > self._now.us and not end[1].told]
        for record in due:
            self._finish(queue, kind, record)
        work.promote_due(queue)
        self._start(queue, kind)
        self._prune(queue)

    def _come(self, queue: FakeQueue, kind: Kind) -> None:
        expected = kind.come_per_s * _STEP_US / 1_000_000
        coming = int(expected) + (self._rng.random() < expected % 1)
        for _ in range(coming):
            self._producer.enqueue(queue, kind)

    def _start(self, queue: FakeQueue, kind: Kind) -> None:
        alive = [w for w in self.engine.workers.values() if queue.name in w.queues and w.label not in LOST]
        places = int(queue.set.get("concurrency", kind.concurrency)) * len(alive)
        most = min(places, int(queue.set.get("max_active", places)))
        while alive and not queue.paused and len(queue.lanes["active"]) < most:
            record = work.start(queue, self._rng.choice(alive).consumer, self._now.us)
            if record is None:
                return
            work.log(queue, record, f"start {record.tenant} attempt {record.attempts + 1}")
            if self._rng.random() < 0.02:
                work.log(queue, record, self._rng.choice(HOSTILE))
            takes_us = int(kind.takes_s * self._rng.uniform(0.3, 2.2) * 1_000_000)
            self._ends[queue.name].append((self._now.us + takes_us, record))

    def _finish(self, queue: FakeQueue, kind: Kind, record: Record) -> None:
        if record.state is not State.ACTIVE:
            return
        if record.told:
            work.end_cancelled(queue, record)
        elif self._rng.random() >= kind.wrong:
            work.log(queue, record, "done")
            work.complete(queue, record, f'{{"ok":true,"items":{self._rng.randint(0, 500)}}}')
        elif record.attempts + 1 < kind.attempts and self._rng.random() >= _HOPELESS:
            work.log(queue, record, f"failed: {kind.trouble.sentence}")
            work.retry(queue, record, kind.trouble, 2_000 << record.attempts)
            return
        else:
            work.fail(queue, record, kind.trouble)
        self._ended[queue.name].append((record.id, record.run))

    def _prune(self, queue: FakeQueue) -> None:
        """The oldest of those that ended while somebody watched are gone: what is kept has a bound."""
        ended = self._ended[queue.name]
        while len(ended) > _KEPT:
            job_id, run = ended.popleft()
            record = queue.jobs.get(job_id)
            if record is not None and record.run == run and record.state is State.COMPLETED:
                queue.forget(record)

    def _beat(self) -> None:
        now = self._now.ms
        held: dict[str, int] = {}
        for name in self.engine.queues:
            for _, record in self._ends[name]:
                held[record.worker or ""] = held.get(record.worker or "", 0) + 1
        for consumer, worker in self.engine.workers.items():
            if worker.label not in LOST:
                seen, active = now - (now + worker.pid * 37) % 5_000, held.get(consumer, 0)
                self.engine.workers[consumer] = msgspec.structs.replace(
                    worker, seen=seen, active=active, acquired=now - now % 1_000
                )
