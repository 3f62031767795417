"""Sets of cases: a smoke for each change, a bench for a laptop, and all there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from benchmarks.case import Size
from benchmarks.cases.catalog import CASES


class Part(Struct, frozen=True):
    """A case, by which sides it is played (none: all that are installed) and in how many rounds."""

    case: str
    sides: tuple[str, ...]
    rounds: int


class Chosen(Struct, frozen=True, kw_only=True):
    """Which cases are played by which sides, and how much each measures.

    `wide` cases are played by the `guests` too, and `few` of them in three rounds: a set must end in its time.
    """

    cases: tuple[str, ...]
    size: Size
    sides: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    few: tuple[str, ...] = ()

    def parts(self, names: Sequence[str] = (), sides: Sequence[str] = (), rounds: int | None = None) -> Iterator[Part]:
        """The set's cases, or those that are named; given sides and rounds win."""
        for name in names or self.cases:
            own = self.sides + (self.guests if name in self.wide or names else ())
            turns = min(3, self.size.rounds) if name in self.few else self.size.rounds
            yield Part(name, tuple(sides) or own, rounds or turns)


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
        wide=("drain", "enqueue-bulk", "enqueue-concurrent", "pickup", "delayed"),
        few=(
            "drain-2x",
            "drain-no-aof",
            "drain-10",
            "drain-500",
            "payload-10kb",
            "payload-200kb",
            "retries",
            "limiter-cost",
            "memory",
            "backlog-10k",
            "backlog-100k",
            "far-drain",
            "far-enqueue",
        ),
        size=Size(jobs=5_000, pickups=250, rounds=5, kills=3, reviews=300),
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
