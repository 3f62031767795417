"""Sets of cases: a smoke for each change, a bench for a laptop, and all there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from benchmarks.case import Part, Size
from benchmarks.cases.catalog import CASES


class Chosen(Struct, frozen=True, kw_only=True):
    """Which cases are played by which sides, and how much each measures.

    A set must end in its time: some cases are played in a `few` rounds of their own, the `guests` play `wide` cases
    only, and in the first `guest_rounds` of them, but for those that are `whole` for them too.
    """

    cases: tuple[str, ...]
    size: Size
    sides: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    guest_rounds: int = 5
    few: Mapping[str, int] = {}

    def parts(self, names: Sequence[str] = (), sides: Sequence[str] = (), rounds: int | None = None) -> Iterator[Part]:
        """The set's cases, or those that are named; given sides and rounds win."""
        for name in names or self.cases:
            own = self.sides + (self.guests if name in self.wide or names else ())
            fewer = {} if rounds or name in self.whole else dict.fromkeys(self.guests, self.guest_rounds)
            yield Part(
                name,
                tuple(sides) or own,
                rounds or self.few.get(name, self.size.rounds),
                {side: count for side, count in fewer.items() if side in own},
            )


_FULL_ONLY = (
    "drain-4x",
    "payload-100b",
    "enqueue-bulk-no-aof",
    "far-pickup",
    "recovery",
    "backlog-1m",
    "backlog-5m",
)
_NOT_OF_A_GOAL = (
    "drain-10",
    "drain-500",
    "drain-2x",
    "drain-4x",
    "drain-queues",
    "drain-no-aof",
    "payload-100b",
    "payload-10kb",
    "payload-200kb",
    "retries",
    "enqueue-single",
    "enqueue-bulk-no-aof",
    "far-drain",
    "far-enqueue",
    "far-pickup",
    "limiter",
    "backlog-100k",
    "real",
)
_FEW: dict[str, int] = dict.fromkeys(_NOT_OF_A_GOAL, 3)
SETS = {
    "smoke": Chosen(
        cases=("drain", "enqueue-bulk", "pickup", "recovery-short"),
        sides=("engine", "floor"),
        size=Size(jobs=5_000, pickups=250, rounds=3, kills=2, reviews=200),
    ),
    "bench": Chosen(
        cases=tuple(name for name in CASES if name not in _FULL_ONLY),
        sides=("engine", "bullmq", "floor", "redis-benchmark"),
        guests=("streaq", "saq"),
        wide=("drain", "enqueue-bulk", "pickup", "delayed"),
        whole=("drain",),
        guest_rounds=3,
        few={
            **dict.fromkeys(_NOT_OF_A_GOAL, 2),
            "payload-200kb": 1,
            "real": 1,
            "limiter-cost": 2,
            "limiter-off": 2,
            "limiter": 1,
            "memory": 2,
            "backlog-10k": 2,
        },
        size=Size(jobs=4_000, pickups=250, rounds=5, kills=3, reviews=300),
    ),
    "full": Chosen(
        cases=tuple(name for name in CASES if name != "recovery-short"),
        sides=("engine", "bullmq", "floor", "loop", "redis-benchmark"),
        guests=("bullmq-tuned", "bullmq-python", "streaq", "saq", "arq", "taskiq", "celery", "dramatiq", "rq"),
        wide=(
            "drain",
            "retries",
            "enqueue-single",
            "enqueue-concurrent",
            "enqueue-bulk",
            "pickup",
            "delayed",
            "recovery",
            "memory",
            "far-drain",
        ),
        whole=("drain", "enqueue-concurrent", "enqueue-bulk"),
        guest_rounds=2,
        few=_FEW,
        size=Size(jobs=40_000),
    ),
}
