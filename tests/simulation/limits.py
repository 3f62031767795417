"""Rates, max_active and pauses, by what the server handed over."""

from __future__ import annotations

from collections.abc import Iterator

from engine.types import Rate
from tests.simulation.case import Case
from tests.simulation.witness import Handed


def limits_were_kept(case: Case) -> Iterator[str]:
    """In no window did more start than burst + rate x window; never were more active, and none started in a pause."""
    handed = [fact for fact in case.facts if isinstance(fact, Handed)]
    for name, options in case.plan.queues.items():
        if options.max_active is not None and case.lives.most_active[name] > options.max_active:
            yield f"{name}: {case.lives.most_active[name]} active at once, max_active is {options.max_active}"
        if options.rate is not None:
            yield from _too_many(name, options.rate, [fact for fact in handed if fact.queue == name])
    if case.plan.shared is not None:
        yield from _too_many("the slot", case.plan.shared, handed)
    for from_s, until_s, _, why in case.course.disturbance.spans:
        for fact in handed:
            if why == "pause" and fact.queue == case.course.keys[0].queue and from_s < fact.at_s < until_s:
                yield f"{fact.queue}/{fact.id} was handed over while the queue was paused"


def _too_many(whose: str, rate: Rate, handed: list[Handed]) -> Iterator[str]:
    times = [fact.at_us / 1_000_000 for fact in handed]
    for first, from_s in enumerate(times):
        for last in range(first, len(times)):
            most = rate.burst_size + rate.per_second * (times[last] - from_s)
            if last - first + 1 > most + 1e-6:
                yield f"{whose}: {last - first + 1} starts in {times[last] - from_s:.3f} s"
                return
