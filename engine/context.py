"""What a handler holds while it runs: its delivery, its resources, and a way to leave notes."""

from __future__ import annotations

from typing import Generic, Literal, Protocol, TypeVar

from engine.clock import Clock
from engine.types import Delivery, Progress

R = TypeVar("R")
StopReason = Literal["timeout", "shutdown", "lost", "cancelled"]
"""Why a running handler is told to stop."""


class Notebook(Protocol):
    """Where a handler's notes go."""

    def log(self, delivery: Delivery, text: str) -> None:
        """The line is on its way to the job's trail."""
        ...

    def progress(self, delivery: Delivery, progress: Progress) -> None:
        """The newest progress is on its way to the job's record."""
        ...

    async def checkpoint(self, delivery: Delivery) -> None:
        """Redis has the job's progress as durable: crashes and snoozed time count from 0 again."""
        ...


class JobContext(Generic[R]):
    """One delivery as its handler sees it; `resources` is what the app's lifespan gave."""

    def __init__(self, delivery: Delivery, resources: R, notebook: Notebook, limits: Limits, clock: Clock) -> None:
        self._delivery, self._notebook, self._clock = delivery, notebook, clock
        self.resources = resources
        self.max_attempts = limits.attempts
        self.deadline_s = clock.monotonic_s() + limits.timeout_s
        self.stop_reason: StopReason | None = None

    @property
    def id(self) -> str:
        return self._delivery.id

    @property
    def queue(self) -> str:
        return self._delivery.queue

    @property
    def name(self) -> str:
        return self._delivery.name

    @property
    def fence(self) -> int:
        """Rises over all deliveries of the queue: write it beside effects, and let a lower one write nothing."""
        return self._delivery.fence

    @property
    def run(self) -> int:
        """The number of this life of the id; an enqueue after its end begins another."""
        return self._delivery.run

    @property
    def attempt(self) -> int:
        """The number of this attempt, from 1."""
        return self._delivery.attempts + 1

    @property
    def crashes(self) -> int:
        """How many deliveries of this run ended in silence since the last checkpoint."""
        return self._delivery.crashes

    @property
    def snoozed_s(self) -> float:
        """Seconds that this run was put off in all since the last checkpoint."""
        return self._delivery.snoozed_ms / 1000

    @property
    def created_ms(self) -> int:
        """When the run was enqueued, by the server's clock."""
        return self._delivery.run // 1000

    @property
    def cancelled(self) -> bool:
        """Whether this handler was told to stop, for whatever reason."""
        return self.stop_reason is not None

    @property
    def time_left_s(self) -> float:
        """Seconds until the handler's timeout, at least 0."""
        return max(0.0, self.deadline_s - self._clock.monotonic_s())

    def log(self, text: str) -> None:
        """The line is sent with the next batch; it is dropped, not the job, if Redis is full."""
        self._notebook.log(self._delivery, text)

    def progress(self, step: str, percent: float, processed: int | None = None, total: int | None = None) -> None:
        """The step and percent (0 to 100) are sent with the next batch; only the newest is kept."""
        self._notebook.progress(self._delivery, Progress(step, min(100.0, max(0.0, percent)), processed, total, step))

    async def checkpoint(self) -> None:
        """Redis has what was done so far as durable: crashes and snoozed time count from 0 again.

        Raises `LeaseLost` if another delivery owns the job by now: then stop, its effects are not yours to make.
        """
        await self._notebook.checkpoint(self._delivery)


class Limits(Protocol):
    """What of a job's policy the context needs."""

    @property
    def attempts(self) -> int: ...

    @property
    def timeout_s(self) -> float: ...
