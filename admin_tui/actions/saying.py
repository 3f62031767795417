"""What is asked before a deed and said after it, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from admin_tui.actions.asked import Asked
from admin_tui.actions.command import command
from admin_tui.actions.decide import Going
from admin_tui.actions.deeds import DEEDS, Deed
from admin_tui.actions.limits import Field, WhatIf, limit_of, what_if
from admin_tui.actions.targets import OneQueue
from admin_tui.actions.tiers import Tier
from admin_tui.draw.line import Line, Span
from admin_tui.known import Known
from admin_tui.text import exact, lasted, moment
from admin_tui.views.lines import fact, words
from admin_tui.views.plan import plan_lines
from engine import LimitSettings, Operation, Plan, QueueCounts

_ENDED: Sequence[tuple[str, str]] = (("c", "completed"), ("f", "failed"), ("x", "cancelled"))


def asked_plan(going: Going, plan: Plan, known: Known) -> Asked:
    """The question that a plan comes to, with the tier that its number of jobs asks for."""
    needed = going.target.queue if going.deed.name == "clean" else str(plan.will)
    return Asked(
        facts=lambda width: plan_lines(plan, going.deed, known.now_ms, width),
        button=f"{going.deed.verb} {plan.will:,}" if plan.will else "",
        tier=going.planned(plan).tier,
        needed=needed,
        same=lambda reason: command(going.deed, going.target, reason, number=plan.will, app=known.who.app),
        ids=plan.sample,
    )


def asked_words(going: Going, text: str, known: Known) -> Asked:
    """A question about a queue or a job that needs no plan; what is typed is the queue's name."""
    return Asked(
        facts=lambda width: [(Span(line),) for line in words(text, width)],
        button=going.deed.verb,
        tier=max(going.tier, Tier.PLAN),
        needed=going.target.queue,
        same=lambda reason: command(going.deed, going.target, reason, app=known.who.app),
    )


def asked_limits(going: Going, target: OneQueue, changed: LimitSettings, known: Known) -> Asked:
    """The question that new limits come to: each before and after, and what they would do to what waits."""
    return Asked(
        facts=lambda width: _limit_facts(target, changed, width),
        button="set",
        tier=going.tier,
        needed=target.queue,
        same=lambda reason: command(going.deed, target, reason, changed=changed, app=known.who.app),
    )


def clean_options(counts: QueueCounts) -> list[tuple[str, str]]:
    """The ended jobs of a queue that can be cleaned, by state; each with its key."""
    return [(key, f"{state:<10} {exact(getattr(counts, state)):>12}") for key, state in _ENDED]


def state_of(key: str) -> str:
    """The state that the key of an option means."""
    return dict(_ENDED)[key]


def passed_over(plan: Plan) -> str:
    """Why a plan has no jobs."""
    reasons = ", ".join(f"{reason}" for reason in plan.skipped) or "nothing matches any more"
    return f"nothing to {plan.action}: {reasons}"


def ended(operation: Operation, deed: Deed, whose: str, now_ms: int) -> str:
    """What came of an operation, and until when it can be taken back."""
    if operation.total == 1:
        what = f"{deed.past}: {whose}" if operation.done else f"not {deed.past}, it has changed meanwhile: {whose}"
    else:
        what = f"{deed.past}: {operation.done:,} of {operation.total:,} jobs"
        what += f", {operation.skipped:,} had changed meanwhile" if operation.skipped else ""
    if operation.state == "stopped":
        what = f"stopped; {what}"
    if operation.undo_until_ms > now_ms and operation.done:
        what += f"   U undoes it, until {moment(operation.undo_until_ms, 'utc', now_ms)}"
    return what


def going_words(operation: Operation) -> str:
    """How far an operation is, for the footer."""
    verb = DEEDS[operation.action].verb if operation.action in DEEDS else operation.action
    done = operation.done + operation.skipped
    return f"{verb} {done:,} of {operation.total:,} in {operation.queue}   6 S stops it"


def _limit_facts(target: OneQueue, changed: LimitSettings, width: int) -> list[Line]:
    lines: list[Line] = [fact(name, _change(target, name, value), width, "warn", 14) for name, value in _items(changed)]
    if any(name.startswith("shared") for name, _ in _items(changed)):
        lines += [(Span(line, "warn"),) for line in words("the shared limit holds for all queues of the slot", width)]
    waiting = target.counts.waiting
    drain = drain_words(what_if(target.limits, waiting, changed), waiting)
    return lines + [(Span(line),) for line in words(drain, width)]


def drain_words(drain: WhatIf, waiting: int) -> str:
    """How long what waits takes now, and with other limits."""
    if not waiting:
        return "nothing waits"
    return f"what waits ({waiting:,}) starts in {_span(drain.now_s)} as it is, then in {_span(drain.then_s)}"


def _items(changed: LimitSettings) -> list[tuple[Field, float | int | None]]:
    known: Mapping[Field, float | int | None] = changed  # type: ignore[assignment]  # a TypedDict of these names
    return list(known.items())


def _change(target: OneQueue, name: Field, value: float | None) -> str:
    limit = limit_of(target.limits, name)
    after = limit.configured if value is None else value
    source = " (as configured)" if value is None else ""
    return f"{_number(limit.now)} -> {_number(after)}{source}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _span(seconds: float | None) -> str:
    return "no time that a rate bounds" if seconds is None else str(lasted(round(seconds * 1000)))
