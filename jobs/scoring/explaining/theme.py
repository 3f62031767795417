"""A theme's score taken apart: what each review adds to it, its formulas redone, and the review that moves it most."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from msgspec import Struct

from jobs.scoring.explaining.checks import Change, Check, greatest, problems
from jobs.scoring.explaining.stored import Mention, StoredTheme, ratio
from jobs.scoring.formulas import classify, score_0_10, severity
from jobs.scoring.run_history import RunHead


class Rest(Struct, frozen=True, rename="camel"):
    """The mentions that are not listed one by one, added up."""

    mentions: int
    sum_impact: float
    sum_abs_impact: float


class ThemeExplanation(Struct, frozen=True, kw_only=True, rename="camel"):
    """A theme's score, mention by mention; `top` and `rest` are empty where the run is superseded."""

    theme: StoredTheme
    run: RunHead
    top: tuple[Mention, ...]
    rest: Rest
    change: Change | None
    problems: tuple[str, ...]

    @property
    def base(self) -> float:
        """The score before what its negative mentions take."""
        return 5 * (self.theme.sentiment + 1)

    @property
    def penalty(self) -> float:
        """What the negative mentions take."""
        theme = self.theme
        return (theme.negative / theme.mentions) ** 2 * theme.negativity * max(0.0, self.base - 5)


def explain_theme(theme: StoredTheme, run: RunHead, mentions: Sequence[Mention], top: int) -> ThemeExplanation:
    """Why the theme scored as it did in the run, from what is stored alone; `mentions` come greatest first."""
    return ThemeExplanation(
        theme=theme,
        run=run,
        top=tuple(mentions[:top]),
        rest=_add_up(mentions[top:]),
        change=greatest(_changes(theme, mentions)),
        problems=problems(_checks(theme, mentions, kept=run.superseded_by is None)),
    )


def _add_up(mentions: Sequence[Mention]) -> Rest:
    return Rest(
        len(mentions),
        math.fsum(mention.impact for mention in mentions),
        math.fsum(abs(mention.impact) for mention in mentions),
    )


def _checks(theme: StoredTheme, mentions: Sequence[Mention], *, kept: bool) -> Iterator[Check]:
    if kept:
        yield from _checks_of_sums(theme, mentions)
    sentiment = ratio(theme.sum_impact, theme.sum_abs_impact)
    yield Check("S_theme", theme.sentiment, sentiment)
    yield Check("score", theme.score, score_0_10(theme.sentiment, theme.negative, theme.mentions, theme.negativity))
    yield Check("severity", theme.severity, severity(theme.sentiment, theme.mentions))
    before = theme.components and theme.components.preceding
    if before:
        yield Check("S_theme before", before.sentiment, ratio(before.sum_impact, before.sum_abs_impact))
        redone = score_0_10(before.sentiment, before.negative, before.mentions, theme.negativity)
        yield Check("score before", before.score, redone)
        if theme.trend is not None:
            yield Check("trend", theme.trend, theme.score - before.score)


def _checks_of_sums(theme: StoredTheme, mentions: Sequence[Mention]) -> Iterator[Check]:
    whole = _add_up(mentions)
    classes = [classify(mention.impact) for mention in mentions]
    yield Check("mentions", theme.mentions, whole.mentions)
    yield Check("positive mentions", theme.positive, classes.count("POSITIVE"))
    yield Check("negative mentions", theme.negative, classes.count("NEGATIVE"))
    yield Check("sum of W", theme.sum_impact, whole.sum_impact)
    yield Check("sum of |W|", theme.sum_abs_impact, whole.sum_abs_impact)


def _changes(theme: StoredTheme, mentions: Sequence[Mention]) -> Iterator[Change]:
    for mention in mentions:
        without = theme.without(mention.impact)
        if without is not None:
            yield Change(f"without review {mention.review_id}", without, without - theme.score)
