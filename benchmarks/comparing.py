"""Two runs, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.case import Figure
from benchmarks.results import Played, Run
from benchmarks.spreads import Spread
from benchmarks.telling import ranged


def compare(before: Run, after: Run) -> Iterator[str]:
    """A line for each figure that both runs have: both medians, how they changed, and whether their spreads touch."""
    yield from _differences(before, after)
    yield f"{'case':20} {'side':14} {'figure':22} {'before':30} {'after':30} change"
    for played in after.cases:
        for about in after.sides:
            for figure in played.figures:
                then = before.spread(played.name, about.side, figure.name)
                now = after.spread(played.name, about.side, figure.name)
                if then is not None and now is not None:
                    yield _line(played, about.side, figure, then, now)


def verdict(figure: Figure, then: Spread, now: Spread) -> str:
    """Better or worse only where no round of one run reached into the other's; else the same, as far as one can say."""
    if now.least <= then.most and then.least <= now.most:
        return "within the spread"
    return "better" if (now.median > then.median) == (figure.better == "higher") else "worse"


def _line(played: Played, side: str, figure: Figure, then: Spread, now: Spread) -> str:
    change = f"×{now.median / then.median:.2f}" if then.median else "from 0"
    words = f"{played.name:20} {side:14} {figure.name:22} {ranged(then):30} {ranged(now):30}"
    return f"{words} {change} {verdict(figure, then, now)}"


def _differences(before: Run, after: Run) -> Iterator[str]:
    for word in ("machine", "size"):
        then, now = getattr(before, word), getattr(after, word)
        for field in then.__struct_fields__:
            if getattr(then, field) != getattr(now, field) and field != "load":
                yield f"not the same {word}: {field} was {getattr(then, field)}, is {getattr(now, field)}"
