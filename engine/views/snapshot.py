"""A snapshot: everything that an overview shows, as it was at one moment of the server."""

from __future__ import annotations

from msgspec import Struct

from engine.types import QueueCounts, WorkerInfo
from engine.views.queues import LimitsView


class Minute(Struct, frozen=True, rename="camel"):
    """What happened in a queue in one minute."""

    enqueued: int = 0
    completed: int = 0
    failed: int = 0
    retried: int = 0


class QueueView(Struct, frozen=True, rename="camel", kw_only=True):
    """One queue. `minutes`: the newest ones, oldest first, the running one last; None: nothing was recorded in it."""

    counts: QueueCounts
    limits: LimitsView
    trash: int
    minutes: list[Minute | None]

    @property
    def name(self) -> str:
        return self.counts.queue


class ServerView(Struct, frozen=True, rename="camel", kw_only=True):
    """What Redis says of itself; sizes in bytes, 0 as `max_memory`: no bound."""

    version: str
    used_memory: int
    max_memory: int
    policy: str
    persistence: str
    """`aof`, `snapshots`, `none`, or one of the first two with ` failing` behind it."""
    evicted: int
    clients: int


class Snapshot(Struct, frozen=True, rename="camel", kw_only=True):
    """All queues and workers at one moment; `at_ms` is the server's time, by which every age is counted.

    `server` is None where the user of Redis may not ask for it. `spoilt` names queues that cannot be read: another
    producer wrote something else into their keys. `cost_us` is what the queues' part took of the server's CPU.
    """

    at_ms: int
    queues: list[QueueView]
    workers: list[WorkerInfo]
    server: ServerView | None = None
    spoilt: list[str] = []
    cost_us: int = 0

    def queue(self, name: str) -> QueueView | None:
        """The queue of this name."""
        return next((queue for queue in self.queues if queue.name == name), None)
