"""What callers were told so far, kept apart from the model: the invariants compare Redis with this, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from engine.streams.commands import Acquired, Refused, Requeued, Settle, Settled, Swept
from engine.types import Enqueued

ENDS_AN_ATTEMPT = ("complete", "retry", "fail")


class Bucket(Struct, frozen=True):
    """A rate as it was set, of which bucket: starts a second, and at once."""

    which: str
    rate: float
    burst: float


class Start(Struct, frozen=True):
    """Jobs that started at one moment, in µs that only pass."""

    at_us: int
    count: int


class History:
    """Answers, and nothing else."""

    def __init__(self) -> None:
        self.attempts: Counter[str] = Counter()
        self.crashes: Counter[str] = Counter()
        self.created: set[str] = set()
        """Jobs that the last enqueue has stored."""
        self.fences: list[int] = []
        """Of all deliveries, in order."""
        self.newest: dict[str, int] = {}
        """The fence of each job's delivery, until it is charged with a crash."""
        self.settled: set[int] = set()
        """Fences whose settle was accepted."""
        self.usurped: list[str] = []
        """Jobs of which a settle was accepted whose fence was not the newest."""
        self.highest_run = 0
        self.before: dict[tuple[str, int], tuple[int, int]] = {}
        """Attempts and crashes of each run that was requeued."""
        self.spoilt = False
        """Whether a record was ever lost, so that nobody knows any more in which group its job was."""
        self.starts: dict[Bucket, list[Start]] = {}
        """Since each of the rates that hold now was set."""

    def hear_enqueued(self, answers: Sequence[Enqueued | Refused]) -> None:
        """New runs have nothing charged."""
        self.created.clear()
        for answer in answers:
            if isinstance(answer, Enqueued) and answer.created and self._begin(answer.id, answer.run):
                self.created.add(answer.id)

    def hear_requeued(self, runs: Sequence[tuple[str, int]], answers: Sequence[Requeued]) -> None:
        """Nor have runs that wait again."""
        for (job_id, run), answer in zip(runs, answers, strict=True):
            if answer.answer == "ok" and answer.run > self.highest_run:
                self.before[job_id, run] = self.attempts[job_id], self.crashes[job_id]
                self._begin(job_id, answer.run)

    def hear_reverted(self, done: str, runs: Sequence[tuple[str, int]], answers: Sequence[str]) -> None:
        """A run that is back from a requeue has what was charged to it."""
        for (job_id, run), answer in zip(runs, answers, strict=True):
            if done == "requeue" and answer == "ok" and (job_id, run) in self.before:
                self.attempts[job_id], self.crashes[job_id] = self.before[job_id, run]

    def _begin(self, job_id: str, run: int) -> bool:
        """Whether the run is new; it was told of before if the call was sent again."""
        if run <= self.highest_run:
            return False
        self.attempts.pop(job_id, None)
        self.crashes.pop(job_id, None)
        self.highest_run = run
        return True

    def hear_acquired(self, answer: Acquired, buckets: Sequence[Bucket], at_us: int) -> None:
        """Jobs have started while these rates held."""
        for delivery in answer.deliveries:
            self.fences.append(delivery.fence)
            self.newest[delivery.id] = delivery.fence
        self.hear_started(dict.fromkeys(buckets, len(answer.deliveries)), at_us)

    def hear_started(self, counts: Mapping[Bucket, int], at_us: int) -> None:
        """So many have started by these rates; what was counted by others is forgotten."""
        self.starts = {bucket: [*self.starts.get(bucket, []), Start(at_us, n)] for bucket, n in counts.items()}

    def hear_settled(self, settles: Sequence[Settle], answers: Sequence[Settled]) -> None:
        """Each accepted word counts once."""
        for one, answer in zip(settles, answers, strict=True):
            if answer != "lost" and one.fence not in self.settled:
                self.settled.add(one.fence)
                if self.newest.get(one.id) != one.fence:
                    self.usurped.append(one.id)
                self.attempts[one.id] += answer == "ok" and one.verb in ENDS_AN_ATTEMPT

    def hear_swept(self, answer: Swept) -> None:
        """Each lease that ran out is a crash."""
        for verb, job_id in answer.jobs:
            if verb in {"reclaim", "fail"}:
                self.newest.pop(job_id, None)
                self.crashes[job_id] += 1
