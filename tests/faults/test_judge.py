"""The judge on invented books: each figure rises when what it counts has happened, and only then."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from engine import State
from tests.faults.book import Acknowledged, Asked, Effect, Verdict
from tests.faults.evidence import Evidence, Fault, FaultKind, Final
from tests.faults.figures import ZEROES, Figures, Limits, RowReport, Spread, spread
from tests.faults.judge import judge
from tests.support.ledger import Entry, Event

S = 1_000_000
START_US = 1_700_000_000 * S
RUN = START_US - S
FENCE, LATER = START_US, START_US + 3 * S
PID, OTHER = 100, 200


def entry(event: Event = "start", job: str = "a", fence: int = FENCE, *, pid: int = PID, at_us: int = 0) -> Entry:
    return Entry(event, job, fence, 1, pid, at_us or fence)


def effect(seq: int = 1, job: str = "a", fence: int = FENCE, verdict: Verdict = "accepted") -> Effect:
    return Effect(seq, job, RUN, fence, PID, fence, verdict)


def fault(kind: FaultKind = "kill", held: int | None = FENCE, *, at_us: int = FENCE + S // 2) -> Fault:
    return Fault(kind, PID, at_us, {} if held is None else {"a": held})


def final(state: State = State.COMPLETED, **fields: Any) -> Final:
    plain = Final(state, RUN, attempts=1, crashes=0, fence=FENCE if state is State.COMPLETED else None)
    return replace(plain, **fields)


def evidence(**fields: Any) -> Evidence:
    """One job that was enqueued, ran and completed, but for what is given."""
    plain: dict[str, Any] = {
        "asked": [Asked("a", "work")],
        "acknowledged": [Acknowledged("a", RUN, created=True, acked_us=RUN)],
        "finals": {"a": final()},
        "executions": [entry(), entry("end")],
        "effects": [effect()],
    }
    return Evidence(**{**plain, **fields})


TWICE = [entry(), entry(fence=LATER, pid=OTHER), entry("end", fence=LATER, pid=OTHER)]
"""Two executions of the job, the second of which ended."""
AFTER = {"a": final(fence=LATER, crashes=1)}

CASES: dict[str, tuple[Evidence, dict[str, float]]] = {
    "recovered": (evidence(acknowledged=[]), {"recovered": 1}),
    "lost": (evidence(finals={}, executions=[], effects=[]), {"lost": 1}),
    "unexpected-ran": (evidence(executions=[entry(), entry(job="b", fence=LATER)]), {"unexpected": 1}),
    "unexpected-stored": (evidence(finals={"a": final(), "b": final(State.FAILED)}), {"unexpected": 1}),
    "stuck": (evidence(finals={"a": final(State.ACTIVE)}), {"stuck": 1}),
    "early": (evidence(asked=[Asked("a", "work", delay_ms=2_000)]), {"early": 1}),
    "enqueued-twice": (evidence(finals={"a": final(run=RUN + 5)}), {"duplicated_enqueues": 1}),
    "effect-twice": (evidence(effects=[effect(), effect(2, fence=LATER)]), {"duplicated_effects": 1}),
    "effect-missing": (evidence(effects=[]), {"missing_effects": 1}),
    "stale-effect": (evidence(effects=[effect(fence=LATER), effect(2)]), {"stale_effects_accepted": 1}),
    "stale-settle": (
        evidence(executions=TWICE, faults=[fault()], finals={"a": final(crashes=1)}),
        {"stale_settles_accepted": 1, "repeated_executions": 1},
    ),
    "one-fence-twice": (
        evidence(
            asked=[Asked("a", "work"), Asked("b", "work")],
            executions=[entry(), entry("end"), entry(job="b", pid=OTHER)],
        ),
        {"shared_fences": 1},
    ),
    "repeat-unexplained": (evidence(executions=TWICE, finals=AFTER), {"unexplained_repeats": 1, "crashes_beyond": 1}),
    "repeat-after-kill": (
        evidence(executions=TWICE, finals=AFTER, faults=[fault()]),
        {"unexplained_repeats": 0, "crashes_beyond": 0, "repeated_executions": 1, "crashes_charged": 1},
    ),
    "repeat-of-what-a-kill-did-not-hit": (
        evidence(executions=TWICE, finals={"a": final(fence=LATER)}, faults=[fault(held=None)]),
        {"unexplained_repeats": 1},
    ),
    "repeat-after-death": (
        evidence(executions=TWICE, finals={"a": final(fence=LATER)}, faults=[fault("death", None)]),
        {"unexplained_repeats": 0},
    ),
    "death-seen-late": (
        evidence(executions=TWICE, finals=AFTER, faults=[fault("death", None)]),
        {"crashes_beyond": 0, "recovery_s.count": 1},
    ),
    "repeat-after-stop": (
        evidence(
            executions=[*TWICE, entry("told", at_us=FENCE + S)],
            finals={"a": final(fence=LATER)},
            faults=[fault("term")],
        ),
        {"unexplained_repeats": 0, "restart_s.max": 2.0, "recovery_s.count": 0},
    ),
    "attempt-for-shutdown": (evidence(finals={"a": final(attempts=2)}), {"attempts_charged_for_shutdowns": 1}),
    "attempts-of-the-unruly": (
        evidence(finals={"a": final(attempts=2)}, unruly=frozenset({"work"})),
        {"attempts_charged_for_shutdowns": 0},
    ),
    "quarantined-beyond": (
        evidence(finals={"a": final(State.FAILED, crashes=3)}, faults=[fault()], effects=[]),
        {"quarantined_beyond": 1, "crashes_beyond": 2},
    ),
    "quarantined-by-faults": (
        evidence(finals={"a": final(State.FAILED, crashes=1)}, faults=[fault()], max_crashes=1, effects=[]),
        {"quarantined_beyond": 0, "quarantined_by_faults": 1, "crashes_beyond": 0},
    ),
    "misplaced": (evidence(misplaced=1), {"misplaced": 1}),
    "leftovers": (evidence(leftovers=2), {"leftovers": 2}),
    "effect-repeated": (
        evidence(effects=[effect(), effect(2, fence=LATER, verdict="repeated")]),
        {"repeated_effects": 1, "duplicated_effects": 0},
    ),
    "effect-refused": (evidence(effects=[effect(fence=LATER), effect(2, verdict="stale")]), {"refused_effects": 1}),
    "settle-refused": (evidence(refused_settles=1), {"refused_settles": 1}),
    "kill-idle": (evidence(faults=[fault(held=None)]), {"phases.idle": 1, "held_share": 0}),
    "kill-acquire": (evidence(faults=[fault(held=LATER)]), {"phases.acquire": 1, "held_share": 1}),
    "kill-running": (evidence(executions=[entry()], faults=[fault()]), {"phases.running": 1, "hits_per_execution": 1}),
    "kill-settle": (evidence(faults=[fault()]), {"phases.settle": 1, "phases.running": 0}),
    "recovery": (
        evidence(executions=TWICE, finals=AFTER, faults=[fault()]),
        {"recovery_s.max": 2.5, "suspect_recovery_s.count": 0},
    ),
    "recovery-of-a-suspect": (
        evidence(executions=TWICE, finals=AFTER, faults=[fault()], max_crashes=2),
        {"recovery_s.count": 0, "suspect_recovery_s.max": 2.5},
    ),
    "recovery-to-a-second-hit": (
        evidence(executions=[entry()], faults=[fault(), fault(held=LATER, at_us=LATER + S)]),
        {"recovery_s.max": 2.5},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_figure_counts(case: tuple[Evidence, dict[str, float]]) -> None:
    """What happened is in the figures that are named for it."""
    given, expected = case
    figures = judge(given)
    assert {name: figures.value(name) for name in expected} == expected


def test_a_clean_run_is_clean() -> None:
    """A job that was enqueued, ran once and completed leaves every fault of the engine at 0."""
    figures = judge(evidence())
    assert {name: figures.value(name) for name in ZEROES} == dict.fromkeys(ZEROES, 0.0)
    assert (figures.attempted, figures.acknowledged, figures.completed) == (1, 1, 1)


def test_every_fault_of_the_engine_was_seen() -> None:
    """There is a case above in which each figure that must be 0 is not."""
    seen = {name for _, expected in CASES.values() for name, value in expected.items() if value}
    assert set(ZEROES) <= seen


def test_limits_are_named() -> None:
    """A figure outside its bounds is told by name; a bound of a figure that nobody counts is an error."""
    figures = Figures(lost=1, held_share=0.5, recovery_s=Spread(1, 4.0, 4.0, 4.0)).with_more(points=3)
    limits = Limits(at_most={"recovery_s.max": 3.5}, at_least={"held_share": 0.6, "points": 3})
    assert limits.broken(figures) == ["lost 1 > 0", "recovery_s.max 4 > 3.5", "held_share 0.5 < 0.6"]
    with pytest.raises(KeyError):
        Limits(at_least={"points": 3}).broken(Figures())


def test_a_row_that_was_not_drained_fails() -> None:
    """Without a whole drain a row proves nothing."""
    report = RowReport(row="F1", title="", scale="small", seed=1, figures=Figures(), limits=Limits(), drained=False)
    assert report.broken == ["not drained"]


def test_spread() -> None:
    """The largest is the largest, the middle is in the middle, and of nothing all is 0."""
    assert spread([]) == Spread()
    assert spread([3.0, 1.0, 2.0]) == Spread(3, 2.0, 3.0, 3.0)
    assert spread([float(n) for n in range(101)]) == Spread(101, 50.0, 99.0, 100.0)
