"""A FixScore taken apart: both sides, the formulas redone, and whether confidence or counts hold it back most."""

from __future__ import annotations

import math
from collections.abc import Iterator

from msgspec import Struct

from jobs.scoring.components import FixSide
from jobs.scoring.explaining.checks import Change, Check, greatest, problems
from jobs.scoring.explaining.stored import StoredFix, ratio
from jobs.scoring.formulas import delta_s, fix_score
from jobs.scoring.run_history import RunHead


class FixExplanation(Struct, frozen=True, kw_only=True, rename="camel"):
    """A FixScore, term by term; `problems` says where the stored terms do not make the stored score."""

    fix: StoredFix
    run: RunHead
    change: Change | None
    problems: tuple[str, ...]


def explain_fix(fix: StoredFix, run: RunHead) -> FixExplanation:
    """Why the task's FixScore is what it is, from what is stored alone."""
    return FixExplanation(fix=fix, run=run, change=greatest(_changes(fix)), problems=problems(_checks(fix)))


def _checks(fix: StoredFix) -> Iterator[Check]:
    pre, post = fix.components.pre, fix.components.post
    yield Check("reviews before", fix.reviews_before, pre.reviews)
    yield Check("reviews after", fix.reviews_after, post.reviews)
    yield from _checks_of_side("before", fix.before, pre)
    yield from _checks_of_side("after", fix.after, post)
    if fix.delta is not None:
        yield Check("change of S", fix.delta, delta_s(pre.sentiment, post.sentiment))
    yield Check("FixScore", fix.fix_score, fix_score(fix.delta or 0.0, fix.reviews, fix.confidence))


def _checks_of_side(name: str, stored: float | None, side: FixSide) -> Iterator[Check]:
    yield Check(f"S {name}", side.sentiment, ratio(side.sum_impact, side.sum_abs_impact))
    if stored is not None:
        yield Check(f"S {name} beside the terms", stored, side.sentiment)


def _changes(fix: StoredFix) -> Iterator[Change]:
    if fix.delta is None:
        return
    sure = fix_score(fix.delta, fix.reviews, 1.0)
    yield Change("at full confidence", sure, sure - fix.fix_score)
    more = fix.delta * math.log1p(2 * fix.reviews) * fix.confidence
    yield Change("with twice as many reviews of the same S", more, more - fix.fix_score)
