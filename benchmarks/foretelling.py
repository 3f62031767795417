"""How long a set takes, from how long the same measurements took in another run."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator

from benchmarks.case import Part
from benchmarks.cases.catalog import CASES
from benchmarks.results import Run
from benchmarks.sides.catalog import all_sides

MINUTE_S = 60


def foretold(parts: Iterable[Part], like: Run | None) -> Iterator[str]:
    """A line for each case: rounds, sides, minutes as in the other run; then the sum, and what it has no word of."""
    installed = [program for program in all_sides().values() if program is not None]
    total_s, unknown = 0.0, list[str]()
    for part in parts:
        case = CASES[part.case]
        sides = [
            program.name
            for program in installed
            if case.takes(program) and (not part.sides or program.name in part.sides)
        ]
        rounds = {side: part.rounds_of(case, side) for side in sides}
        line = f"{part.case:20} rounds: {', '.join(f'{side} {count}' for side, count in rounds.items())}"
        if like is not None:
            took = {side: _median_s(like, part.case, side) for side in sides}
            unknown += [f"{part.case} of {side}" for side, seconds in took.items() if seconds is None]
            case_s = sum(rounds[side] * seconds for side, seconds in took.items() if seconds is not None)
            total_s += case_s
            line = f"{case_s / MINUTE_S:5.1f} min  {line}"
        yield line
    if like is not None:
        yield f"{total_s / MINUTE_S:5.1f} min  in all"
    if unknown:
        yield f"not counted, since that run has no word of it: {', '.join(unknown)}"


def _median_s(run: Run, case: str, side: str) -> float | None:
    found = [sample.took_s for sample in run.samples if (sample.case, sample.side) == (case, side)]
    return statistics.median(found) if found else None
