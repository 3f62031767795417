"""What callers were told so far, kept apart from the model: the invariants compare Redis with this, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from engine.streams.commands import Acquired, Refused, Requeued, Settle, Settled, Swept
from engine.types import Enqueued

ENDS_AN_ATTEMPT = ("complete", "retry", "fail")


class Bucket(Struct, frozen=True):
    """A rate as it was set: starts a second, and at once."""

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
        self.settled: set[int] = set()
        """Fences whose settle was accepted."""
        self.highest_fence = 0
        self.starts: dict[Bucket, list[Start]] = {}
        """Since each of the rates that hold now was set."""

    def hear_enqueued(self, answers: Sequence[Enqueued | Refused]) -> None:
        """New runs have nothing charged."""
        for answer in answers:
            if isinstance(answer, Enqueued) and answer.created:
                self._begin(answer.id, answer.run)

    def hear_requeued(self, runs: Sequence[tuple[str, int]], answers: Sequence[Requeued]) -> None:
        """Nor have runs that wait again."""
        for (job_id, run), answer in zip(runs, answers, strict=True):
            if answer.answer == "ok" and answer.run != run:
                self._begin(job_id, answer.run)

    def _begin(self, job_id: str, run: int) -> None:
        if run > self.highest_fence:
            self.attempts.pop(job_id, None)
            self.crashes.pop(job_id, None)
            self.highest_fence = run

    def hear_acquired(self, answer: Acquired, buckets: Sequence[Bucket], at_us: int) -> None:
        """Jobs have started while these rates held."""
        self.highest_fence = max([self.highest_fence, *(delivery.fence for delivery in answer.deliveries)])
        self.hear_started(len(answer.deliveries), buckets, at_us)

    def hear_started(self, count: int, buckets: Sequence[Bucket], at_us: int) -> None:
        """So many have started; what was counted by other rates than these is forgotten."""
        self.starts = {bucket: self.starts.get(bucket, []) for bucket in buckets}
        for starts in self.starts.values():
            starts.append(Start(at_us, count))

    def hear_settled(self, settles: Sequence[Settle], answers: Sequence[Settled]) -> None:
        """Each accepted word counts once."""
        for one, answer in zip(settles, answers, strict=True):
            if answer != "lost" and one.fence not in self.settled:
                self.settled.add(one.fence)
                self.attempts[one.id] += answer == "ok" and one.verb in ENDS_AN_ATTEMPT

    def hear_swept(self, answer: Swept) -> None:
        """Each lease that ran out is a crash."""
        for verb, job_id in answer.jobs:
            self.crashes[job_id] += verb in {"reclaim", "fail"}
