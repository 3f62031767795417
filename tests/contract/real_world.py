"""The world of the engine on a real server: its scripts are called as workers call them, by the server's clock."""

from __future__ import annotations

from typing import Unpack

import msgspec

from admin_tui.admin import Hands
from engine import VERSION, App, Operation, Plan, Rate, Settings
from engine.fingerprint import fingerprint
from engine.inspector import LimitSettings
from engine.streams import Keys, Registry, SyncStore
from engine.streams import commands as c
from engine.types import Delivery, Failure, QueueLimits
from tests.contract.world import FRAME, OTHER, QUEUE
from tests.support.apps import add_jobs

SERVERS = 0
"""In place of a clock: the server's own."""


class RealPlayer:
    """Works the queues of an app by the engine's own calls, without a worker process."""

    def __init__(self, app: App, store: SyncStore, prefix: str, hands: Hands) -> None:
        self.hands = hands
        self._store, self._prefix = store, prefix
        self._keys = Keys(prefix, app.queues[QUEUE].slot, QUEUE)
        self._held: dict[str, Delivery] = {}
        self._ops = 0
        self._limits = QueueLimits()
        for name in (QUEUE, OTHER):
            self._store.run(c.configure(Keys(prefix, app.queues[name].slot, name), self._limits))

    def put(self, *ids: str, payload: str = "{}", delay_s: float = 0, tenant: str = "", name: str = "work") -> None:
        """These jobs wait, or are delayed."""
        for job_id in ids:
            self._ops += 1
            job = c.NewJob(job_id, name, payload.encode(), round(delay_s * 1000), tenant)
            self._store.run(c.enqueue(self._keys, SERVERS, f"op{self._ops}", 3600, [job]))

    def start(self, count: int = 1, consumer: str = "w1~1") -> list[str]:
        """The ids of the first jobs, which are active now."""
        taken = self._store.run(c.acquire(self._keys, SERVERS, consumer, count, alone=True)).deliveries
        self._held |= {delivery.id: delivery for delivery in taken}
        return [delivery.id for delivery in taken]

    def complete(self, job_id: str, result: str = "null") -> None:
        """The running job has completed."""
        self._settle(c.Settle(job_id, self._held[job_id].fence, "complete", result.encode()))

    def fail(self, job_id: str, message: str = "no", kind: str = "ValueError", stack: str = FRAME) -> None:
        """The running job has failed for good."""
        failure = Failure(kind, message, stack)
        data, mark = msgspec.json.encode(failure), fingerprint(failure)
        self._settle(c.Settle(job_id, self._held[job_id].fence, "fail", data, fingerprint=mark))

    def retry(self, job_id: str, delay_s: float = 3600, message: str = "again") -> None:
        """The running job's attempt has failed, and another follows."""
        data = msgspec.json.encode(Failure("ValueError", message, FRAME))
        self._settle(c.Settle(job_id, self._held[job_id].fence, "retry", data, round(delay_s * 1000)))

    def log(self, job_id: str, text: str) -> None:
        """The running job has logged a line."""
        note = c.Note(job_id, self._held[job_id].fence, "log", text.encode())
        assert self._store.run(c.note(self._keys, SERVERS, [note])) == [True]

    def configure(self, **settings: Unpack[LimitSettings]) -> None:
        """The app's own limits are these."""
        given = {name: value for name, value in settings.items() if value is not None}
        rate = given.get("rate")
        if rate is not None and "burst" not in given:
            given["burst"] = Rate(float(str(rate))).burst_size
        self._limits = msgspec.structs.replace(self._limits, **given)
        self._store.run(c.configure(self._keys, self._limits))

    def beat(self, label: str, queues: list[str], concurrency: dict[str, int]) -> None:
        """A worker tells of itself."""
        registry, consumer = Registry(self._prefix), f"{label}~1"
        seconds, micros = self._store.command("TIME")
        now = int(seconds) * 1000 + int(micros) // 1000
        fields: dict[str, str | int | bytes] = {
            "label": label,
            "host": "host",
            "pid": 1,
            "queues": msgspec.json.encode(queues),
            "concurrency": msgspec.json.encode(concurrency),
            "version": VERSION,
            "started": now,
            "seen": now,
            "acquired": 0,
            "active": 0,
        }
        words = [word for pair in fields.items() for word in pair]
        self._store.command("HSET", registry.worker(consumer), *words)
        self._store.command("ZADD", registry.workers, now, consumer)

    def expire(self, plan: Plan) -> None:
        """The plan's time is over: Redis has let go of its keys, as it does by itself after ten minutes."""
        for key in (self._keys.operation + plan.id, self._keys.frozen + plan.id):
            assert 0 < self._store.command("PTTL", key) <= 600_000, f"{key} would stay"
        self._store.command("UNLINK", self._keys.operation + plan.id, self._keys.frozen + plan.id)

    def age(self, operation: Operation) -> None:
        """The time in which the operation can be undone is over."""
        self._store.command("HSET", self._keys.operation + operation.id, "undo_until", operation.started_ms - 1)

    def _settle(self, settle: c.Settle) -> None:
        assert self._store.run(c.settle(self._keys, SERVERS, [settle])) == ["ok"]


def make_app() -> App:
    """The app whose queues the real world has."""
    app = App()
    for name in (QUEUE, OTHER):
        add_jobs(app.queue(name))
    return app


def settings(url: str, prefix: str) -> Settings:
    """How the app reaches the server."""
    return Settings(redis_url=url, prefix=prefix)
