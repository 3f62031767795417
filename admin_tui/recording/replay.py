"""Eyes that see what was recorded, at its pace or step by step; there are no hands to it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

from admin_tui.recording.reel import Reel
from engine import (
    AuditPage,
    Clock,
    EngineError,
    ErrorGroup,
    Explanation,
    Hits,
    JobDetail,
    Listed,
    LogPage,
    Matching,
    Operation,
    SettingError,
    Snapshot,
    Waiters,
    Window,
)

FASTEST = 1_000.0


class NotRecorded(EngineError):
    """Nobody looked at this while the recording was made."""


class Replay:
    """Answers as they were at `position_ms`, which moves with the clock until it is stepped; it ends with the tape.

    It begins `start_s` into the recording and runs `speed` times as fast. A question is answered by what was last said
    to it before; a window of another size by the rows that were seen.
    """

    def __init__(self, path: Path, clock: Clock, speed: float = 1.0, start_s: float = 0.0) -> None:
        if not 0 <= speed <= FASTEST:
            raise SettingError(f"--speed {speed:g}: give a number from 0 (it stands still) to {FASTEST:,}")
        self._reel, self._clock, self._speed = Reel(path), clock, speed
        if not 0 <= start_s * 1000 <= self._reel.length_ms:
            raise SettingError(f"--from {start_s:g}: the recording has {self._reel.length_ms / 1000:.0f} s")
        self._offset_ms = max(round(start_s * 1000), self._reel.steps[0] if self._reel.steps else 0)
        self._from_s, self._stepped = clock.monotonic_s(), False

    @property
    def position_ms(self) -> int:
        """How far into the recording it is."""
        ran_s = 0.0 if self._stepped else (self._clock.monotonic_s() - self._from_s) * self._speed
        return min(self._reel.length_ms, self._offset_ms + round(ran_s * 1000))

    @property
    def length_ms(self) -> int:
        """How long the recording is."""
        return self._reel.length_ms

    def step(self, count: int) -> int:
        """The position is that of the snapshot so many steps from here, and stays there; the new position."""
        at = bisect_right(self._reel.steps, self.position_ms) - 1 + count
        self._offset_ms = self._reel.steps[max(0, min(at, len(self._reel.steps) - 1))] if self._reel.steps else 0
        self._stepped = True
        return self._offset_ms

    def run(self) -> None:
        """The position moves with the clock again, from where it is."""
        self._offset_ms, self._from_s, self._stepped = self.position_ms, self._clock.monotonic_s(), False

    # ---------------------------------------------------------------------------------------------- eyes

    async def snapshot(self, minutes: int = 30) -> Snapshot:
        """All queues, workers and the server as they were."""
        found = cast("Snapshot", self._any("snapshot", {"minutes": minutes}, {}))
        queues = [msgspec.structs.replace(queue, minutes=_newest(queue.minutes, minutes)) for queue in found.queues]
        return msgspec.structs.replace(found, queues=queues)

    async def window(
        self, queue: str, listed: Listed, size: int, *, rank: int | None = None, above: str = "", below: str = ""
    ) -> Window:
        """The rows that were seen of the list, at most `size`."""
        place = {"queue": queue, "listed": listed, "rank": rank, "above": above, "below": below}
        found: Window = self._any("window", {**place, "size": size}, place, {"queue": queue, "listed": listed})
        return found if len(found.rows) <= size else msgspec.structs.replace(found, rows=found.rows[:size])

    async def search(self, queue: str, where: Matching, after: str | None = None, looked: int = 250) -> Hits:
        """The hits of the same step."""
        asked = {"queue": queue, "where": msgspec.to_builtins(where), "after": after}
        return cast("Hits", self._any("search", {**asked, "looked": looked}, asked))

    async def job(self, queue: str, job_id: str) -> JobDetail | None:
        """The job as it was."""
        return cast("JobDetail | None", self._any("job", {"queue": queue, "job_id": job_id}))

    async def log(self, queue: str, job_id: str, after: str = "", limit: int = 250) -> LogPage:
        """The log lines that were read."""
        asked = {"queue": queue, "job_id": job_id, "after": after}
        return cast("LogPage", self._any("log", {**asked, "limit": limit}, asked))

    async def groups(self, queue: str, minutes: int = 30) -> Sequence[ErrorGroup]:
        """The failures as they were."""
        return cast("list[ErrorGroup]", self._any("groups", {"queue": queue, "minutes": minutes}, {"queue": queue}))

    async def waiters(self, queue: str) -> Waiters:
        """Whose jobs waited first."""
        return cast("Waiters", self._any("waiters", {"queue": queue}))

    async def explain(self, queue: str, job_id: str | None = None) -> Explanation:
        """Why it did not run."""
        return cast("Explanation", self._any("explain", {"queue": queue, "job_id": job_id}))

    async def audit(self, before: str | None = None, limit: int = 50, queue: str | None = None) -> AuditPage:
        """The changes that were in the book."""
        asked = {"before": before, "queue": queue}
        return cast("AuditPage", self._any("audit", {**asked, "limit": limit}, asked))

    async def operation(self, queue: str, operation_id: str) -> Operation | None:
        """How far it was."""
        return cast("Operation | None", self._any("operation", {"queue": queue, "operation_id": operation_id}))

    def _any(self, call: str, *asked: dict[str, Any]) -> Any:
        """What was last said to the first of these questions that was ever asked; each asks less exactly."""
        for question in asked:
            said = self._reel.said(call, question, self.position_ms)
            if said is None:
                continue
            if said.error:
                raise EngineError(said.error)
            return self._reel.answer(said)
        raise NotRecorded(f"the recording has no {call} of {asked[0]}: only what was looked at then can be seen")


def _newest(minutes: list[Any], count: int) -> list[Any]:
    """As many as were asked for; what was not recorded is unknown."""
    return [None] * (count - len(minutes)) + minutes[-count:]
