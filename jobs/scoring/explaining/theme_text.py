"""The explanation of a theme's score as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.scoring.explaining.layout import change_of, figure, fold, last_word, run_lines, term, verdict
from jobs.scoring.explaining.theme import ThemeExplanation
from jobs.scoring.formulas import CLEAR, FEWEST_FOR_TREND, STEADY, shown

LEAST = 0.01
"""A review that moves the score by less is not worth a word."""


def theme_text(told: ThemeExplanation) -> str:
    """Which theme, what its mentions add up to, the formulas, and what would change it most."""
    theme = told.theme
    return "\n".join(
        [
            *fold(f"Theme {theme.name} ({theme.theme_id}): {shown(theme.score)} of 10", indent=2),
            *run_lines(told.run),
            "",
            *_mentions(told),
            "",
            *_formulas(told),
            *_trend(told),
            "",
            *verdict(told.problems),
            *last_word(_turning_point(told)),
        ]
    )


def _mentions(told: ThemeExplanation) -> Iterator[str]:
    theme = told.theme
    counts = f"{theme.positive} positive, {theme.neutral} neutral, {theme.negative} negative"
    yield from fold(f"{theme.mentions} mentions: {counts} (W beyond {CLEAR:g} or -{CLEAR:g})", indent=2)
    if told.top:
        yield f"{'W':>12} {'of |W|':>8}  {'Day':<10}  Review"
        for mention in told.top:
            share = abs(mention.impact) / theme.sum_abs_impact if theme.sum_abs_impact else 0.0
            yield from fold(mention.review_id, f"{figure(mention.impact):>12} {share:>8.2%}  {mention.day}  ")
    elif told.run.superseded_by:
        yield from fold("The mentions of a superseded run are not kept one by one.")
    rest = told.rest
    if rest.mentions:
        others = f"{rest.mentions} other{'' if rest.mentions == 1 else 's'}, whose |W| add up to"
        yield from fold(f"{others} {figure(rest.sum_abs_impact)}", f"{figure(rest.sum_impact):>12} {'':>8}  ")
    yield f"{figure(theme.sum_impact):>12} {'':>8}  sum of W"
    yield f"{figure(theme.sum_abs_impact):>12} {'':>8}  sum of |W|"


def _formulas(told: ThemeExplanation) -> Iterator[str]:
    theme = told.theme
    sums = f"{figure(theme.sum_impact)} / {figure(theme.sum_abs_impact)}"
    yield from term("S_theme", theme.sentiment, f"= {sums}" if theme.sum_abs_impact else "nothing weighs anything")
    yield from term("base", told.base, "= 5 x (S_theme + 1)")
    share = f"({theme.negative} / {theme.mentions})^2"
    yield from term("- penalty", told.penalty, f"= {share} x {theme.negativity:g} x max(0, base - 5)")
    yield from term("= Score", theme.score, f"within 0 to 10; shown as {shown(theme.score)}")
    yield from term("Severity", theme.severity, f"= |min(S_theme, 0)| x ln(1 + {theme.mentions})")


def _trend(told: ThemeExplanation) -> Iterator[str]:
    theme = told.theme
    before = theme.components and theme.components.preceding
    period = f"{before.start} to {before.end}" if before else "the period before"
    if theme.trend is None or theme.direction is None:
        found = f"{before.mentions} in {period}" if before else f"none in {period}"
        if theme.components is None:
            found = "what the period before had was not stored yet"
        yield from fold(f"none: {FEWEST_FOR_TREND} mentions are needed on either side; {found}", f"{'Trend':<14} ")
        return
    score = before.score if before else theme.score - theme.trend
    direction = f"{theme.direction} (under {STEADY:g} is STABLE)"
    yield from term("Trend", theme.trend, f"= Score - {figure(score)} in {period}: {direction}")
    if before:
        counts = f"{before.mentions} mentions, {before.negative} negative"
        sums = f"{figure(before.sum_impact)} / {figure(before.sum_abs_impact)}"
        yield from fold(f"before: {counts}, S_theme {figure(before.sentiment)} = {sums}", " " * 29)


def _turning_point(told: ThemeExplanation) -> str:
    change = told.change
    if change is not None and abs(change.difference) >= LEAST:
        by = change_of(change.difference, 2)
        return f"{change.condition}, the score would be {figure(change.result, 2)} ({by})"
    if told.theme.mentions == 1:
        return "without its only mention the theme would have no score"
    if not told.top:
        return "not known, since its mentions are not kept one by one"
    return f"nothing; no review alone moves it by {LEAST:g}"
