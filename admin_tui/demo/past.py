"""What has happened in the invented system before it is first looked at."""

from __future__ import annotations

import random
from collections.abc import Mapping

import msgspec

from admin_tui.demo import work
from admin_tui.demo.book import Entry
from admin_tui.demo.deep import Numbered
from admin_tui.demo.fake import FakeEngine
from admin_tui.demo.lane import Deep
from admin_tui.demo.producing import Moment, Producer
from admin_tui.demo.queue import MINUTE_US, FakeQueue
from admin_tui.demo.record import Record, Trouble
from admin_tui.demo.system import LOST, SYSTEM, WORKERS, Kind
from admin_tui.demo.words import HOSTILE, NO_TENANT
from engine import VERSION, Actor, Listed, State, WorkerInfo

_MINUTES = 60
_HOUR_MS = 3_600_000

_ANA, _DEPLOY = Actor("ana", "ops1", "admin_tui"), Actor("ci-deploy", "build", "engine")
_CHANGES = (
    (26 * _HOUR_MS, Entry("export_pdf", "set_limits", _DEPLOY, detail="concurrency 2 -> 4", reason="release 0.1.0")),
    (5 * _HOUR_MS, Entry("thumbs", "trash", _ANA, target="thumbs-88", reason="a test image")),
    (5 * _HOUR_MS - 60_000, Entry("thumbs", "restore", _ANA, target="thumbs-88", reason="the wrong one")),
    (4 * _HOUR_MS, Entry("score_run", "pause", _ANA, reason="scores are being repaired")),
    (2 * _HOUR_MS, Entry("ingest_reviews", "reveal", _ANA, target="ing-95", reason="incident 4411")),
)
"""What operators did before somebody looks, and how long ago."""


class Past:
    """Gives the engine workers, counters, failures, and jobs that have waited for long."""

    def __init__(self, engine: FakeEngine, now: Moment, producer: Producer, rng: random.Random) -> None:
        self._engine, self._now, self._producer, self._rng = engine, now, producer, rng
        self._kinds = {kind.name: kind for kind in SYSTEM}

    def happen(self) -> None:
        """All of it has happened; the moment is where it was."""
        now_us = self._now.us
        for n, (label, queues) in enumerate(WORKERS):
            self._engine.workers[f"{label}~demo{n}"] = self._worker(label, n, queues)
        for kind in SYSTEM:
            queue = self._engine.queues[kind.name]
            queue.paused = kind.paused
            self._remember(queue, kind, now_us // MINUTE_US)
            for trouble, count in kind.failed:
                self._fail_before(queue, kind, trouble, (now_us, count))
            self._now.us = now_us - 12_000_000
            for _ in range(kind.waiting):
                self._now.us += 30_000
                self._producer.enqueue(queue, kind)
            for n in range(kind.delayed):
                self._producer.enqueue(queue, kind, 20_000 + n * 45_000)
            self._now.us = now_us
        self._harm()
        self._now.us = now_us
        for before_ms, said in _CHANGES:
            self._engine.book.write(self._now.ms - before_ms, said)

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
            started=self._now.ms - (2 * 24 if not lost else 30) * _HOUR_MS + number,
            seen=self._now.ms - (2 * _HOUR_MS - 120_000 if lost else 1_000),
        )

    def _remember(self, queue: FakeQueue, kind: Kind, newest: int) -> None:
        """The last hour's counters; the queue that lost its workers has completed nothing since."""
        for back in range(_MINUTES, 0, -1):
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
        self._now.us, attempts = tried
        hosts = [f"{label}~demo{n}" for n, (label, queues) in enumerate(WORKERS) if queue.name in queues]
        record = self._producer.enqueue(queue, kind)
        queue.leave(record)
        record.state = State.ACTIVE
        record.place = self._now.us
        queue.enter(record)
        for attempt in range(1, attempts + 1):
            record.started, record.worker = self._now.ms, self._rng.choice(hosts)
            work.log(queue, record, f"start {record.tenant} attempt {attempt}")
            self._now.us += 3_000_000
            work.log(queue, record, f"ERROR {trouble.sentence}")
            if attempt == attempts:
                work.fail(queue, record, trouble)
                break
            work.retry(queue, record, trouble, 2_000 << attempt)
            self._now.us += 2_000_000 << attempt
            queue.move(record, State.ACTIVE, self._now.us)
        return record

    def _harm(self) -> None:
        """Jobs whose every text tries something with the terminal."""
        queue, kind = self._engine.queues["import_csv"], self._kinds["import_csv"]
        for n, text in enumerate(HOSTILE):
            record = self._failed(queue, kind, Trouble("ValueError", text, text), (self._now.us - 60_000_000, 2))
            queue.leave(record)
            queue.jobs.pop(record.id)
            record.id, record.tenant = f"odd-{n}-{text}", text
            record.payload = msgspec.json.encode({"note": text, text: n, "password": text}).decode()
            queue.enter(record)
            queue.groups[record.group or ""].job_id = record.id
            self._now.us += 60_000_000


def deep_jobs(kind: Kind, now_ms: int) -> Mapping[Listed, Deep]:
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
