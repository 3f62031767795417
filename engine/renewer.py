"""Renews leases from a thread with its own connection, so that a handler that blocks the loop keeps its lease."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from engine.clock import Clock
from engine.errors import EngineError
from engine.escaping import escape
from engine.line import Line
from engine.roster import Roster, Running
from engine.runner import Runner
from engine.settler import Settler
from engine.streams import Aside
from engine.streams.commands import MAX_BATCH, Holding, Settle, renew, settle

BEAT_S = 1.0
EXIT_BLOCKED = 70
_BLOCKED_S = 2.0
"""How long the loop must have been silent past a job's grace before it counts as blocked."""
_log = logging.getLogger("engine.renewer")


class Renewer:
    """Beats every second: renews what is due, gives strays back, hears of lost and cancelled jobs."""

    def __init__(self, lines: list[Line], aside: Aside, consumer: str, roster: Roster, clock: Clock) -> None:
        self._lines, self._consumer, self._roster, self._clock = lines, consumer, roster, clock
        self._aside, self._store = aside, aside.store

    def start(self, loop: asyncio.AbstractEventLoop, runner: Runner, settler: Settler) -> None:
        """The thread beats until `close`."""
        self._loop, self._runner, self._settler = loop, runner, settler
        self._aside.start(self._beat, self.beat_s)

    async def close(self) -> None:
        """The thread has ended and its connection is closed."""
        await self._aside.close()

    def _beat(self) -> None:
        try:
            self.watch_loop()
            self.once()
        except EngineError as error:
            _log.debug("renew failed: %s", error)
        except Exception:  # noqa: BLE001 - told with its traceback; leases must go on being renewed
            _log.exception("renew failed and goes on")

    def beat_s(self) -> float:
        """Seconds between two beats: a second, or less for leases that would run out meanwhile.

        A lease is a third old and a beat when it is renewed. With half a lease in which Redis is away without being
        missed, and the beat until it is back, that is still less than the lease.
        """
        return min(BEAT_S, min(line.lease_ms for line in self._lines) / 15_000)

    def once(self) -> None:
        """Leases a third old are renewed, but of handlers past their time and grace; what Redis says is passed on."""
        for line in self._lines:
            try:
                self._renew_line(line)
            except EngineError as error:
                # One queue's trouble must not cost the others their leases.
                _log.debug("renew failed: %s", error, extra={"queue": line.queue.name})

    def _renew_line(self, line: Line) -> None:
        now = self._clock.monotonic_s()
        after_s = min(line.lease_ms / 3000, 5.0)
        held = self._roster.held(line.queue.name)
        if len(held) > MAX_BATCH:
            # More than a call can name: all that may be are renewed first, so that none of them looks like a stray.
            due = [running for running in held if not _past(running, now)]
            for start in range(0, len(due), MAX_BATCH):
                self._send(line, due[start : start + MAX_BATCH], now, 0.0, strays=False)
            held = [running for running in held if _past(running, now)]
        # What is named is no stray, however old its lease: a step of the clock makes leases old that are not.
        self._send(line, held[:MAX_BATCH], now, after_s, strays=len(held) <= MAX_BATCH)

    def _send(self, line: Line, batch: list[Running], now: float, after_s: float, *, strays: bool) -> None:
        if not batch and not strays:
            return
        known = [
            Holding(r.delivery.id, r.delivery.fence, renew=not _past(r, now) and now - r.renewed_s >= after_s)
            for r in batch
        ]
        now_us, lease_ms = self._clock.now_us(), line.lease_ms
        call = renew(line.keys, now_us, self._consumer, known, strays=strays, lease_ms=lease_ms)
        answer = self._store.run(call)
        line.lease_ms = answer.lease_ms or lease_ms
        if answer.strays:
            queue = line.queue.name
            _log.warning(
                "queue %s: %d jobs of lost replies are given back", queue, answer.strays, extra={"queue": queue}
            )
        for running, holding, state in zip(batch, known, answer.states, strict=True):
            if state == "lost" and not running.ended:
                self._tell(self._runner.lose, line.queue.name, holding.fence)
            elif state == "flagged":
                self._tell(self._runner.cancel, line.queue.name, holding.fence)
            if holding.renew and state != "lost":
                running.renewed_s = now

    def _tell(self, what: Callable[[str, int], None], queue: str, fence: int) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, queue, fence)

    def watch_loop(self) -> None:
        """If the loop is blocked past a job's grace, this process gives its other jobs back and ends, exit 70."""
        now = self._clock.monotonic_s()
        if now - self._runner.seen_s < _BLOCKED_S:
            return
        blocking = [r for r in self._roster.running() if now >= r.grace_ends_s]
        if not blocking:
            return
        # The task that the loop is in; if that is no handler's own, all that are past their time are blamed.
        at_work = asyncio.current_task(self._loop)
        blocking = [r for r in self._roster.running() if r.task is at_work] or blocking
        names = ", ".join(f"{r.delivery.queue} {escape(r.delivery.id)}" for r in blocking)
        _log.critical("the event loop is blocked past its time by %s: this process ends", names)
        try:
            for call in self._settler.take_all():
                self._store.run(call)
            self._release_others(blocking)
        except EngineError as error:
            _log.critical("release failed: %s; the jobs are reclaimed with their leases", error)
        self._aside.end_process(EXIT_BLOCKED)

    def _release_others(self, blocking: list[Running]) -> None:
        guilty = {running.delivery.fence for running in blocking}
        for line in self._lines:
            others = [r.delivery for r in self._roster.held(line.queue.name) if not r.ended]
            innocent = [delivery for delivery in others if delivery.fence not in guilty]
            for start in range(0, len(innocent), MAX_BATCH):
                batch = innocent[start : start + MAX_BATCH]
                released = [Settle(delivery.id, delivery.fence, "release") for delivery in batch]
                answers = self._store.run(settle(line.keys, self._clock.now_us(), released))
                for delivery, answer in zip(batch, answers, strict=True):
                    event = {"ok": "release", "cancelled": "cancel", "lost": "lost"}[answer]
                    self._settler.journal.tell(event, delivery)


def _past(running: Running, now: float) -> bool:
    """Whether its lease is left to run out. An outcome that Redis has not answered is no handler that hangs."""
    return not running.ended and now >= running.grace_ends_s
