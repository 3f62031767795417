"""The explanation of a FixScore as people read it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from jobs.scoring.components import FixSide
from jobs.scoring.explaining.fix import FixExplanation
from jobs.scoring.explaining.layout import change_of, figure, fold, last_word, run_lines, term, verdict
from jobs.scoring.explaining.stored import StoredFix


def fix_text(told: FixExplanation) -> str:
    """Which task, both sides, the product that is its score, and what would change it most."""
    fix = told.fix
    return "\n".join(
        [
            *fold(f"Task {fix.title} ({fix.task_id}): FixScore {figure(fix.fix_score, 2)}", indent=2),
            *fold(f"theme {fix.theme} ({fix.theme_id}), completed on {fix.components.completed_on}", "  "),
            *run_lines(told.run),
            "",
            *_sides(fix),
            "",
            *_product(fix),
            "",
            *verdict(told.problems),
            *last_word(_turning_point(told)),
        ]
    )


def _sides(fix: StoredFix) -> Iterator[str]:
    terms = fix.components
    yield f"{'':<7} {'Days':<24} {'Reviews':>7} {'sum of W':>12} {'sum of |W|':>12} {'S':>10}"
    yield _side("Before", terms.pre)
    yield _side("After", terms.post)
    variances = [("before", terms.pre.variance), ("after", terms.post.variance)]
    known = ", ".join(f"{name} {figure(variance)}" for name, variance in variances if variance is not None)
    if known:
        yield from fold(f"Variance of the reviews' S: {known}", indent=2)
    if terms.pre_extended:
        yield from fold("Before goes further back than usual: the usual days have no review of the theme.", indent=2)
    if terms.post_open:
        yield from fold("After was not over yet: what comes until its last day will change it.", indent=2)


def _side(name: str, side: FixSide) -> str:
    days = f"{side.start} to {side.end}"
    sums = f"{figure(side.sum_impact):>12} {figure(side.sum_abs_impact):>12} {figure(side.sentiment):>10}"
    return f"{name:<7} {days:<24} {side.reviews:>7} {sums}"


def _product(fix: StoredFix) -> Iterator[str]:
    terms = fix.components
    if fix.delta is None:
        yield from fold("none: a side without reviews has no S", f"{'Change':<14} ")
    else:
        yield from term("Change", fix.delta, "= S after - S before, within -2 to 2")
    count = f"= ln(1 + {fix.reviews_before} + {fix.reviews_after})"
    yield from term("x ln(1 + n)", math.log1p(fix.reviews), count)
    rule = f"rule {terms.rule_id}: {terms.reason_code}" if terms.rule_id else "the default, as no rule holds"
    yield from term("x confidence", fix.confidence, f"{fix.level}, {rule}")
    yield from term("= FixScore", fix.fix_score, "")


def _turning_point(told: FixExplanation) -> str:
    change, fix = told.change, told.fix
    if change is not None:
        by = change_of(change.difference, 2)
        return f"{change.condition}, the FixScore would be {figure(change.result, 2)} ({by})"
    if fix.delta is None:
        side = "before it was completed" if not fix.reviews_before else "since it was completed"
        return f"a review of the theme {side}: without one there is nothing to compare"
    return "a change of S: it is the same on both sides, and confidence and counts only scale it"
