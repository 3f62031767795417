"""The plan dialog: what would happen, to how many, what is passed over, and how far it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from admin_tui.actions.deeds import Deed
from admin_tui.draw.line import Line, Span, Style
from admin_tui.text import Safe, exact, fit, lasted, moment, safe, shorten
from admin_tui.views.lines import fact, facts
from engine import Plan

PER_S = 200.0
"""So many jobs a second an operation does, unless it is told otherwise."""
_LABEL = 13


def plan_title(deed: Deed, words: str, *, production: bool) -> str:
    """The dialog's title: the deed in capitals, what it is done to, and where."""
    return f"{deed.verb.upper()} {words}" + (" - PROD" if production else "")


def plan_lines(plan: Plan, deed: Deed, now_ms: int, width: int) -> list[Line]:
    """What the plan says, a fact a line, each within the width."""
    left_s = max(0, plan.expires_ms - now_ms) // 1000
    valid = f"valid {round(left_s / 60)} min" if left_s >= 120 else f"valid {left_s} s"
    valid = valid if left_s else "EXPIRED: Esc, then plan it anew"
    taken = f"taken {moment(plan.made_ms, 'utc', now_ms)}   {valid}   this exact set"
    skipped = sum(plan.skipped.values())
    known: list[tuple[str, str, Style]] = [
        (f"plan {plan.id[:7]}", taken, "plain" if left_s else "bad"),
        (f"will {deed.name}", exact(plan.will), "title" if plan.will else "warn"),
    ]
    if skipped:
        known.append(("will skip", f"{exact(skipped)}   {_reasons(plan.skipped)}", "warn"))
    if plan.selection:
        known.append(("of", plan.selection, "plain"))
    if plan.oldest_ms is not None and plan.newest_ms is not None:
        known.append(("age", _span(now_ms - plan.newest_ms, now_ms - plan.oldest_ms), "plain"))
    lines = [fact(label, text, width, style, _LABEL) for label, text, style in known]
    if plan.sample:
        lines.append((Span(fit("sample", _LABEL), "dim"), Span(_sample(plan.sample, width - _LABEL))))
    for warning in plan.warnings:
        lines += facts("WARNING", warning, width, "warn", _LABEL)
    if plan.will > 1:
        speed = f"{PER_S:.0f}/s, about {lasted(round(plan.will / PER_S * 1000))}"
        lines.append(fact("speed", speed, width, label_cells=_LABEL))
    return lines + facts("undo", plan.undo, width, label_cells=_LABEL)


def _reasons(skipped: Mapping[str, int]) -> str:
    most = sorted(skipped.items(), key=lambda reason: (-reason[1], reason[0]))
    return ", ".join(f"{number:,} {reason}" for reason, number in most)


def _span(newest_ms: int, oldest_ms: int) -> str:
    newest, oldest = lasted(newest_ms), lasted(oldest_ms)
    return newest if newest == oldest else f"{newest} .. {oldest}"


def _sample(ids: Sequence[str], cells: int) -> Safe:
    """As many ids as fit, each shortened in its middle."""
    shown = list[str]()
    for job_id in ids:
        text = shorten(job_id, 24)
        if len("  ".join([*shown, text])) > cells:
            break
        shown.append(text)
    return safe("  ".join(shown) or shorten(ids[0], cells), max(0, cells))
