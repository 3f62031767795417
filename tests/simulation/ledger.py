"""What producers asked for, what ran and what it did to the outside world, written down beside Redis."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from engine import Enqueued
from tests.simulation.process import Process
from tests.simulation.trace import Trace

Key = tuple[str, str]
"""A queue and a job's id."""


class Execution(Struct):
    """One run of a handler; `ended_s` is None if it never came to its end."""

    who: str
    key: Key
    run: int
    fence: int
    attempt: int
    began_s: float
    ended_s: float | None = None
    how: str = ""


class Ledger:
    """Every attempt of an enqueue and of a cancel, with its answer, and every execution."""

    def __init__(self, trace: Trace, now_s: Callable[[], float]) -> None:
        self._trace, self._now_s = trace, now_s
        self.attempted: set[Key] = set()
        self.tickets: list[Enqueued] = []
        self.results: list[tuple[Enqueued, int]] = []
        """Tickets with the fence in the result that a client was given."""
        self.cancelled: set[tuple[Key, int]] = set()
        """Runs of which a cancel was answered `cancelled` or `requested`."""
        self.maybe_cancelled: set[Key] = set()
        """Jobs of which a cancel was tried."""
        self.executions: list[Execution] = []

    def begin(self, process: Process, key: Key, run: int, fence: int, attempt: int) -> Execution:
        """The handler has begun."""
        execution = Execution(process.name, key, run, fence, attempt, self._now_s())
        self.executions.append(execution)
        self._trace.tell(process.name, f"begins {'/'.join(key)} attempt {attempt}")
        return execution

    def end(self, execution: Execution, how: str) -> None:
        """The handler has come to its end."""
        execution.ended_s, execution.how = self._now_s(), how
        self._trace.tell(execution.who, f"ends {'/'.join(execution.key)} {how}")


class Sink:
    """The outside world, fenced as a connector's row is: a lower fence than the highest seen writes nothing."""

    def __init__(self) -> None:
        self._highest: dict[Key, int] = {}
        self.effects: dict[tuple[Key, int], list[int]] = {}
        """The fences that wrote an effect of each run."""
        self.refused = 0

    def claim(self, key: Key, fence: int) -> bool:
        """The row is this delivery's, unless a later one has it."""
        if fence < self._highest.get(key, 0):
            self.refused += 1
            return False
        self._highest[key] = fence
        return True

    def write(self, key: Key, run: int, fence: int) -> None:
        """The effect of the run is made, by the delivery that has the row, unless it was made already."""
        if self._highest.get(key) != fence:
            self.refused += 1
        elif (key, run) not in self.effects:
            self.effects[key, run] = [fence]
