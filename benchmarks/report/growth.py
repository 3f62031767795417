"""What a job costs Redis while ever more wait: a line for each side, flat if all is well."""

from __future__ import annotations

from benchmarks.report.drawing import WIDTH, curve, drawing, rule, text
from benchmarks.results import Run
from benchmarks.telling import number

BACKLOGS = {
    "backlog-10k": "10 thousand",
    "backlog-100k": "100 thousand",
    "backlog-1m": "1 million",
    "backlog-5m": "5 million",
}
LEFT, RIGHT, TOP, HEIGHT = 60, 150, 56, 180


def growth(run: Run, figure: str) -> str | None:
    """The drawing of one figure; None if fewer than two backlogs were played."""
    played = [case.name for case in run.cases if case.name in BACKLOGS]
    lines: dict[str, list[tuple[int, float]]] = {}
    for about in run.sides:
        found = [(n, run.spread(case, about.side, figure)) for n, case in enumerate(played)]
        points = [(n, spread.median) for n, spread in found if spread is not None]
        if len(points) > 1:
            lines[about.side] = points
    if not lines:
        return None
    most = max(value for points in lines.values() for _, value in points)
    step = (WIDTH - LEFT - RIGHT) / (len(played) - 1)

    def place(n: int, value: float) -> tuple[float, float]:
        return LEFT + n * step, TOP + HEIGHT * (1 - value / most)

    parts = [
        text(14, 24, f"{figure} by how many wait", "title"),
        text(14, 42, "lower is better, flat is best; medians", "soft"),
        rule(LEFT, TOP + HEIGHT, WIDTH - RIGHT, TOP + HEIGHT),
        text(LEFT - 8, TOP + HEIGHT + 4, "0", "soft", "end"),
        text(LEFT - 8, TOP + 4, number(most), "soft", "end"),
        *(text(LEFT + n * step, TOP + HEIGHT + 20, BACKLOGS[case], "soft", "middle") for n, case in enumerate(played)),
    ]
    for colour, (side, points) in enumerate(lines.items()):
        ends = [place(*point) for point in points]
        parts += [curve(ends, colour), text(ends[-1][0] + 8, ends[-1][1] + 4, f"{side} {number(points[-1][1])}")]
    words = f"{figure}: " + "; ".join(
        f"{side} " + ", ".join(f"{number(value)} at {BACKLOGS[played[n]]}" for n, value in points)
        for side, points in lines.items()
    )
    return drawing(parts, TOP + HEIGHT + 36, words)
