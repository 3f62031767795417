"""Scores as a run stores them, made by the formulas alone; and the figures of a printed explanation read back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec import Struct

from jobs.scoring.components import (
    BaseTerm,
    ConfidenceTerm,
    EngagementTerm,
    FixComponents,
    FixSide,
    Preceding,
    Reactions,
    ReviewComponents,
    SourceTerm,
    ThemeComponents,
    ThemeTerm,
    TimeTerm,
)
from jobs.scoring.explaining.stored import Mention, ScoredReview, StoredFix, StoredTheme, ratio
from jobs.scoring.formulas import (
    blend,
    classify,
    delta_s,
    engagement_weight,
    fix_score,
    impact,
    score_0_10,
    severity,
    source_weight,
    time_weight,
    trend_direction,
)
from jobs.scoring.run_history import RunHead

FIRST, LAST = date(2025, 11, 2), date(2026, 1, 31)
BEFORE = (date(2025, 8, 3), date(2025, 11, 1))
FINISHED = datetime(2026, 2, 1, 6, tzinfo=UTC)
STARS = 0.3
K = 1.2


class Given(Struct, frozen=True, kw_only=True):
    """What a review is scored from."""

    text: float | None = None
    rating: float | None = None
    clause: float | None = None
    age_days: int = 0
    half_life_days: float = 60
    source: float = 1.2
    reactions: int | None = None
    """None: they do not count."""
    confidence: float = 1
    rule: str | None = None


def scored(given: Given, **more: Any) -> ScoredReview:
    """The review as a run stores it, with one mention of the theme `food`."""
    terms = _terms(given)
    fields: dict[str, Any] = {
        "id": "r1",
        "external_id": "ext-1",
        "source_type": "GOOGLE",
        "day": LAST - timedelta(days=given.age_days),
        "text": "The food was fine.",
        "version_now": 1,
        "sentiment": terms.base.score,
        "time": terms.time.value,
        "source": terms.source.value,
        "engagement": terms.engagement.value,
        "confidence": terms.confidence.value,
        "impact": terms.weighted_impact,
        "components": terms,
    }
    return ScoredReview(**fields | more)


def _terms(given: Given) -> ReviewComponents:
    clause = given.text if given.clause is None else given.clause
    base, food = (blend(told, given.rating, STARS) for told in (given.text, clause))
    weights = (
        time_weight(given.age_days, given.half_life_days),
        source_weight(given.source, 0.6, 1.4),
        1.0 if given.reactions is None else engagement_weight(given.reactions, 1.3),
        given.confidence,
    )
    return ReviewComponents(
        base=BaseTerm(base, "model-1", given.text, given.rating is not None, given.rating, given.rating and STARS),
        time=TimeTerm(weights[0], given.age_days, given.half_life_days),
        source=SourceTerm(weights[1], "GOOGLE", given.source, weights[1] != given.source, 0.6, 1.4),
        engagement=EngagementTerm(weights[2], given.reactions is not None, Reactions(given.reactions or 0, 0, 0), 1.3),
        confidence=ConfidenceTerm(given.confidence, given.rule, "VAGUE_REVIEW" if given.rule else "FULL_CONFIDENCE"),
        themes=(ThemeTerm("food", clause, food, impact(food, *weights)),),
        weighted_impact=impact(base, *weights),
        review_version=1,
        parameter_version_id="default",
        rule_set_version_id="default",
        extractor="words-1",
    )


def mentions_of(impacts: Sequence[float]) -> list[Mention]:
    """A mention of each impact, by reviews r1, r2 and so on, the greatest first."""
    mentions = [Mention(f"r{place}", LAST, one, one) for place, one in enumerate(impacts, 1)]
    return sorted(mentions, key=lambda mention: (-abs(mention.impact), mention.review_id))


def theme_of(impacts: Sequence[float], before: Sequence[float] | None = None) -> StoredTheme:
    """The theme `food` with mentions of these impacts; `before`: those of the preceding period, None if not stored."""
    whole = _whole(impacts)
    preceding = Preceding(*BEFORE, **_whole(before)) if before else None
    compared = preceding is not None and min(len(impacts), preceding.mentions) >= 3
    trend = whole["score"] - preceding.score if compared and preceding else None
    classes = [classify(one) for one in impacts]
    return StoredTheme(
        theme_id="food",
        name="Food",
        positive=classes.count("POSITIVE"),
        neutral=classes.count("NEUTRAL"),
        severity=severity(whole["sentiment"], len(impacts)),
        direction=None if trend is None else trend_direction(trend),
        trend=trend,
        negativity=K,
        components=None if before is None else ThemeComponents(K, preceding),
        **whole,
    )


def _whole(impacts: Sequence[float]) -> dict[str, Any]:
    total, whole = sum(impacts), sum(map(abs, impacts))
    negative = sum(classify(one) == "NEGATIVE" for one in impacts)
    sentiment = ratio(total, whole)
    return {
        "mentions": len(impacts),
        "negative": negative,
        "sum_impact": total,
        "sum_abs_impact": whole,
        "sentiment": sentiment,
        "score": score_0_10(sentiment, negative, len(impacts), K),
    }


def side_of(start: date, end: date, impacts: Sequence[float]) -> FixSide:
    """One side of a fix, of reviews with these impacts."""
    total, whole = sum(impacts), sum(map(abs, impacts))
    return FixSide(start, end, len(impacts), total, whole, ratio(total, whole))


def fix_of(before: Sequence[float], after: Sequence[float], confidence: float = 0.7, **terms: Any) -> StoredFix:
    """A fix of the theme `food`, completed on 10 January, of reviews with these impacts on either side."""
    done = date(2026, 1, 10)
    pre = side_of(done - timedelta(days=90), done - timedelta(days=1), before)
    post = side_of(done, done + timedelta(days=59), after)
    compared = bool(before and after)
    delta = delta_s(pre.sentiment, post.sentiment) if compared else None
    fields: dict[str, Any] = {
        "completed_on": done,
        "pre": pre,
        "post": post,
        "pre_extended": False,
        "post_open": False,
        "rule_id": "five-to-nine",
        "reason_code": "SUFFICIENT_DATA",
        "matched_rules": ("five-to-nine",),
        "parameter_version_id": "default",
        "rule_set_version_id": "default",
    }
    return StoredFix(
        task_id="task-1",
        title="A second cook",
        theme_id="food",
        theme="Food",
        fix_score=fix_score(delta or 0.0, len(before) + len(after), confidence),
        delta=delta,
        before=pre.sentiment if before else None,
        after=post.sentiment if after else None,
        reviews_before=len(before),
        reviews_after=len(after),
        confidence=confidence,
        level="MEDIUM",
        components=FixComponents(**fields | terms),
    )


def run_head(**more: Any) -> RunHead:
    """A finished run of tenant t1 that counts now."""
    fields: dict[str, Any] = {
        "id": "run-1",
        "tenant_id": "t1",
        "tenant_name": "First",
        "status": "COMPLETED",
        "run_type": "SCHEDULED",
        "period_start": FIRST,
        "period_end": LAST,
        "timezone": "UTC",
        "parameter_version_id": "default",
        "rule_set_version_id": "default",
        "applied_overrides": (),
        "text_model": "model-1",
        "reviews": 3,
        "themes": 1,
        "fix_scores": 0,
        "superseded_by": None,
        "error_message": None,
        "started_at": FINISHED,
        "completed_at": FINISHED,
    }
    return RunHead(**fields | more)


def figures(text: str, name: str) -> list[float]:
    """The decimal numbers of the printed row that begins with this name, with those of the lines it goes on to."""
    found: list[float] = []
    for line in text.splitlines():
        if found and not line.startswith(" " * 29):
            break
        if found or line.startswith(name):
            found += map(float, re.findall(r"-?\d+\.\d+", line))
    assert found, f"no row {name!r} in:\n{text}"
    return found
