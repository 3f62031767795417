"""What an acquire should hand over: what is due and may start now, in order, and how long to wait for more."""

from __future__ import annotations

from typing import Literal

from engine.streams.commands import Acquired
from engine.types import Delivery
from tests.model.pages import Pages
from tests.model.state import Entry, Held, Known, Queue, Reset, Tokens, bucket_of_ms


class Acquire:
    """One call: who asks, with how many places, and what has been handed over so far."""

    def __init__(self, queue: Queue, now_us: int, consumer: str, places: int, pages: Pages) -> None:
        self.queue, self.now_us, self.consumer, self.pages = queue, now_us, consumer, pages
        self.asked = self.places = places
        self.fence = int(queue.control.get("fence", "0"))
        self.taken: list[Delivery] = []
        self.held: dict[str, Held] = {}
        self.seen = self.bytes = self.largest = 0

    def answer(self, *, alone: bool) -> Acquired:
        """The reply; raises Reset if a group is missing, and what was done before that stays."""
        queue = self.queue
        if not queue.configured:
            return Acquired("reset", None, 0, 0, 0, [])
        promoted = self._promote()
        more_due = len(promoted) == self.pages.due
        own, shared = self._limit()
        status, left_some = self._take_all(alone=alone)
        self._keep([job_id for job_id in promoted if job_id not in queue.hostile])
        if self.taken and left_some:
            queue.woken = True
        waits = [bucket.take(self.now_us, len(self.taken)) for bucket in (own, shared) if bucket is not None]
        return Acquired(
            status,
            self._wait_ms(max(waits, default=-1), more=more_due),
            queue.lease_ms,
            int(queue.setting("sweep_ms")),
            int(queue.setting("concurrency")),
            self.taken,
        )

    def _promote(self) -> list[str]:
        """The first due jobs wait; a due id without a record is dropped."""
        queue, now_ms = self.queue, self.now_us // 1000
        in_order = sorted(queue.delayed, key=lambda job_id: (queue.delayed[job_id], job_id.encode()))
        due = [job_id for job_id in in_order if queue.delayed[job_id] <= now_ms][: self.pages.due]
        for job_id in due:
            del queue.delayed[job_id]
            job = queue.jobs.get(job_id)
            if job is not None:
                queue.wait_in(job, "suspect" if job.number("crashes") >= queue.suspect_at else "ready")
        return due

    def _limit(self) -> tuple[Tokens | None, Tokens | None]:
        """The places are no more than what may start now."""
        queue = self.queue
        if "paused" in queue.control:
            self.places = 0
        own = Tokens.read(queue.control, queue.setting("rate"), queue.setting("burst"), self.now_us)
        shared = Tokens.read(queue.shared, queue.setting("shared_rate"), queue.setting("shared_burst"), self.now_us)
        whole = [bucket.tokens // 1_000_000 for bucket in (own, shared) if bucket is not None]
        self.places = min(self.places, self.pages.most, *whole)
        max_active = int(queue.setting("max_active"))
        if max_active:
            self.places = min(self.places, max_active - len(queue.active))
        return own, shared

    def _take_all(self, *, alone: bool) -> tuple[Literal["ok", "paused", "hold"], bool]:
        """The status, and whether lines hold more than was taken."""
        if "paused" in self.queue.control:
            return "paused", False
        if self.asked and self._has_turn():
            self.places = min(1, self.places)
            if alone:
                self._take("suspect")
            return "hold", False
        left_some = False
        if self.places > 0:
            left_some = bool(self.queue.lines["again"]) and self._take("again")
            left_some = self._take("ready") or left_some
        return "ok", left_some

    def _has_turn(self) -> bool:
        """While suspects wait, one process at a time takes nothing else, for one lease."""
        queue = self.queue
        suspects = queue.lines["suspect"]
        if not suspects:
            return False
        if not queue.grouped["suspect"]:
            raise Reset
        if all(entry.owner for entry in suspects):
            return False
        turn = queue.control.get("turn", self.consumer)
        left_us = int(queue.control.get("turn_until", "0")) - self.now_us
        # A turn that lasts longer than a lease was given before the clock stepped back.
        if turn != self.consumer and 0 < left_us <= queue.lease_ms * 1000:
            return False
        queue.control |= {"turn": self.consumer, "turn_until": str(self.now_us + queue.lease_ms * 1000)}
        return True

    def _take(self, line: str) -> bool:
        """Entries are handed over while there are places, few at once if payloads are large; whether some are left."""
        queue, pages = self.queue, self.pages
        while len(self.taken) < self.places and self.seen < pages.most and self.bytes < pages.max_bytes:
            count = min(self.places - len(self.taken), pages.most - self.seen)
            if not self.taken or self.largest > pages.large:
                count = min(count, pages.few)
            self._need_group(line)
            fresh = [entry for entry in queue.lines[line] if not entry.read][:count]
            self.seen += len(fresh)
            for entry in fresh:
                entry.read, entry.owner, entry.stamp_ms = True, self.consumer, self.now_us // 1000
                self._deliver(line, entry)
            if len(fresh) < count:
                return False
        self._need_group(line)
        return any(not entry.owner for entry in queue.lines[line])

    def _need_group(self, line: str) -> None:
        if not self.queue.grouped[line]:
            raise Reset

    def _deliver(self, line: str, entry: Entry) -> None:
        queue = self.queue
        job = queue.read(entry.job)
        if job == "hostile":
            queue.set_aside(line, entry)
            return
        if job is None or job.entry is not entry or job.state not in {"waiting", "active"}:
            queue.drop(line, entry)
            return
        before = queue.active.get(job.id) if job.state == "active" else None
        self.fence = max(self.now_us, self.fence + 1)
        job.record["state"] = "active"
        flagged = before is not None and before.flagged
        self.held[job.id] = Held(self.fence, line, entry, self.consumer, flagged, job.number("attempts"))
        size = len(job.record["payload"])
        self.bytes, self.largest = self.bytes + size, max(self.largest, size)
        self.taken.append(_delivery(queue.name, job, self.fence, line))

    def _keep(self, promoted: list[str]) -> None:
        """What was handed over is owned, told and counted: the last thing that an acquire does."""
        queue = self.queue
        for job_id in promoted:
            queue.tell("promote", job_id)
        if not self.taken:
            return
        queue.active |= self.held
        queue.control["fence"] = str(self.fence)
        for delivery in self.taken:
            queue.tell("acquire", delivery.id)
            # A test's clock is behind the server's, which stamps entries: nothing has waited by it.
            queue.count(self.now_us, f"wait:{bucket_of_ms(0)}")
        queue.count(self.now_us, "acquire", len(self.taken))

    def _wait_ms(self, for_token_ms: int, *, more: bool) -> int | None:
        """Until there may be more to take: at once, with the next token, or with the next due job."""
        queue = self.queue
        if more or (self.seen == self.pages.most and len(self.taken) < self.places):
            return 0
        first_due = queue.first_due()
        if first_due is None:
            return for_token_ms if for_token_ms >= 0 else None
        due_in_ms = max(0, first_due - self.now_us // 1000)
        return min(for_token_ms, due_in_ms) if for_token_ms > 0 else due_in_ms


def _delivery(name: str, job: Known, fence: int, line: str) -> Delivery:
    return Delivery(
        queue=name,
        id=job.id,
        name=job.record["name"],
        payload=job.record["payload"].encode(),
        fence=fence,
        run=job.run,
        attempts=job.number("attempts"),
        crashes=job.number("crashes"),
        snoozed_ms=job.number("snoozed"),
        suspect=line == "suspect",
    )
