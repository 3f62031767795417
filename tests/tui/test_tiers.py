"""How a deed is confirmed, and when it may not be done at all."""

from __future__ import annotations

import pytest

from admin_tui.actions.confirm import Confirm, counts
from admin_tui.actions.decide import Going, Refused, decide
from admin_tui.actions.deeds import DEEDS, Deed, DeedName
from admin_tui.actions.gate import Gate
from admin_tui.actions.targets import All, Jobs, fits, pick
from admin_tui.actions.tiers import Tier, tier
from engine import Listed, Matching, State
from tests.support.operator import line, plan


@pytest.mark.parametrize(
    ("name", "count", "production", "expected"),
    [
        ("retry", 1, False, Tier.KEY),
        ("promote", 1, False, Tier.KEY),
        ("restore", 1, False, Tier.KEY),
        ("stop", 1, False, Tier.KEY),
        ("retry", 1, True, Tier.PLAN),
        ("retry", 2, False, Tier.PLAN),
        ("retry", 1_000, False, Tier.PLAN),
        ("retry", 1_001, False, Tier.TYPED),
        ("cancel", 1, False, Tier.PLAN),
        ("trash", 1, False, Tier.PLAN),
        ("pause", 1, False, Tier.PLAN),
        ("resume", 1, False, Tier.PLAN),
        ("undo", 1, False, Tier.PLAN),
        ("undo", 5_000, False, Tier.TYPED),
        ("reveal", 1, False, Tier.PLAN),
        ("limits", 1, False, Tier.PLAN),
        ("limits", 1, True, Tier.TYPED),
        ("delete", 1, False, Tier.TYPED),
        ("clean", 3, False, Tier.TYPED),
    ],
)
def test_tier(name: DeedName, count: int, *, production: bool, expected: Tier) -> None:
    """One light deed needs a key, others a dialog, heavy ones and more than 1,000 jobs something typed."""
    assert tier(DEEDS[name], count, production=production) is expected


def test_a_tier_never_falls_with_more_jobs_or_in_production() -> None:
    """More jobs, or production, never make a deed easier."""
    numbers = (1, 2, 1_000, 1_001, 10**7)
    for deed in DEEDS.values():
        for production in (False, True):
            tiers = [tier(deed, count, production=production) for count in numbers]
            assert tiers == sorted(tiers)
        for count in numbers:
            assert tier(deed, count, production=True) >= tier(deed, count, production=False)


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        (Gate(writes=False), "read-only session: start with --write to change something"),
        (Gate(writes=True, link="stale", age_s=14), "actions are off: the data is 14 s old, Redis does not answer"),
        (Gate(writes=True, link="down"), "actions are off: Redis is not reached; they are back with the first answer"),
        (Gate(writes=True, typing=True), "leave the field first: Enter keeps it, Esc clears it"),
        (Gate(writes=True), None),
        (Gate(writes=True, link="slow"), None),
    ],
)
def test_a_shut_gate_says_why(gate: Gate, words: str | None) -> None:
    """Nothing is done read-only, on old data or while something is typed, and it is said what to do."""
    assert gate.shut == words


def test_what_an_action_on_a_list_is_about() -> None:
    """All that match, if so marked, else the marked jobs, else the one under the cursor, else nothing."""
    a, b = line("a"), line("b", run=7)
    every = All("score_run", Matching("failed", "tenant:t1"), 17)
    assert pick("score_run", "failed", a, [b], every) is every
    assert pick("score_run", "failed", a, [b]) == Jobs("score_run", (b,), "failed")
    assert pick("score_run", "failed", a, []) == Jobs("score_run", (a,), "failed")
    assert pick("score_run", "failed", None, []) is None


