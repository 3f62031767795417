"""Waits for jobs and shows how far they are."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence

import msgspec

from engine import Client, EngineError, Enqueued, JobStatus, Progress

LOOK_S = 0.1
LIMIT_S = 300.0


async def finish(client: Client, tickets: Sequence[Enqueued]) -> list[JobStatus]:
    """The completed runs of the tickets, in order; EngineError with the reason of one that ended otherwise."""
    ends = time.monotonic() + LIMIT_S
    screen = _Screen()
    while True:
        found = [await client.status(ticket.queue, ticket.id) for ticket in tickets]
        runs = [status for status in found if status is not None]
        if len(runs) < len(tickets):
            raise EngineError("a job of the demo is gone: was Redis flushed?")
        screen.show(runs)
        for status in runs:
            if status.state.ended and status.state != "completed":
                logs = "\n".join(status.logs[-5:])
                raise EngineError(f"{status.id} {status.state}: {status.failed_reason}\n{logs}")
        if all(status.state.ended for status in runs):
            return runs
        if time.monotonic() > ends:
            waiting = ", ".join(status.id for status in runs if not status.state.ended)
            raise EngineError(f"still not done after {LIMIT_S:g} s: {waiting}")
        await asyncio.sleep(LOOK_S)


class _Screen:
    """Prints a job's line at each step and every tenth of the way."""

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}

    def show(self, runs: list[JobStatus]) -> None:
        for status in runs:
            step = _step(status)
            if self._shown.get(status.id) != step:
                self._shown[status.id] = step
                print(f"  {status.id:55} {step}", file=sys.stdout, flush=True)


def _step(status: JobStatus) -> str:
    if status.state != "active":
        return str(status.state)
    if status.progress is None:
        return "active"
    progress = msgspec.convert(status.progress, Progress)
    return f"active  {int(progress.percent // 10 * 10):2} %  {progress.step}"
