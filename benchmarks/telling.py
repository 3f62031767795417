"""Figures as they are printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.results import Run
from benchmarks.spreads import Spread


def number(value: float) -> str:
    """Three digits that matter, thousands apart."""
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def figures_of(figures: Mapping[str, float]) -> str:
    """Every figure with its unit."""
    return ", ".join(f"{number(value)} {name}" for name, value in figures.items())


def ranged(spread: Spread) -> str:
    """The median, and from where to where."""
    return f"{number(spread.median)} ({number(spread.least)} to {number(spread.most)})"


def summary(run: Run, case: str, ours: str) -> Iterator[str]:
    """Each figure's medians with their spread, the ratio to ours, and what the side does not do."""
    played = next(one for one in run.cases if one.name == case)
    for figure in played.figures:
        yield f"  {figure.name} ({figure.better} is better)"
        for about in run.sides:
            spread = run.spread(case, about.side, figure.name)
            if spread is None:
                continue
            line = f"    {about.side:14} {ranged(spread):32}"
            ratio = run.ratio(case, figure, ours, about.side)
            if about.side != ours and ratio is not None:
                line += f" {ours} is {ranged(ratio)} times as good"
            if about.lacks and figure == played.figures[0]:
                line += f"; {about.side}: {'; '.join(about.lacks)}"
            yield line.rstrip()
    yield f"  does not show: {played.says_not}"
