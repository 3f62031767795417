"""Sets of cases: a smoke for each change, a bench for a laptop, and all there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from benchmarks.case import Part, Size
from benchmarks.cases.catalog import CASES


class Chosen(Struct, frozen=True, kw_only=True):
    """Which cases are played by which sides, and how much each measures.

    `wide` cases are played by the `guests` too, and some in a `few` rounds of their own: a set must end in its time.
    """

    cases: tuple[str, ...]
    size: Size
    sides: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    few: Mapping[str, int] = {}

    def parts(self, names: Sequence[str] = (), sides: Sequence[str] = (), rounds: int | None = None) -> Iterator[Part]:
        """The set's cases, or those that are named; given sides and rounds win."""
        for name in names or self.cases:
            own = self.sides + (self.guests if name in self.wide or names else ())
            yield Part(name, tuple(sides) or own, rounds or self.few.get(name, self.size.rounds))


_FULL_ONLY = (
    "drain-4x",
    "payload-100b",
    "enqueue-bulk-no-aof",
    "far-pickup",
    "recovery",
    "backlog-1m",
    "backlog-5m",
)
SETS = {
    "smoke": Chosen(
        cases=("drain", "enqueue-bulk", "pickup", "recovery-short"),
        sides=("engine", "floor"),
        size=Size(jobs=5_000, pickups=250, rounds=3, kills=2, reviews=200),
    ),
    "bench": Chosen(
        cases=tuple(name for name in CASES if name not in _FULL_ONLY),
        sides=("engine", "bullmq", "floor"),
        guests=("streaq", "saq"),
        wide=("drain", "enqueue-bulk", "pickup", "delayed"),
        few={
            "drain-10": 3,
            "drain-500": 3,
            "drain-2x": 3,
            "drain-no-aof": 3,
            "drain-queues": 3,
            "payload-10kb": 3,
            "payload-200kb": 3,
            "retries": 3,
            "enqueue-single": 3,
            "far-drain": 3,
            "far-enqueue": 3,
            "limiter-cost": 3,
            "limiter": 1,
            "memory": 2,
            "backlog-10k": 2,
            "backlog-100k": 2,
            "real": 1,
        },
        size=Size(jobs=4_000, pickups=250, rounds=5, kills=3, reviews=300),
    ),
    "full": Chosen(
        cases=tuple(name for name in CASES if name != "recovery-short"),
        sides=("engine", "bullmq", "floor", "loop"),
        guests=("bullmq-python", "streaq", "saq", "arq", "taskiq", "celery", "dramatiq", "rq"),
        wide=(
            "drain",
            "drain-10",
            "drain-2x",
            "payload-10kb",
            "retries",
            "enqueue-single",
            "enqueue-concurrent",
            "enqueue-bulk",
            "pickup",
            "pickup-half",
            "delayed",
            "recovery",
            "memory",
            "far-drain",
        ),
        size=Size(),
    ),
}
