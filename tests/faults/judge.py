"""Makes figures of evidence: pure, so that each figure can be seen to rise."""

from __future__ import annotations

from collections import Counter
from typing import Any

from msgspec.structs import replace

from engine import State
from tests.faults.evidence import LOSSES, Evidence, Fault
from tests.faults.figures import Figures, Phases, Spread, spread
from tests.support.ledger import Entry

_ROUNDING_US = 2_000
"""A due time is kept in whole milliseconds."""


def judge(evidence: Evidence) -> Figures:
    """The figures of a row, but for those that only this row has."""
    figures = Figures()
    for part in (_ends, _enqueues, _executions, _effects, _crashes, _kills, _recovery):
        figures = replace(figures, **part(evidence))
    return figures


def _ends(evidence: Evidence) -> dict[str, Any]:
    states = Counter(final.state for final in evidence.finals.values())
    return {
        "completed": states[State.COMPLETED],
        "failed": states[State.FAILED],
        "cancelled": states[State.CANCELLED],
        "stuck": sum(count for state, count in states.items() if not state.ended),
        "misplaced": evidence.misplaced,
        "leftovers": evidence.leftovers,
    }


def _enqueues(evidence: Evidence) -> dict[str, Any]:
    asked = {job.id for job in evidence.asked}
    acknowledged = {ticket.id: ticket for ticket in evidence.acknowledged}
    finals = evidence.finals
    return {
        "attempted": len(asked),
        "acknowledged": len(acknowledged),
        "recovered": len(asked - acknowledged.keys() & finals.keys()),
        "lost": len(acknowledged.keys() - finals.keys() - evidence.forgotten),
        "unexpected": len((finals.keys() | evidence.starts.keys()) - asked),
        "duplicated_enqueues": sum(
            ticket.id in finals and finals[ticket.id].run != ticket.run for ticket in evidence.acknowledged
        ),
    }


def _executions(evidence: Evidence) -> dict[str, Any]:
    told, finals = evidence.marks("told"), evidence.finals
    due_us = {job.id: job.delay_ms * 1000 for job in evidence.asked if job.delay_ms}
    fences = Counter(entry.fence for entries in evidence.starts.values() for entry in entries)
    takings = evidence.hits + [fault for fault in evidence.faults if fault.kind in LOSSES]
    early = repeated = unexplained = stale = 0
    for job, entries in evidence.starts.items():
        repeated += len(entries) - 1
        for before in entries[:-1]:
            known = (job, before.fence) in told or any(_explains(fault, job, before) for fault in takings)
            unexplained += not known and job in evidence.ruly
        final = finals.get(job)
        if final is not None:
            stale += final.fence is not None and final.fence < entries[-1].fence
            early += job in due_us and entries[0].fence < final.run + due_us[job] - _ROUNDING_US
    return {
        "early": early,
        "repeated_executions": repeated,
        "unexplained_repeats": unexplained,
        "stale_settles_accepted": stale,
        "refused_settles": evidence.refused_settles,
        "shared_fences": sum(count - 1 for count in fences.values()),
    }


def _explains(fault: Fault, job: str, execution: Entry) -> bool:
    """Whether the fault cut this execution off. What a process held that a job ended may have been given back."""
    if fault.kind == "death":
        return fault.pid == execution.pid
    return fault.held.get(job) == execution.fence


def _effects(evidence: Evidence) -> dict[str, Any]:
    verdicts = Counter(effect.verdict for effect in evidence.effects)
    taken = [effect for effect in evidence.effects if effect.verdict == "accepted"]
    accepted = Counter(effect.id for effect in taken)
    wanted = {(each.id, each.run if each.id in evidence.forgotten else 0) for each in taken}
    newest: dict[str, int] = {}
    overtaken = 0
    for effect in evidence.effects:
        overtaken += effect.verdict != "stale" and effect.fence < newest.get(effect.id, 0)
        newest[effect.id] = max(effect.fence, newest.get(effect.id, 0))
    completed = {job for job, final in evidence.finals.items() if final.state is State.COMPLETED}
    return {
        "duplicated_effects": len(taken) - len(wanted),
        "missing_effects": len(completed - accepted.keys()),
        "stale_effects_accepted": overtaken,
        "repeated_effects": verdicts["repeated"],
        "refused_effects": verdicts["stale"],
    }


def _crashes(evidence: Evidence) -> dict[str, Any]:
    hits = Counter(job for fault in evidence.hits for job in fault.held)
    finals, ruly = evidence.finals, evidence.ruly
    failed = [job for job in ruly if job in finals and finals[job].state is State.FAILED]
    by_faults = sum(hits[job] >= evidence.max_crashes for job in failed)
    ended = (finals[job] for job in ruly if job in finals and finals[job].state is State.COMPLETED)
    return {
        "crashes_charged": sum(final.crashes for final in finals.values()),
        "crashes_beyond": sum(max(0, finals[job].crashes - hits[job]) for job in ruly & finals.keys()),
        "quarantined_by_faults": by_faults,
        "quarantined_beyond": len(failed) - by_faults,
        "attempts_charged_for_shutdowns": sum(max(0, final.attempts - 1) for final in ended),
    }


def _kills(evidence: Evidence) -> dict[str, Any]:
    started, ended = evidence.marks("start"), evidence.marks("end")
    seen: Counter[str] = Counter()
    kills = [fault for fault in evidence.faults if fault.kind == "kill"]
    for kill in kills:
        deliveries = set(kill.held.items())
        phases = {
            "acquire": deliveries - started,
            "running": deliveries & started - ended,
            "settle": deliveries & ended,
            "idle": set[tuple[str, int]]() if deliveries else {("", 0)},
        }
        seen.update(name for name, found in phases.items() if found)
    executions = sum(len(entries) for entries in evidence.starts.values())
    held = sum(len(fault.held) for fault in evidence.hits)
    return {
        "faults": dict(Counter(fault.kind for fault in evidence.faults)),
        "phases": Phases(**seen),
        "held_share": sum(bool(kill.held) for kill in kills) / len(kills) if kills else 0.0,
        "hits_per_execution": held / executions if executions else 0.0,
    }


def _recovery(evidence: Evidence) -> dict[str, Any]:
    """A delivery may be known by its execution, or only by the next fault that hit it."""
    fences = {job: [entry.fence for entry in entries] for job, entries in evidence.starts.items()}
    for fault in evidence.hits:
        for job, fence in fault.held.items():
            fences.setdefault(job, []).append(fence)
    hits: Counter[str] = Counter()
    plain: list[float] = []
    suspects: list[float] = []
    for fault in evidence.hits:
        for job, fence in fault.held.items():
            hits[job] += 1
            after = min((later for later in fences[job] if later > fence), default=None)
            if after is not None:
                suspect = hits[job] >= max(1, evidence.max_crashes - 1)
                (suspects if suspect else plain).append((after - fault.at_us) / 1_000_000)
    return {"recovery_s": spread(plain), "suspect_recovery_s": spread(suspects), "restart_s": _restarts(evidence)}


def _restarts(evidence: Evidence) -> Spread:
    waits: list[float] = []
    for told in evidence.executions:
        later = [entry.fence for entry in evidence.starts.get(told.id, []) if entry.fence > told.fence]
        if told.event == "told" and later and later[0] > told.at_us:
            waits.append((later[0] - told.at_us) / 1_000_000)
    return spread(waits)
