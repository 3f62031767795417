"""One figure of one case: a bar for each side, the best first."""

from __future__ import annotations

from benchmarks.case import Figure
from benchmarks.goals import OURS
from benchmarks.report.drawing import WIDTH, bar, drawing, reach, text
from benchmarks.results import Played, Run
from benchmarks.spreads import Spread
from benchmarks.telling import number

LEFT, RIGHT, TOP, ROW = 130, 190, 52, 26
FLOORS = ("floor", "redis-benchmark")
NOT_DRAWN = ("loop",)
"""Without Redis it is so far ahead that no other bar would be seen beside it; the table has it."""


def bars(run: Run, played: Played, figure: Figure) -> str | None:
    """The drawing; None if no side gave the figure."""
    sides = [about.side for about in run.sides if about.side not in NOT_DRAWN]
    found = [(side, run.spread(played.name, side, figure.name)) for side in sides]
    rows = sorted(
        ((side, spread) for side, spread in found if spread is not None),
        key=lambda row: row[1].median,
        reverse=figure.better == "higher",
    )
    if not rows:
        return None
    most = max(spread.most for _, spread in rows) or 1
    rounds = max(spread.count for _, spread in rows)
    parts = [
        text(14, 24, played.title, "title"),
        text(14, 42, f"{figure.name}, {figure.better} is better; median of {rounds}, line: least to most", "soft"),
    ]
    for n, (side, spread) in enumerate(rows):
        parts += _row(run, played, figure, (side, spread), TOP + n * ROW, (WIDTH - LEFT - RIGHT) / most)
    words = f"{played.title}: " + ", ".join(f"{side} {number(spread.median)} {figure.name}" for side, spread in rows)
    return drawing(parts, TOP + len(rows) * ROW + 10, words)


def _row(run: Run, played: Played, figure: Figure, row: tuple[str, Spread], y: float, scale: float) -> list[str]:
    side, spread = row
    kind = "ours" if side == OURS else "floor" if side in FLOORS else "peer"
    parts = [
        text(LEFT - 8, y + 16, side, anchor="end"),
        bar(LEFT, y + 3, spread.median * scale, ROW - 8, kind),
    ]
    if spread.count > 1:
        parts.append(reach(LEFT + spread.least * scale, LEFT + spread.most * scale, y + ROW / 2 - 1))
    ratio = run.ratio(played.name, figure, OURS, side)
    told = number(spread.median)
    if side != OURS and ratio is not None:
        told += f" · ours is {number(ratio.median)}×"
    parts.append(text(LEFT + spread.most * scale + 10, y + 16, told))
    return parts
