"""Which crashes were charged with reason, and whether the dead's jobs came back in time."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.case import LONGEST_S, Case
from tests.simulation.lives import Tenure


def crashes_have_causes(case: Case) -> Iterator[str]:
    """A crash is charged only if the worker died, stood still or was cut off alone; never for what hit all of them."""
    for tenure in case.lives.tenures:
        if tenure.how in ("reclaim", "crashed") and tenure.ended_s is not None and not _had_cause(case, tenure):
            yield f"{tenure.handed.queue}/{tenure.handed.id} of {tenure.handed.who} at {tenure.ended_s:.4f}"


def _had_cause(case: Case, tenure: Tenure) -> bool:
    process, at_s = case.process(tenure.handed.who), tenure.ended_s or 0.0
    if not process.alive and process.ended_s is not None and process.ended_s <= at_s:
        return True
    if process.ended_s is not None and process.ended_s <= at_s:
        # It stopped by itself: whatever kept it from giving back what it held.
        from_s = process.ended_s - case.plan.grace_s - LONGEST_S
        return any(who in (None, process.name) for who in case.disturbances(from_s, process.ended_s))
    lease_s = case.plan.queues[tenure.handed.queue].lease_s
    return process.name in case.disturbances(at_s - lease_s - LONGEST_S, at_s)


def recovery_is_prompt(case: Case) -> Iterator[str]:
    """A dead worker's job is taken back within lease + sweep + 1 s of its last renewal, where another works on."""
    for tenure in case.lives.tenures:
        process = case.process(tenure.handed.who)
        died_s = process.ended_s
        if process.alive or died_s is None or (tenure.ended_s is not None and tenure.ended_s <= died_s):
            continue
        options = case.plan.queues[tenure.handed.queue]
        limit_s = max(died_s, tenure.renewed_s + options.lease_s) + options.sweep_s + 1
        if case.anyone_at_work(died_s - 3 * options.sweep_s, limit_s):
            case.recoveries_s.append((tenure.ended_s or float("inf")) - died_s)
            if tenure.ended_s is None or tenure.ended_s > limit_s:
                handed = tenure.handed
                yield f"{handed.queue}/{handed.id} of {handed.who}: {tenure.ended_s}, not {limit_s:.3f}"
