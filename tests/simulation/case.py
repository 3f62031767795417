"""A schedule that is over, with all that is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from tests.simulation.course import Course
from tests.simulation.crew import World
from tests.simulation.ledger import Execution, Key
from tests.simulation.lives import Lives, Tenure
from tests.simulation.plan import Plan
from tests.simulation.plays import Play
from tests.simulation.process import Process
from tests.simulation.witness import Fact

LONGEST_S = 12.0
"""For how long a mishap of one exchange may keep a worker from the next: its own limits, twice, and a beat."""

_ORDERLY = frozenset({"stop", "hurry", "pause"})
"""What operators do: no worker is kept from Redis by it."""


class Case:
    """What the judge looks at."""

    def __init__(self, url: str, plan: Plan, world: World, course: Course, facts: list[Fact]) -> None:
        self.url, self.plan, self.world, self.course, self.facts = url, plan, world, course, facts
        self.recoveries_s: list[float] = []
        """From a worker's death until each of its jobs was taken back, where that was judged."""
        self.plays: dict[Key, Play] = {(order.queue, order.id): order.play for order in plan.orders}

    @cached_property
    def lives(self) -> Lives:
        return Lives(self.facts)

    @cached_property
    def _by_fence(self) -> dict[tuple[str, int], Tenure]:
        return {(tenure.handed.queue, tenure.handed.fence): tenure for tenure in self.lives.tenures}

    def tenure_of(self, execution: Execution) -> Tenure:
        """The delivery that was executed."""
        return self._by_fence[execution.key[0], execution.fence]

    def process(self, name: str) -> Process:
        """The worker process of this name."""
        return next(process for process in self.course.crew.processes if process.name == name)

    def disturbances(self, from_s: float, until_s: float) -> Iterator[str | None]:
        """Whom something kept from Redis within this time; None: everybody."""
        for began_s, ended_s, who, why in self.course.disturbance.spans:
            if began_s <= until_s and ended_s >= from_s and why not in _ORDERLY:
                yield who
        for at_s, who, _ in self.world.network.weather.met:
            if from_s <= at_s <= until_s:
                yield who

    def stood_still(self, name: str) -> list[tuple[float, float]]:
        """When the worker's loop did not run, though it lived."""
        frozen = [
            (began_s, ended_s)
            for began_s, ended_s, who, why in self.course.disturbance.spans
            if (who, why) == (name, "freeze")
        ]
        return self.process(name).blocked_s + frozen

    def anyone_at_work(self, from_s: float, until_s: float) -> bool:
        """Whether nobody was disturbed, and some worker worked all this time."""
        if any(True for _ in self.disturbances(from_s - LONGEST_S, until_s)):
            return False
        return any(
            process.began_s + 1 < from_s
            and (process.ended_s is None or process.ended_s > until_s)
            and not any(began_s < until_s and ended_s > from_s for began_s, ended_s in process.blocked_s)
            for process in self.course.crew.processes
        )
