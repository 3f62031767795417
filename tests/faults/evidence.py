"""What a row leaves behind to be judged: plain data, gathered after the drain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from engine import State
from tests.faults.book import Acknowledged, Asked, Effect
from tests.support.ledger import Entry

WorkerFault = Literal["kill", "death", "freeze", "term"]
"""`death`: a process that a job ended; `term`: a process that was asked to stop."""
ServerFault = Literal[
    "restart",
    "redis_kill",
    "flush_scripts",
    "clock_step",
    "destroy_group",
    "delete_stream",
    "wrong_type",
    "flush_all",
    "postgres_kill",
]
FaultKind = WorkerFault | ServerFault
HITS: frozenset[FaultKind] = frozenset({"kill", "death", "freeze"})
"""Those that end leases by silence: each charges a crash to every job that the process held."""
LOSSES: frozenset[FaultKind] = frozenset({"destroy_group", "delete_stream", "wrong_type", "flush_all"})
"""Those that make Redis forget who holds what: each job that was held may be handed over again, and is not charged."""


class Fault(Struct, frozen=True):
    """What was done to a process, when, and the deliveries that it held: job id → fence. Of Redis, that it knew of."""

    kind: FaultKind
    pid: int
    at_us: int
    held: dict[str, int] = {}


class Final(Struct, frozen=True):
    """The record of a job after the drain; `fence` is that of the delivery whose result it has."""

    state: State
    run: int
    attempts: int
    crashes: int
    fence: int | None = None


class Evidence(Struct, frozen=True, kw_only=True, dict=True):
    """Everything that is known from outside; `finals` has every record that is stored."""

    asked: list[Asked]
    acknowledged: list[Acknowledged]
    finals: Mapping[str, Final]
    executions: list[Entry] = []
    effects: list[Effect] = []
    faults: list[Fault] = []
    refused_settles: int = 0
    misplaced: int = 0
    leftovers: int = 0
    max_crashes: int = 3
    unruly: frozenset[str] = frozenset()
    """Parts that raise, or end their process: what becomes of them is for their row to judge."""
    forgotten: frozenset[str] = frozenset()
    """Jobs that Redis was made to forget with everything else: not lost by the engine, and new if they come again."""

    @cached_property
    def starts(self) -> dict[str, list[Entry]]:
        """The executions of each job in the order of their fences."""
        by_id: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.executions:
            if entry.event == "start":
                by_id[entry.id].append(entry)
        return {job: sorted(entries, key=lambda entry: entry.fence) for job, entries in by_id.items()}

    def marks(self, event: Literal["start", "end", "told"]) -> set[tuple[str, int]]:
        """Job and fence of each execution that came to this."""
        return {(entry.id, entry.fence) for entry in self.executions if entry.event == event}

    @cached_property
    def hits(self) -> list[Fault]:
        """The faults that end leases by silence, in order."""
        hits = [fault for fault in self.faults if fault.kind in HITS]
        return sorted([self._whole(hit) for hit in hits], key=lambda fault: fault.at_us)

    def _whole(self, hit: Fault) -> Fault:
        """A process that ended by itself may have been seen too late: it held all that it had not finished, too."""
        if hit.kind != "death":
            return hit
        return replace(hit, held={**self._unfinished.get(hit.pid, {}), **hit.held})

    @cached_property
    def _unfinished(self) -> dict[int, dict[str, int]]:
        """By process, the deliveries that began there and neither ended nor were told to stop."""
        over = self.marks("end") | self.marks("told")
        by_pid: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for entry in self.executions:
            if (entry.id, entry.fence) not in over:
                by_pid[entry.pid][entry.id] = entry.fence
        return by_pid

    @cached_property
    def ruly(self) -> set[str]:
        """The ids of the jobs that are to complete at their first attempt."""
        return {asked.id for asked in self.asked if asked.part not in self.unruly}
