"""Eyes that write down what they see. Secrets are not in it: the engine has taken them out before."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import msgspec

from admin_tui.admin import Eyes
from admin_tui.recording.lines import Said
from admin_tui.recording.tape import Tape
from engine import (
    AuditPage,
    EngineError,
    ErrorGroup,
    Explanation,
    Hits,
    JobDetail,
    Listed,
    LogPage,
    Matching,
    Operation,
    Snapshot,
    Waiters,
    Window,
)

A = TypeVar("A")


class Recorder:
    """The answers of other eyes, each of them also on tape, errors too; hands and what they reveal are not recorded."""

    def __init__(self, eyes: Eyes, tape: Tape) -> None:
        self._eyes, self._tape = eyes, tape

    async def snapshot(self, minutes: int = 30) -> Snapshot:
        """All queues, workers and the server at one moment."""
        return await self._keep("snapshot", {"minutes": minutes}, self._eyes.snapshot(minutes))

    async def window(
        self, queue: str, listed: Listed, size: int, *, rank: int | None = None, above: str = "", below: str = ""
    ) -> Window:
        """Rows of a list."""
        asked = {"queue": queue, "listed": listed, "size": size, "rank": rank, "above": above, "below": below}
        found = self._eyes.window(queue, listed, size, rank=rank, above=above, below=below)
        return await self._keep("window", asked, found)

    async def search(self, queue: str, where: Matching, after: str | None = None, looked: int = 250) -> Hits:
        """One step of a search."""
        asked = {"queue": queue, "where": where, "after": after, "looked": looked}
        return await self._keep("search", asked, self._eyes.search(queue, where, after, looked))

    async def job(self, queue: str, job_id: str) -> JobDetail | None:
        """The job, without secrets."""
        return await self._keep("job", {"queue": queue, "job_id": job_id}, self._eyes.job(queue, job_id))

    async def log(self, queue: str, job_id: str, after: str = "", limit: int = 250) -> LogPage:
        """Log lines of a job."""
        asked = {"queue": queue, "job_id": job_id, "after": after, "limit": limit}
        return await self._keep("log", asked, self._eyes.log(queue, job_id, after, limit))

    async def groups(self, queue: str, minutes: int = 30) -> Sequence[ErrorGroup]:
        """The queue's failures by fingerprint."""
        return await self._keep("groups", {"queue": queue, "minutes": minutes}, self._eyes.groups(queue, minutes))

    async def waiters(self, queue: str) -> Waiters:
        """Whose jobs wait first."""
        return await self._keep("waiters", {"queue": queue}, self._eyes.waiters(queue))

    async def explain(self, queue: str, job_id: str | None = None) -> Explanation:
        """Why the job, or the queue's next one, does not run."""
        return await self._keep("explain", {"queue": queue, "job_id": job_id}, self._eyes.explain(queue, job_id))

    async def audit(self, before: str | None = None, limit: int = 50, queue: str | None = None) -> AuditPage:
        """Changes, newest first."""
        asked = {"before": before, "limit": limit, "queue": queue}
        return await self._keep("audit", asked, self._eyes.audit(before, limit, queue))

    async def operation(self, queue: str, operation_id: str) -> Operation | None:
        """How far an operation is."""
        asked = {"queue": queue, "operation_id": operation_id}
        return await self._keep("operation", asked, self._eyes.operation(queue, operation_id))

    async def _keep(self, call: str, asked: dict[str, Any], answer: Coroutine[Any, Any, A]) -> A:
        try:
            found = await answer
        except EngineError as error:
            await self._write(call, asked, error=str(error))
            raise
        await self._write(call, asked, found)
        return found

    async def _write(self, call: str, asked: dict[str, Any], answer: object = None, error: str = "") -> None:
        try:
            encoded = msgspec.Raw(msgspec.json.encode(answer))
            msgspec.json.encode(asked)
        except UnicodeEncodeError:
            return  # an id or a cursor of bytes that are no text: JSON has no way to say it
        await self._tape.write(Said(self._tape.now_ms, call, asked, encoded, error))
