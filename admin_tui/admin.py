"""What the admin needs of an engine: eyes to look, hands to change; `Viewer` and `Inspector` have both."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol, Unpack

from engine import (
    Action,
    Actor,
    AuditPage,
    Chosen,
    ErrorGroup,
    Explanation,
    Hits,
    JobDetail,
    LimitSettings,
    Listed,
    LogPage,
    Matching,
    Operation,
    Plan,
    Snapshot,
    Waiters,
    Window,
)


class Eyes(Protocol):
    """Reads; every call is bounded, whatever the queues hold, and raises `engine.EngineError` only."""

    async def snapshot(self, minutes: int = 30) -> Snapshot:
        """All queues, workers and the server at one moment; one round trip."""
        ...

    async def window(
        self, queue: str, listed: Listed, size: int, *, rank: int | None = None, above: str = "", below: str = ""
    ) -> Window:
        """Up to `size` rows: from row `rank` on, or those next to a cursor of another window, or the first ones.

        Ended jobs and the trash come newest first, delayed ones by due time, the others in running order. A cursor is
        a place in the list: it can be given either way, and holds when its row has gone.
        """
        ...

    async def search(self, queue: str, where: Matching, after: str | None = None, looked: int = 250) -> Hits:
        """One step of a search: the hits among the next `looked` jobs; SettingError for a query that cannot be read."""
        ...

    async def job(self, queue: str, job_id: str) -> JobDetail | None:
        """The job with its attempts, log and reason, without secrets; None if there is no record of it."""
        ...

    async def log(self, queue: str, job_id: str, after: str = "", limit: int = 250) -> LogPage:
        """Log lines behind `after`; without it, the newest ones."""
        ...

    async def groups(self, queue: str, minutes: int = 30) -> Sequence[ErrorGroup]:
        """The queue's failures by fingerprint, those with most failed jobs first; at most 1,000."""
        ...

    async def waiters(self, queue: str) -> Waiters:
        """Whose jobs wait first."""
        ...

    async def explain(self, queue: str, job_id: str | None = None) -> Explanation:
        """Why the job, or the queue's next one, does not run."""
        ...

    async def audit(self, before: str | None = None, limit: int = 50, queue: str | None = None) -> AuditPage:
        """Changes of all queues, or of one, newest first."""
        ...

    async def operation(self, queue: str, operation_id: str) -> Operation | None:
        """How far an operation is."""
        ...


class Hands(Eyes, Protocol):
    """Changes too; each is written to the book with the actor."""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        ...

    async def plan(self, queue: str, action: Action, on: Chosen | Matching) -> Plan:
        """What the action would do, on a set that is frozen for ten minutes; changes nothing."""
        ...

    async def apply(self, plan: Plan, confirm: int, reason: str = "") -> Operation:
        """The plan is an operation now; SettingError if `confirm` is not its number of jobs, or it has expired."""
        ...

    def carry_out(self, operation: Operation, per_s: float = 200.0) -> AsyncGenerator[Operation]:
        """Does the operation's batches and tells of each, to its end; workers do the rest if this is left early."""
        ...

    async def stop(self, operation: Operation) -> Operation:
        """No further batch is begun."""
        ...

    async def undo(self, operation: Operation) -> Plan:
        """What taking it back would do; apply it as any plan."""
        ...

    async def pause(self, queue: str, reason: str = "") -> bool:
        """Nothing of the queue is acquired any more; True if it was not paused."""
        ...

    async def resume(self, queue: str, reason: str = "") -> bool:
        """It is acquired again; True if it was paused."""
        ...

    async def set_limits(self, queue: str, reason: str = "", **settings: Unpack[LimitSettings]) -> bool:
        """These limits hold from now on; True if something changed."""
        ...

    async def reveal(self, queue: str, job_id: str, reason: str = "") -> JobDetail | None:
        """The job with its secrets; that somebody looked is written to the book."""
        ...
