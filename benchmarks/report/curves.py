"""Waits by their share: how long the quickest half, the slowest hundredth and the slowest thousandth took."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.report.drawing import COLOURS, WIDTH, curve, drawing, rule, text
from benchmarks.results import Played, Run
from benchmarks.spreads import quantile
from benchmarks.telling import number

RAW = "waits ms"
LEFT, RIGHT, TOP, HEIGHT = 60, 190, 56, 220
SHARES = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999)
MARKS = {0.5: "p50", 0.9: "p90", 0.99: "p99", 0.999: "p99.9"}


def curves(run: Run, played: Played) -> str | None:
    """The drawing of all rounds' waits together; None if the case has none."""
    waits = {
        about.side: [
            value
            for sample in run.samples
            if sample.case == played.name and sample.side == about.side
            for value in sample.taken.raw.get(RAW, ())
        ]
        for about in run.sides
    }
    waits = {side: values for side, values in waits.items() if values}
    if not waits:
        return None
    lines = {side: [(share, max(quantile(values, share), 0.01)) for share in SHARES] for side, values in waits.items()}
    low = math.floor(math.log10(min(value for line in lines.values() for _, value in line)))
    high = math.ceil(math.log10(max(value for line in lines.values() for _, value in line)))
    high = max(high, low + 1)
    count = sum(map(len, waits.values()))
    parts = [
        text(14, 24, played.title, "title"),
        text(14, 42, f"ms by share of jobs, lower is better; all rounds together, {count:,} jobs", "soft"),
        *_grid(low, high),
    ]
    ends = _apart([_y(line[-1][1], low, high) for line in lines.values()])
    for n, ((side, line), end) in enumerate(zip(lines.items(), ends, strict=True)):
        parts.append(curve([(_x(share), _y(value, low, high)) for share, value in line], n))
        parts.append(curve([(WIDTH - RIGHT + 8, end - 4), (WIDTH - RIGHT + 30, end - 4)], n))
        parts.append(text(WIDTH - RIGHT + 36, end, f"{side} {number(line[-1][1])}"))
    words = f"{played.title}: " + ", ".join(f"{side} p99.9 {number(line[-1][1])} ms" for side, line in lines.items())
    return drawing(parts, TOP + HEIGHT + 34 + max(0, len(lines) - COLOURS) * 16, words)


def _grid(low: int, high: int) -> list[str]:
    parts: list[str] = []
    for power in range(low, high + 1):
        y = _y(10.0**power, low, high)
        parts += [rule(LEFT, y, WIDTH - RIGHT, y), text(LEFT - 8, y + 4, f"{10.0**power:g}", "soft", "end")]
    for share, name in MARKS.items():
        parts += [
            rule(_x(share), TOP, _x(share), TOP + HEIGHT),
            text(_x(share), TOP + HEIGHT + 18, name, "soft", "middle"),
        ]
    return parts


def _x(share: float) -> float:
    """The rarer the slower ones, the wider: each nine takes the same room."""
    place = -math.log10(1 - share) / -math.log10(1 - SHARES[-1])
    return LEFT + place * (WIDTH - LEFT - RIGHT)


def _y(value: float, low: int, high: int) -> float:
    return TOP + HEIGHT * (1 - (math.log10(value) - low) / (high - low))


def _apart(places: Sequence[float], room: float = 16) -> list[float]:
    """The places of names, none on another, in the order that they came."""
    found = [0.0] * len(places)
    last = -math.inf
    for n in sorted(range(len(places)), key=lambda n: places[n]):
        last = max(places[n] + 4, last + room)
        found[n] = last
    return found