@pytest.mark.parametrize(
    ("name", "listed", "state", "expected"),
    [
        ("retry", "failed", State.FAILED, None),
        ("retry", "cancelled", State.CANCELLED, None),
        ("retry", "waiting", State.WAITING, "retry: not for waiting jobs, only cancelled, failed"),
        ("retry", "trash", State.FAILED, "retry: restore the job from the trash first"),
        ("restore", "trash", State.FAILED, None),
        ("restore", "failed", State.FAILED, "restore: only jobs in the trash"),
        ("delete", "failed", State.FAILED, "delete for good: only jobs in the trash"),
        ("promote", "delayed", State.DELAYED, None),
        ("promote", "active", State.ACTIVE, "run now: not for active jobs, only delayed"),
        ("cancel", "active", State.ACTIVE, None),
        ("cancel", "completed", State.COMPLETED, "cancel: not for completed jobs, only active, delayed, waiting"),
        ("trash", "completed", State.COMPLETED, None),
    ],
)
def test_a_deed_that_cannot_be_done_to_what_is_shown(
    name: DeedName, listed: Listed, state: State, expected: str | None
) -> None:
    """It is refused before anything is sent, and said for which jobs it is."""
    assert fits(DEEDS[name], Jobs("score_run", (line("a", state),), listed)) == expected
    assert fits(DEEDS[name], All("score_run", Matching(listed))) == expected


def test_marked_jobs_of_several_states() -> None:
    """A deed that some of the marked jobs allow goes to the engine, which skips the others."""
    both = Jobs("score_run", (line("a", State.FAILED), line("b", State.ACTIVE)), "failed")
    assert fits(DEEDS["retry"], both) is None


@pytest.mark.parametrize(
    ("confirm", "missing"),
    [
        (Confirm(Tier.PLAN, "17"), None),
        (Confirm(Tier.TYPED, "1018"), "type 1018"),
        (Confirm(Tier.TYPED, "1018", "1017", "why"), "type 1018"),
        (Confirm(Tier.TYPED, "1018", "1,018", "why"), None),
        (Confirm(Tier.TYPED, "1018", " 1018 ", "why"), None),
        (Confirm(Tier.TYPED, "1018", "1018", "  "), "give a reason"),
        (Confirm(Tier.TYPED, "score_run", "score", "why"), "type score_run"),
        (Confirm(Tier.TYPED, "score_run", "score_run", "why"), None),
    ],
)
def test_what_is_missing(confirm: Confirm, missing: str | None) -> None:
    """The highest tier wants exactly the number or name, and a reason."""
    assert confirm.missing == missing


def test_a_key_from_before_the_paint_does_not_count() -> None:
    """Only a key that came a moment after the dialog was painted was meant for it."""
    assert not counts(10.0, None)
    assert not counts(9.9, 10.0)
    assert not counts(10.29, 10.0)
    assert counts(10.31, 10.0)


@pytest.mark.parametrize("deed", [deed for deed in DEEDS.values() if deed.action is not None])
def test_a_shut_gate_refuses_every_deed(deed: Deed) -> None:
    """Read-only, on old data and while typing, each key gives the gate's reason and nothing else."""
    target = Jobs("score_run", (line("a"),), "failed")
    for gate in (Gate(writes=False), Gate(writes=True, link="stale"), Gate(writes=True, typing=True)):
        assert decide(deed, target, gate) == Refused(gate.shut or "")


def test_a_deed_carries_what_was_shown() -> None:
    """What follows from a key has the very target that was given, by value."""
    target = Jobs("score_run", (line("a", run=3),), "failed")
    going = decide(DEEDS["retry"], target, Gate(writes=True))
    assert going == Going(DEEDS["retry"], target, Tier.KEY, production=False)
    assert decide(DEEDS["retry"], None, Gate(writes=True)) == Refused("retry: nothing is under the cursor")


def test_a_plan_can_only_raise_the_tier() -> None:
    """All that match are asked for as a plan; once counted, more than 1,000 want their number typed."""
    going = decide(DEEDS["retry"], All("score_run", Matching("failed")), Gate(writes=True))
    assert isinstance(going, Going)
    assert going.tier is Tier.PLAN
    assert going.planned(plan(will=1)).tier is Tier.PLAN
    assert going.planned(plan(will=1_001)).tier is Tier.TYPED
    assert going.planned(plan(will=1_001)).planned(plan(will=2)).tier is Tier.TYPED
