"""What a row of faults came to, and the limits that it must keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tests.faults.plan import Scale


class Spread(Struct, frozen=True):
    """A few durations in one line."""

    count: int = 0
    p50: float = 0.0
    p99: float = 0.0
    max: float = 0.0


def spread(values: Sequence[float]) -> Spread:
    """The middle, the 99th of a hundred and the largest; all 0 of none."""
    if not values:
        return Spread()
    ordered = sorted(values)
    last = len(ordered) - 1
    return Spread(len(ordered), ordered[last // 2], ordered[round(last * 0.99)], ordered[-1])


class Phases(Struct, frozen=True):
    """How many kills hit a worker in which phase; one that held several jobs counts in each of theirs."""

    idle: int = 0
    acquire: int = 0
    running: int = 0
    settle: int = 0


class Figures(Struct, frozen=True, kw_only=True):
    """The counts of a row. Those from `lost` to `leftovers` are faults of the engine: each is to be 0."""

    attempted: int = 0
    acknowledged: int = 0
    recovered: int = 0
    """Enqueues without an answer whose jobs turned out to be stored."""
    completed: int = 0
    failed: int = 0
    cancelled: int = 0

    lost: int = 0
    """Acknowledged, and there is no record of it."""
    unexpected: int = 0
    """Ran or is stored, and nobody ever tried to enqueue it."""
    stuck: int = 0
    """Stored, and not ended at the deadline of the drain."""
    early: int = 0
    """Executions that began before their job was due."""
    duplicated_enqueues: int = 0
    """Jobs with another run than the one acknowledged."""
    duplicated_effects: int = 0
    """Effects beyond one for each enqueue that a fenced sink took."""
    missing_effects: int = 0
    """Completed jobs whose effect the sink has not."""
    stale_effects_accepted: int = 0
    """Effects that the sink took from a delivery after one of a later delivery."""
    stale_settles_accepted: int = 0
    """Results of a delivery although a later one had begun."""
    shared_fences: int = 0
    """Executions with a fence that another one had."""
    unexplained_repeats: int = 0
    """Executions beside one whose worker was neither hit by a fault nor told to stop."""
    attempts_charged_for_shutdowns: int = 0
    crashes_beyond: int = 0
    """Crashes charged to a job beyond the faults that hit a worker while it held that job."""
    quarantined_beyond: int = 0
    """Jobs that were to complete and failed, though fewer faults than the queue's max_crashes hit them."""
    misplaced: int = 0
    """Jobs whose record and places disagree, by the doctor's audit."""
    leftovers: int = 0
    """What was left in streams, `active`, `delayed` and `bad` after a whole drain."""

    repeated_executions: int = 0
    """Executions beyond the first of a job, whatever the reason."""
    repeated_effects: int = 0
    """Effects offered again by a later delivery, which the sink took for done."""
    refused_effects: int = 0
    """Effects offered by a delivery that had been overtaken."""
    refused_settles: int = 0
    """Settles that Redis answered with `lost`, as workers told."""
    crashes_charged: int = 0
    quarantined_by_faults: int = 0
    """Jobs that were to complete and failed, after as many faults hit them as the queue lets."""
    faults: dict[str, int] = {}
    """How many of each kind hit."""
    phases: Phases = Phases()
    held_share: float = 0.0
    """Which part of the kills hit a worker that held a job."""
    hits_per_execution: float = 0.0
    """The density of the faults: how likely one hit an execution."""
    recovery_s: Spread = Spread()
    """From a fault to the next execution of each job that was hit."""
    suspect_recovery_s: Spread = Spread()
    """The same for jobs whose next crash would have been their last: they wait for a process of their own."""
    restart_s: Spread = Spread()
    """From a handler's being told to stop to the job's next execution."""
    more: dict[str, float] = {}
    """What this row alone counts."""

    def value(self, name: str) -> float:
        """A figure by name: `lost`, `recovery_s.max`, or one of the row's own."""
        first, _, rest = name.partition(".")
        if first not in self.__struct_fields__:
            return self.more[name]
        found: Any = getattr(self, first)
        return float(getattr(found, rest) if rest else found)

    def with_more(self, **more: float) -> Figures:
        """The same with figures that only this row has."""
        return replace(self, more={**self.more, **more})


ZEROES = (
    "lost",
    "unexpected",
    "stuck",
    "early",
    "duplicated_enqueues",
    "duplicated_effects",
    "missing_effects",
    "stale_effects_accepted",
    "stale_settles_accepted",
    "shared_fences",
    "unexplained_repeats",
    "attempts_charged_for_shutdowns",
    "crashes_beyond",
    "quarantined_beyond",
    "misplaced",
    "leftovers",
)
"""What is 0 in every row."""


class Limits(Struct, frozen=True, kw_only=True):
    """The bounds of a row's figures by name, beside those that are 0 in every row."""

    at_most: dict[str, float] = {}
    at_least: dict[str, float] = {}

    def broken(self, figures: Figures) -> list[str]:
        """The figures outside their bounds, each with its bound."""
        upper = {**dict.fromkeys(ZEROES, 0.0), **self.at_most}
        above = [
            f"{name} {figures.value(name):g} > {most:g}" for name, most in upper.items() if figures.value(name) > most
        ]
        below = [
            f"{name} {figures.value(name):g} < {least:g}"
            for name, least in self.at_least.items()
            if figures.value(name) < least
        ]
        return above + below


class RowReport(Struct, frozen=True, kw_only=True):
    """A row that has run. One that was not drained proves nothing, whatever its figures."""

    row: str
    title: str
    scale: Scale
    seed: int
    figures: Figures
    limits: Limits
    drained: bool = True
    duration_s: float = 0.0

    @property
    def broken(self) -> list[str]:
        """Why the row fails; empty: it passes."""
        return ([] if self.drained else ["not drained"]) + self.limits.broken(self.figures)
