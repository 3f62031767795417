"""The smoke set's ratios to the floor beside stored ones: machines are noisy, so only half of it is a failure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from benchmarks.goals import FLOOR, OURS
from benchmarks.results import Run
from benchmarks.spreads import Spread
from benchmarks.telling import number, ranged

BASELINE = Path(__file__).with_name("baseline.json")
SHARE = 0.5


def keep(run: Run, path: Path = BASELINE) -> None:
    """The median ratios to the floor are stored, by case."""
    found = {case.name: run.ratio(case.name, case.figures[0], OURS, FLOOR) for case in run.cases}
    ratios = {name: round(ratio.median, 3) for name, ratio in found.items() if ratio is not None}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(ratios), indent=2) + b"\n")


def stored(path: Path = BASELINE) -> dict[str, float]:
    """The ratios that were stored, by case."""
    return msgspec.json.decode(path.read_bytes(), type=dict[str, float])


def failures(run: Run, say: Callable[[str], object], baseline: Mapping[str, float] | None = None) -> list[str]:
    """The cases whose best round is below half of the baseline, or that gave nothing; each ratio was told."""
    baseline = stored() if baseline is None else baseline
    failed: list[str] = []
    for case in run.cases:
        figure = case.figures[0]
        if not run.values(case.name, OURS, figure.name):
            say(f"{case.name}: gave nothing: {'; '.join(run.errors(case.name, OURS)) or 'it was not played'}")
            failed.append(case.name)
        elif case.name in baseline:
            ratio = run.ratio(case.name, figure, OURS, FLOOR)
            if ratio is None or ratio.most < SHARE * baseline[case.name]:
                failed.append(case.name)
            say(_told(case.name, ratio, baseline[case.name]))
    return failed


def _told(case: str, ratio: Spread | None, was: float) -> str:
    if ratio is None:
        return f"{case}: FAILED, the floor did not play"
    verdict = f"FAILED, below {SHARE:g} of it in the best round" if ratio.most < SHARE * was else "holds"
    return f"{case}: {ranged(ratio)} of the floor, baseline {number(was)}: {verdict}"
