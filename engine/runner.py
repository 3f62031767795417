"""Gives each delivery its task, tells handlers to stop, and takes places back from those that do not."""

from __future__ import annotations

import asyncio
import logging
from random import Random
from typing import Any

from engine.clock import Clock
from engine.context import JobContext, StopReason
from engine.escaping import escape
from engine.executor import abandoned, execute
from engine.notes import Notes
from engine.registry import Job, Policy, Queue
from engine.roster import Roster, Running
from engine.settler import Settler
from engine.types import Delivery, Fail, Failure, Outcome, Release, Snoozed

TICK_S = 0.1
JOB_TASK = "job "
"""How the names of the handlers' tasks begin."""
_UNKNOWN = Policy()
_UNKNOWN_WAIT_MS = 5_000
_UNKNOWN_PATIENCE_MS = 3_600_000
_log = logging.getLogger("engine.runner")


class Runner:
    """One task for each delivery, from its start to its outcome in the settler's hands."""

    def __init__(
        self, queues: list[Queue], roster: Roster, settler: Settler, notes: Notes, clock: Clock, random: Random
    ) -> None:
        self._queues = {queue.name: queue for queue in queues}
        self._roster, self._settler, self._notes = roster, settler, notes
        self._clock, self._random = clock, random
        self.resources: Any = None
        self._told: set[tuple[str, str]] = set()
        self._taken: list[Running] = []
        self.seen_s = clock.monotonic_s()
        """When the loop last had time for this service; the renewer's thread watches it."""

    def take(self, delivery: Delivery, acquired_s: float) -> None:
        """The delivery is held and has its place; `acquired_s` is when its acquire was sent: by it its lease counts."""
        job = self._queues[delivery.queue].jobs.get(delivery.name)
        policy = job.policy if job else _UNKNOWN
        context: JobContext[Any] = JobContext(delivery, self.resources, self._notes, policy, self._clock)
        running = Running(delivery, job, context, acquired_s)
        self._roster.add(running)
        self._notes.start(delivery)
        self._taken.append(running)

    def start(self) -> None:
        """Every delivery that was taken has its task, but for those that were given back or lost meanwhile."""
        taken, self._taken = self._taken, []
        loop = asyncio.get_running_loop()
        for running in taken:
            if not running.ended:
                running.task = loop.create_task(self._run(running), name=f"{JOB_TASK}{running.delivery.id}")

    async def _run(self, running: Running) -> None:
        running.begin(self._clock.monotonic_s())
        if running.job is None:
            outcome = _unknown_job(running.delivery)
            unknown = running.delivery
            _log.warning(
                "queue %s: this worker has no job %s",
                unknown.queue,
                escape(unknown.name),
                extra={"queue": unknown.queue, "jobId": unknown.id},
            )
        else:
            outcome = await execute(running.job, running.delivery, running.context, self._random)
            self._tell_unknown(running.job, running.delivery.payload)
        self._notes.end(running.delivery)
        self._settler.add(running, outcome)

    def _tell_unknown(self, job: Job[Any, Any], payload: bytes) -> None:
        """Fields that the job's type does not have are logged, each once: a producer may be ahead of this worker."""
        for field in job.payload.unknown_fields(payload):
            if (job.name, field) not in self._told:
                self._told.add((job.name, field))
                _log.warning(
                    "queue %s: jobs %s come with a field %s that this worker ignores",
                    job.queue,
                    job.name,
                    escape(field),
                    extra={"queue": job.queue},
                )

    def stop(self, running: Running, reason: StopReason) -> bool:
        """The handler is told to stop, once, and why; False if it ended already, or was told before."""
        if running.ended or running.context.stop_reason is not None or running.task is None:
            return False
        running.context.stop_reason = reason
        running.task.cancel(reason)
        return True

    def lose(self, queue: str, fence: int) -> None:
        """Another delivery owns the job: the handler is told to stop and its outcome is not sent."""
        running = self._roster.find(queue, fence)
        if running is not None and self._settler.drop(running):
            running.context.stop_reason = running.context.stop_reason or "lost"
            if running.task is not None:
                running.task.cancel("lost")

    def cancel(self, queue: str, fence: int) -> None:
        """The job's cancel was asked for: its handler is told."""
        running = self._roster.find(queue, fence)
        if running is not None:
            self.stop(running, "cancelled")

    def release_all(self) -> list[asyncio.Task[None]]:
        """Every job that still runs is given back unharmed; the tasks of their handlers, told to stop."""
        tasks: list[asyncio.Task[None]] = []
        for running in self._roster.running():
            self._settler.add(running, Release())
            if running.task is not None:
                running.context.stop_reason = running.context.stop_reason or "shutdown"
                running.task.cancel("shutdown")
                tasks.append(running.task)
        return tasks

    async def once(self) -> None:
        """Handlers past their time are told to stop; past their grace too, their attempt is settled without them."""
        now = self.seen_s = self._clock.monotonic_s()
        for running in self._roster.running():
            if not running.began:
                continue
            if now >= running.context.deadline_s and self.stop(running, "timeout"):
                self._tell_timeout(running, now, "timed out: it is told to stop")
            if now >= running.grace_ends_s and running.job is not None:
                self._tell_timeout(running, now, "timed out and still running: its place is taken back")
                self._settler.add(running, abandoned(running.job, running.delivery, self._random))

    def _tell_timeout(self, running: Running, now: float, error: str) -> None:
        duration_ms = round((now - running.started_s) * 1000)
        self._settler.journal.tell("timeout", running.delivery, durationMs=duration_ms, error=error)


def _unknown_job(delivery: Delivery) -> Outcome:
    """Put off, uncharged: in a rolling deploy another worker knows the job. After an hour nobody seems to."""
    if delivery.snoozed_ms < _UNKNOWN_PATIENCE_MS:
        return Snoozed(_UNKNOWN_WAIT_MS)
    return Fail(Failure("UnknownJob", f"for an hour no worker had a job {delivery.name!r}"))
