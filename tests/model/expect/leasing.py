"""What becomes of leases: renewals, strays of lost replies, and what a sweep takes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from engine.streams.commands import Holding, Swept
from tests.model.expect.settling import write_attempt
from tests.model.state import Entry, Held, Known, Queue


def _see(queue: Queue, now_us: int) -> int:
    """Somebody has reached Redis; the time in µs before which nothing is taken back."""
    last, interval_us = queue.control.get("last_sweep"), int(queue.setting("sweep_ms")) * 1000
    lease_us = queue.lease_ms * 1000
    # A wait longer than a lease, as it is now, is begun anew.
    too_far = int(queue.control.get("reclaim_from", "0")) > now_us + lease_us
    queue.control["last_sweep"] = str(now_us)
    if last is None or too_far or not 0 <= now_us - int(last) <= min(3 * interval_us, lease_us / 2):
        queue.control["reclaim_from"] = str(now_us + lease_us)
    return int(queue.control.get("reclaim_from", "0"))


def _idle(queue: Queue, line: str, now_us: int, for_ms: float) -> list[Entry]:
    """The entries of a line whose lease has not been renewed for so long."""
    return [entry for entry in queue.lines[line] if entry.owner and now_us // 1000 - entry.stamp_ms >= for_ms]


class Renew:
    """One beat of a consumer."""

    def __init__(self, queue: Queue, now_us: int, consumer: str, known: Sequence[Holding]) -> None:
        self.queue, self.now_us, self.consumer, self.known = queue, now_us, consumer, known

    def states(self) -> list[Literal["ok", "lost", "flagged"]]:
        """Each delivery is told of; those that are owned, and to be renewed, have a new lease."""
        return [self._renew(holding) for holding in self.known]

    def _renew(self, holding: Holding) -> Literal["ok", "lost", "flagged"]:
        queue, held = self.queue, self.queue.active.get(holding.id)
        if held is None or held.fence != holding.fence:
            return "lost"
        if holding.renew:
            if held.entry.owner:
                held.entry.owner, held.entry.stamp_ms = self.consumer, self.now_us // 1000
            if held.line == "suspect" and queue.configured:
                until_us = self.now_us + queue.lease_ms * 1000
                queue.control |= {"turn": self.consumer, "turn_until": str(until_us)}
        return "flagged" if held.flagged else "ok"

    def give_back(self, lines: Sequence[str], page: int, lease_ms: int) -> int:
        """Old entries of this consumer that it did not name wait again; how many. `lines` is their order."""
        queue = self.queue
        if not queue.configured:
            return 0
        _see(queue, self.now_us)
        half_ms = max(queue.lease_ms, lease_ms) / 2
        fences = {holding.fence for holding in self.known}
        strays = 0
        for line in lines:
            old = [entry for entry in _idle(queue, line, self.now_us, half_ms) if entry.owner == self.consumer]
            for entry in old[:page]:
                held = queue.holder(line, entry)
                if held is not None and held.fence not in fences:
                    self._give_back(held)
                    strays += 1
        queue.woken |= strays > 0
        return strays

    def _give_back(self, held: Held) -> None:
        queue = self.queue
        job = queue.jobs.get(held.entry.job)
        del queue.active[held.entry.job]
        queue.drop(held.line, held.entry)
        if job is None:
            return
        if held.flagged:
            job.record |= {"last": str(held.fence), "worker": self.consumer}
            queue.end(job, "cancelled", self.now_us)
            queue.tell("cancel", job.id)
        else:
            queue.hand_back(job)
            queue.tell("release", job.id)


class Reclaim:
    """One call of a sweep."""

    def __init__(self, queue: Queue, now_us: int) -> None:
        self.queue, self.now_us = queue, now_us
        self.done: list[tuple[str, str]] = []
        self.failed: list[Known] = []

    def answer(self, lines: Sequence[str], holdings: Sequence[str], page: int) -> Swept:
        """The jobs whose lease has run out wait again, charged with a crash, or have ended; `lines` is their order."""
        queue = self.queue
        if not queue.configured:
            return Swept([], more=False, closed_ms=0)
        from_us = _see(queue, self.now_us)
        self._restore(holdings, page)
        if self.now_us < from_us:
            return Swept([], more=False, closed_ms=-(-(from_us - self.now_us) // 1000))
        more = False
        for line in lines:
            old = _idle(queue, line, self.now_us, queue.lease_ms)[:page]
            more |= len(old) == page
            for entry in old:
                self._take_back(line, entry)
        for verb, job_id in self.done:
            queue.tell(verb, job_id)
            queue.count(self.now_us, verb)
        queue.join_groups(self.now_us, self.failed)
        queue.woken |= any(verb in {"reclaim", "release"} for verb, _ in self.done)
        return Swept(self.done, more=more, closed_ms=0)

    def _take_back(self, line: str, entry: Entry) -> None:
        queue = self.queue
        job, held = queue.jobs.get(entry.job), queue.holder(line, entry)
        if job is None:
            queue.set_aside(line, entry)
            return
        queue.drop(line, entry)
        if held is None:
            # An acquire broke midway: nobody was ever told that the job is theirs.
            queue.hand_back(job)
            self.done.append(("release", job.id))
            return
        del queue.active[job.id]
        job.record["worker"] = held.consumer
        if held.flagged:
            job.record["last"] = str(held.fence)
            queue.end(job, "cancelled", self.now_us)
            self.done.append(("cancel", job.id))
        else:
            self._charge(job, held)

    def _restore(self, holdings: Sequence[str], page: int) -> None:
        """Leases that were lost with a group begin again, to be renewed or to run out; `holdings` is their order."""
        queue = self.queue
        lost = [queue.active[job_id] for job_id in holdings if not queue.active[job_id].entry.owner]
        pending = [(line, entry) for line, entries in queue.lines.items() for entry in entries if entry.owner]
        # Only counts are compared: what an acquire that broke midway left is pending, and hides as many.
        if len(lost) > sum(queue.holder(line, entry) is None for line, entry in pending):
            for held in [held for held in lost if queue.grouped[held.line]][:page]:
                held.entry.owner, held.entry.stamp_ms = held.consumer, self.now_us // 1000

    def _charge(self, job: Known, held: Held) -> None:
        queue, crashes = self.queue, job.number("crashes") + 1
        most = int(queue.setting("max_crashes"))
        error = f'{{"type":"Crashed","message":"the worker stopped renewing the lease (crash {crashes} of {most})"}}'
        job.record |= {"crashes": str(crashes), "crashed": str(held.fence), "error": error}
        write_attempt(queue, job, held, self.now_us)
        if crashes >= most:
            queue.end(job, "failed", self.now_us)
            job.record["group"] = "crashed"
            self.failed.append(job)
            self.done.append(("fail", job.id))
        else:
            queue.hand_back(job)
            self.done.append(("reclaim", job.id))
