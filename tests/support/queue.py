"""A queue on a real server whose clock moves only by hand: what a test of the scripts needs in a line each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, Literal

import msgspec

from engine.streams import GROUP, Keys, SyncStore
from engine.streams import commands as c
from engine.streams.reads import audit, counts, limits, list_jobs, recent, show, stats
from engine.testing import FakeClock
from engine.types import CancelAnswer, Delivery, Enqueued, JobLine, JobStatus, Keep, QueueCounts, QueueLimits, State
from engine.views import JobPage, LimitsView, MinuteStats

Verb = Literal["complete", "retry", "snooze", "fail", "release", "cancel"]
STREAMS = ("again", "ready", "suspect")
KEEP = Keep(86_400)
FAILURE = b'{"type":"ValueError","message":"no"}'
GROUP_OF_FAILURE = "0123456789ab"


class Rig:
    """One queue under test. Every call is stamped by `clock`, which starts in the past; nothing ever sleeps."""

    def __init__(self, url: str, prefix: str, queue: str = "q") -> None:
        self.keys = Keys(prefix, "s", queue)
        self.store = SyncStore(url)
        self.clock = FakeClock()
        self.limits = QueueLimits()
        self._ops = count()

    # ------------------------------------------------------------------------------------------ the scripts

    def configure(self, **limits: Any) -> bool:
        """The queue is configured with these limits over the ones before; whether that changed something."""
        self.limits = msgspec.structs.replace(self.limits, **limits)
        return self.store.run(c.configure(self.keys, self.limits))

    def enqueue_jobs(self, *jobs: c.NewJob, op: str | None = None, tenant_ttl_s: int = 60) -> list[Enqueued | None]:
        """The tickets of one enqueue call; None for a job whose key holds no record."""
        call = c.enqueue(self.keys, self.clock.now_us(), op or f"op{next(self._ops)}", tenant_ttl_s, jobs)
        return [answer if isinstance(answer, Enqueued) else None for answer in self.store.run(call)]

    def offer(self, *ids: str, max_waiting: int, delay_s: float = 0, op: str | None = None) -> list[str]:
        """What an enqueue call into a queue of limited length answers: `new`, `live`, or why it was refused."""
        jobs = [c.NewJob(job_id, "work", b"{}", round(delay_s * 1000)) for job_id in ids]
        op = op or f"op{next(self._ops)}"
        answers = self.store.run(c.enqueue(self.keys, self.clock.now_us(), op, 60, jobs, max_waiting))
        return [_word(answer) for answer in answers]

    def enqueue(self, *ids: str, delay_s: float = 0, payload: bytes = b"{}", op: str | None = None) -> list[Enqueued]:
        """The tickets of plain jobs."""
        jobs = [c.NewJob(job_id, "work", payload, round(delay_s * 1000)) for job_id in ids]
        return [ticket for ticket in self.enqueue_jobs(*jobs, op=op) if ticket is not None]

    def acquire(self, places: int = 10, consumer: str = "w1", *, alone: bool = True) -> c.Acquired:
        """What an acquire answers."""
        return self.store.run(c.acquire(self.keys, self.clock.now_us(), consumer, places, alone=alone))

    def take(self, places: int = 10, consumer: str = "w1", *, alone: bool = True) -> list[Delivery]:
        """The deliveries of an acquire."""
        return self.acquire(places, consumer, alone=alone).deliveries

    def settle(self, delivery: Delivery, verb: Verb, data: bytes = b"", delay_s: float = 0) -> bool:
        """Whether the settle was accepted."""
        return self.settle_many(c.Settle(delivery.id, delivery.fence, verb, data, round(delay_s * 1000)))[0]

    def fail(self, delivery: Delivery, fingerprint: str = GROUP_OF_FAILURE, data: bytes = FAILURE) -> None:
        """The delivery has failed for good, with an error of this fingerprint."""
        assert self.settle_many(c.Settle(delivery.id, delivery.fence, "fail", data, fingerprint=fingerprint)) == [True]

    def settle_many(self, *settles: c.Settle) -> list[bool]:
        """Which settles were accepted."""
        return [answer != "lost" for answer in self.answers(*settles)]

    def answers(self, *settles: c.Settle) -> list[c.Settled]:
        """What each settle is answered."""
        return self.store.run(c.settle(self.keys, self.clock.now_us(), settles))

    def renew(self, *known: Delivery, consumer: str = "w1", strays: bool = False, renew: bool = True) -> c.Renewed:
        """What a renew of these deliveries answers."""
        holdings = [c.Holding(delivery.id, delivery.fence, renew) for delivery in known]
        return self.store.run(c.renew(self.keys, self.clock.now_us(), consumer, holdings, strays=strays, lease_ms=0))

    def reclaim(self, *dead: str) -> c.Swept:
        """What one sweep answers."""
        return self.store.run(c.reclaim(self.keys, self.clock.now_us(), dead))

    def cancel(self, ticket: Enqueued) -> CancelAnswer:
        """What a cancel of the ticket's run answers."""
        return self.store.run(c.cancel(self.keys, self.clock.now_us(), ticket.id, ticket.run))

    def cancel_in(self, ticket: Enqueued, state: State) -> CancelAnswer | Literal["changed"]:
        """What a cancel of the ticket's run answers that means it in this state only."""
        return self.store.run(c.cancel(self.keys, self.clock.now_us(), ticket.id, ticket.run, state))

    def note(self, delivery: Delivery, kind: Literal["log", "progress", "checkpoint"], data: bytes = b"") -> bool:
        """Whether the note was kept."""
        note = c.Note(delivery.id, delivery.fence, kind, data)
        return self.store.run(c.note(self.keys, self.clock.now_us(), [note]))[0]

    def prune(self, completed: Keep = KEEP, failed: Keep = KEEP, limit: int = 250) -> int:
        """The largest number of jobs deleted of one state."""
        keep = {State.COMPLETED: completed, State.FAILED: failed, State.CANCELLED: completed}
        return self.store.run(c.prune(self.keys, self.clock.now_us(), keep, limit)).most

    def pause(self, *, paused: bool = True) -> bool:
        """Whether that changed something."""
        return self.store.run(c.pause(self.keys, paused=paused))

    def requeue(self, *tickets: Enqueued) -> list[c.Requeued]:
        """What a requeue of the tickets' runs answers."""
        runs = [(ticket.id, ticket.run) for ticket in tickets]
        return self.store.run(c.requeue(self.keys, self.clock.now_us(), 60, runs))

    def promote(self, *tickets: Enqueued) -> list[c.Requeued]:
        """What a promote of the tickets' runs answers."""
        runs = [(ticket.id, ticket.run) for ticket in tickets]
        return self.store.run(c.promote(self.keys, self.clock.now_us(), runs))

    def trash(self, *tickets: Enqueued) -> list[c.Answer]:
        """What is answered when the tickets' runs are put into the trash."""
        return self._trash("trash", tickets)

    def restore(self, *tickets: Enqueued) -> list[c.Answer]:
        """What is answered when the tickets' runs are taken out of the trash."""
        return self._trash("restore", tickets)

    def delete_runs(self, *tickets: Enqueued) -> list[c.Answer]:
        """What is answered when the tickets' runs are deleted for good."""
        return self._trash("delete", tickets)

    def _trash(self, verb: Literal["trash", "restore", "delete"], tickets: Sequence[Enqueued]) -> list[c.Answer]:
        runs = [(ticket.id, ticket.run) for ticket in tickets]
        return self.store.run(c.trash(self.keys, self.clock.now_us(), verb, runs))

    def revert(self, done: Literal["requeue", "cancel", "promote"], *tickets: Enqueued) -> list[c.Answer]:
        """What is answered when this is taken back that was done to the tickets' runs."""
        runs = [(ticket.id, ticket.run) for ticket in tickets]
        return self.store.run(c.revert(self.keys, self.clock.now_us(), done, runs))

    def set_limits(self, **values: str) -> bool:
        """Whether setting these at run time changed something."""
        return self.store.run(c.set_limits(self.keys, values))

    def audit(self, *marks: c.Mark) -> list[tuple[str, str]]:
        """Each faulty job's id with its fault."""
        return [(odd.mark.id.decode(), odd.fault) for odd in self.store.run(audit(self.keys, marks))]

    def repair(self, *marks: c.Mark) -> list[tuple[str, str]]:
        """Each repaired job's id with the fault that it had."""
        mended = self.store.run(c.repair(self.keys, self.clock.now_us(), marks))
        return [(one.id.decode(), one.fault) for one in mended]

    # ------------------------------------------------------------------------------------------ more than one

    def sweep_for(self, seconds: float, *living: Delivery, consumer: str = "w1") -> c.Swept:
        """The sum of the sweeps of these seconds, at the queue's interval; the living renew before each."""
        done: list[tuple[str, str]] = []
        for _ in range(int(seconds * 1000 / self.limits.sweep_ms)):
            self.clock.advance(self.limits.sweep_ms / 1000)
            if living:
                self.renew(*living, consumer=consumer)
            done += self.reclaim().jobs
        return c.Swept(done, more=False, closed_ms=0)

    def end_leases(self, *living: Delivery, consumer: str = "w1") -> c.Swept:
        """The sum of the sweeps until every lease has run out that nobody renews."""
        return self.sweep_for(self.limits.lease_ms / 1000 * 2 + 1, *living, consumer=consumer)

    # ------------------------------------------------------------------------------------------ looking

    def status(self, job_id: str) -> JobStatus:
        """What is known of a job that is there."""
        status = self.store.run(show(self.keys, job_id))
        assert status is not None, f"{job_id} has no record"
        return status

    def counts(self) -> QueueCounts:
        """How many jobs are in each state."""
        return self.store.run(counts(self.keys, self.clock.now_us(), KEEP, KEEP))

    def listed(self, state: State, limit: int = 250) -> list[JobLine]:
        """The first jobs in one state."""
        jobs: list[JobLine] = []
        page = self.page(state, limit)
        while True:
            jobs += page.jobs
            if page.after is None or len(jobs) >= limit:
                return jobs
            page = self.page(state, limit - len(jobs), page.after)

    def page(self, state: State, limit: int, after: str | None = None) -> JobPage:
        """A page of the jobs in one state behind `after`."""
        return self.store.run(list_jobs(self.keys, state, limit, after or ""))

    def recent(self, tenant: str, limit: int = 250) -> list[JobLine]:
        """A tenant's newest jobs."""
        return self.store.run(recent(self.keys, tenant, limit, 0))[1]

    def limits_now(self) -> LimitsView:
        """What decides whether jobs may start."""
        return self.store.run(limits(self.keys, self.clock.now_us(), 10))

    def minutes(self, count: int, back: int = 0) -> list[MinuteStats]:
        """The counters of the newest minutes."""
        return self.store.run(stats(self.keys, self.clock.now_us(), count, back))

    def record(self, job_id: str) -> dict[str, str]:
        """The record's fields as they are stored."""
        return _pairs(self.command("HGETALL", self.keys.job + job_id))

    def groups(self) -> dict[str, int]:
        """The error groups with how many jobs of each are failed now, those that failed longest ago first."""
        return {fingerprint: int(self.group(fingerprint)["jobs"]) for fingerprint in self.scores("groups")}

    def group(self, fingerprint: str) -> dict[str, str]:
        """The fields of an error group."""
        return _pairs(self.command("HGETALL", self.keys.group + fingerprint))

    def scores(self, name: str) -> dict[str, int]:
        """The members of a sorted set with their scores."""
        words = [word.decode() for word in self.command("ZRANGE", getattr(self.keys, name), 0, -1, "WITHSCORES")]
        return dict(zip(words[::2], map(int, words[1::2]), strict=True))

    def control(self) -> dict[str, str]:
        """The fields of `control`."""
        return _pairs(self.command("HGETALL", self.keys.control))

    def shared_bucket(self) -> dict[str, str]:
        """The fields of the token bucket that the slot's queues share."""
        return _pairs(self.command("HGETALL", self.keys.bucket))

    def waiting_in(self, stream: str) -> list[str]:
        """The ids in a stream, active ones among them, in the order of their entries."""
        return [entry[1][1].decode() for entry in self.command("XRANGE", getattr(self.keys, stream), "-", "+")]

    def events(self) -> list[tuple[str, str]]:
        """Every verb and id told so far."""
        told: list[tuple[str, str]] = []
        for _, flat in self.command("XRANGE", self.keys.events, "-", "+"):
            words = [word.decode() for word in flat]
            told += zip(words[::2], words[1::2], strict=True)
        return told

    def stats(self) -> dict[str, int]:
        """The counters of the clock's minute."""
        minute = self.clock.now_us() // 60_000_000
        return {name: int(n) for name, n in _pairs(self.command("HGETALL", f"{self.keys.stats}{minute}")).items()}

    def counted(self, name: str) -> int:
        """This counter over the last ten minutes of the clock."""
        last = self.clock.now_us() // 60_000_000
        found = [self.command("HGET", f"{self.keys.stats}{minute}", name) for minute in range(last - 10, last + 1)]
        return sum(int(count) for count in found if count)

    def take_wake_up(self) -> bool:
        """Whether a wake-up was left; it is taken."""
        return self.command("LPOP", self.keys.wake) is not None

    def command(self, *words: Any) -> Any:
        """The raw reply of a plain command."""
        return self.store.command(*words)

    def pending(self, stream: str) -> dict[str, str]:
        """The consumer of each delivered entry of a stream."""
        page = self.command("XPENDING", getattr(self.keys, stream), GROUP, "-", "+", 10_000)
        return {entry.decode(): consumer.decode() for entry, consumer, *_ in page}

    def stamp_pending(self, stream: str) -> None:
        """What was delivered by the server's clock, and not by a whole acquire, was delivered now by the test's."""
        key, now_ms = getattr(self.keys, stream), self.clock.now_us() // 1000
        for entry, consumer in self.pending(stream).items():
            self.command("XCLAIM", key, GROUP, consumer, 0, entry, "TIME", now_ms, "JUSTID")

    def begin_again(self) -> None:
        """As it was made: no key is left, nobody has configured it, and its clock is at the beginning."""
        self.delete()
        self.clock, self.limits, self._ops = FakeClock(), QueueLimits(), count()

    def delete(self) -> None:
        """No key of the queue is left, nor its slot's bucket."""
        self.command(
            "EVAL",
            "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('UNLINK', key) end",
            0,
            f"{self.keys.base}*",
        )
        self.command("UNLINK", self.keys.bucket)

    def close(self) -> None:
        """The connection is closed."""
        self.store.close()


def _word(answer: Enqueued | c.Refused) -> str:
    if isinstance(answer, Enqueued):
        return "new" if answer.created else "live"
    return f"{answer.why} at {answer.waiting}"


def _pairs(flat: list[bytes]) -> dict[str, str]:
    words = [word.decode(errors="backslashreplace") for word in flat]
    return dict(zip(words[::2], words[1::2], strict=True))
