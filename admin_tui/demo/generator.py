"""The invented system at work: jobs come, start, end, retry and fail as time passes."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping

import msgspec

from admin_tui.demo import work
from admin_tui.demo.book import Entry
from admin_tui.demo.deep import Numbered
from admin_tui.demo.fake import FakeEngine
from admin_tui.demo.lane import Deep
from admin_tui.demo.queue import MINUTE_US, FakeQueue
from admin_tui.demo.record import Record, Trouble
from admin_tui.demo.system import LOST, SYSTEM, WORKERS, Kind
from admin_tui.demo.words import HOSTILE, NO_TENANT, TENANTS, payload
from engine import VERSION, Clock, Listed, ServerView, State, WorkerInfo

_STEP_US = 100_000
_LONGEST_US = 60 * 1_000_000
"""A longer gap is skipped: the machine slept."""
_WARM_UP_US = 30 * 1_000_000
"""So long has it been running when it is first looked at."""
_PAST_MINUTES = 60
_KEPT = 1_000
_HOUR_MS = 3_600_000


class DemoWorld:
    """A busy system that moves whenever its engine is asked something; `engine` is what the admin is given."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock, self._rng = clock, rng
        self._at_us: int = clock.now_us() - _WARM_UP_US
        self._kinds = {kind.name: kind for kind in SYSTEM}
        queues = [FakeQueue(kind.name, kind.settings, lambda: self._at_us, _deep(kind, self.now_ms)) for kind in SYSTEM]
        self.engine = FakeEngine(clock, rng, queues)
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
        self._numbers = dict.fromkeys(self._kinds, 0)
        self._begin()

    @property
    def now_ms(self) -> int:
        return self._at_us // 1000

    def catch_up(self) -> None:
        """The system is where it is at the clock's time."""
        self.tick(self._clock.now_us())

    def tick(self, now_us: int) -> None:
        """The system has moved on to this time, in tenths of a second."""
        if now_us - self._at_us > _LONGEST_US:
            self._at_us = now_us - _LONGEST_US
        while self._at_us + _STEP_US <= now_us:
            self._at_us += _STEP_US
            for name, queue in self.engine.queues.items():
                self._step(queue, self._kinds[name])
        self._beat()
        self.engine.sweep()

    # ----------------------------------------------------------------------------------------- a step

    def _step(self, queue: FakeQueue, kind: Kind) -> None:
        self._come(queue, kind)
        running = self._ends[queue.name]
        due = [record for ends_us, record in running if ends_us <= self._at_us or record.told]
        self._ends[queue.name] = [end for end in running if end[0] > self._at_us and not end[1].told]
        for record in due:
            self._finish(queue, kind, record)
        work.promote_due(queue)
        self._start(queue, kind)
        self._prune(queue)

    def _come(self, queue: FakeQueue, kind: Kind) -> None:
        expected = kind.come_per_s * _STEP_US / 1_000_000
        coming = int(expected) + (self._rng.random() < expected % 1)
        for _ in range(coming):
            self._enqueue(queue, kind)

    def _enqueue(self, queue: FakeQueue, kind: Kind, delay_ms: int = 0) -> Record:
        self._numbers[queue.name] += 1
        tenant = self._rng.choice(TENANTS)
        job_id = f"{kind.name[:3]}-{self._at_us // 1000:x}-{self._numbers[queue.name]}"
        body = payload(self._rng, kind.name, tenant)
        return work.enqueue(queue, work.Wish(id=job_id, name=kind.name, payload=body, delay_ms=delay_ms, tenant=tenant))

    def _start(self, queue: FakeQueue, kind: Kind) -> None:
        alive = [w for w in self.engine.workers.values() if queue.name in w.queues and w.label not in LOST]
        places = int(queue.set.get("concurrency", kind.concurrency)) * len(alive)
        most = min(places, int(queue.set.get("max_active", places)))
        while alive and not queue.paused and len(queue.lanes["active"]) < most:
            record = work.start(queue, self._rng.choice(alive).consumer, self._at_us)
            if record is None:
                return
            work.log(queue, record, f"start {record.tenant} attempt {record.attempts + 1}")
            if self._rng.random() < 0.02:
                work.log(queue, record, self._rng.choice(HOSTILE))
            takes_us = int(kind.takes_s * self._rng.uniform(0.3, 2.2) * 1_000_000)
            self._ends[queue.name].append((self._at_us + takes_us, record))

    def _finish(self, queue: FakeQueue, kind: Kind, record: Record) -> None:
        if record.state is not State.ACTIVE:
            return
        if record.told:
            work.end_cancelled(queue, record)
        elif self._rng.random() >= kind.wrong:
            work.log(queue, record, "done")
            work.complete(queue, record, f'{{"ok":true,"items":{self._rng.randint(0, 500)}}}')
        elif record.attempts + 1 < kind.attempts:
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
        now = self.now_ms
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

    # -------------------------------------------------------------------------------------- the beginning

    def _begin(self) -> None:
        now_us = self._at_us
        for n, (label, queues) in enumerate(WORKERS):
            self.engine.workers[f"{label}~demo{n}"] = self._worker(label, n, queues)
        for kind in SYSTEM:
            queue = self.engine.queues[kind.name]
            queue.paused = kind.paused
            self._remember(queue, kind, now_us // MINUTE_US)
            for trouble, count in kind.failed:
                self._fail_before(queue, kind, trouble, (now_us, count))
            self._at_us = now_us - 12_000_000
            for _ in range(kind.waiting):
                self._at_us += 30_000
                self._enqueue(queue, kind)
            for n in range(kind.delayed):
                self._enqueue(queue, kind, 20_000 + n * 45_000)
            self._at_us = now_us
        self._harm()
        self._at_us = now_us
        paused = Entry("score_run", "pause", self.engine.actor, reason="scores are being repaired")
        self.engine.book.write(self.now_ms - 4 * _HOUR_MS, paused)
        self.catch_up()

    def _worker(self, label: str, number: int, queues: tuple[str, ...]) -> WorkerInfo:
        lost = label in LOST
        return WorkerInfo(
            consumer=f"{label}~demo{number}",
            label=label,
            host=f"{label}.example.org",
            pid=1700 + number * 31,
            queues=list(queues),
            concurrency={name: self._kinds[name].concurrency for name in queues},
            version=VERSION if label != "ops-w5" else "0.0.9",
            started=self.now_ms - (2 * 24 if not lost else 30) * _HOUR_MS + number,
            seen=self.now_ms - (2 * _HOUR_MS - 120_000 if lost else 1_000),
        )

    def _remember(self, queue: FakeQueue, kind: Kind, newest: int) -> None:
        """The last hour's counters; the queue that lost its workers has completed nothing since."""
        for back in range(_PAST_MINUTES, 0, -1):
            done = 0 if kind.paused else min(kind.come_per_s, kind.rate or kind.come_per_s) * 60
            idle = kind.name in ("sync_ads", "notify_push")
            happened = {
                "enqueue": round(kind.come_per_s * 60 * self._rng.uniform(0.7, 1.3)),
                "complete": 0 if idle else round(done * self._rng.uniform(0.7, 1.2)),
                "fail": round(done * kind.wrong * self._rng.uniform(0, 0.4)),
                "retry": round(done * kind.wrong * self._rng.uniform(0.5, 1.5)),
            }
            if kind.name == "notify_push":
                continue
            queue.minutes[newest - back] = happened

    def _fail_before(self, queue: FakeQueue, kind: Kind, trouble: Trouble, when: tuple[int, int]) -> None:
        """So many jobs have failed of this before."""
        now_us, count = when
        attempts = 1 if trouble is NO_TENANT else kind.attempts
        first_s, last_s = kind.failed_s
        for n in range(count):
            began_us = now_us - first_s * 1_000_000 + n * ((first_s - last_s) * 1_000_000 // count)
            record = self._failed(queue, kind, trouble, (began_us, attempts))
            if n % 50 == 7:
                record.tenant = None

    def _failed(self, queue: FakeQueue, kind: Kind, trouble: Trouble, tried: tuple[int, int]) -> Record:
        """A job that failed after so many attempts from a time on."""
        self._at_us, attempts = tried
        hosts = [f"{label}~demo{n}" for n, (label, queues) in enumerate(WORKERS) if queue.name in queues]
        record = self._enqueue(queue, kind)
        queue.leave(record)
        record.state = State.ACTIVE
        record.place = self._at_us
        queue.enter(record)
        for attempt in range(1, attempts + 1):
            record.started, record.worker = self.now_ms, self._rng.choice(hosts)
            work.log(queue, record, f"start {record.tenant} attempt {attempt}")
            self._at_us += 3_000_000
            work.log(queue, record, f"ERROR {trouble.sentence}")
            if attempt == attempts:
                work.fail(queue, record, trouble)
                break
            work.retry(queue, record, trouble, 2_000 << attempt)
            self._at_us += 2_000_000 << attempt
            queue.move(record, State.ACTIVE, self._at_us)
        return record

    def _harm(self) -> None:
        """Jobs whose every text tries something with the terminal."""
        queue, kind = self.engine.queues["import_csv"], self._kinds["import_csv"]
        for n, text in enumerate(HOSTILE):
            record = self._failed(queue, kind, Trouble("ValueError", text, text), (self._at_us - 60_000_000, 2))
            queue.leave(record)
            queue.jobs.pop(record.id)
            record.id, record.tenant = f"odd-{n}-{text}", text
            record.payload = msgspec.json.encode({"note": text, text: n, "password": text}).decode()
            queue.enter(record)
            queue.groups[record.group or ""].job_id = record.id
            self._at_us += 60_000_000


def _deep(kind: Kind, now_ms: int) -> Mapping[Listed, Deep]:
    """The many jobs that are there from the beginning."""
    age_ms = {"waiting": kind.oldest_s * 1000, "delayed": 10_000_000, "completed": 80_000_000}
    return {
        listed: Numbered(
            count=count,
            job=kind.name,
            state=State(listed),
            first_ms=now_ms + 60_000 if listed == "delayed" else now_ms - 30_000 - age_ms[listed],
            every_ms=age_ms[listed] // count,
            prefix=f"{kind.name}-{listed[0]}",
        )
        for listed, count in kind.deep.items()
    }
