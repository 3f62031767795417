"""A run's page and plots in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.report.bars import bars
from benchmarks.report.curves import curves
from benchmarks.report.page import page
from benchmarks.results import Run


def plots(run: Run) -> Iterator[tuple[str, str, str]]:
    """For each plot its case, its file's name and its SVG: the main figure's bars, then the curve of waits."""
    for played in run.cases:
        drawn = bars(run, played, played.figures[0])
        if drawn is not None:
            yield played.name, f"{played.name}.svg", drawn
        drawn = curves(run, played)
        if drawn is not None:
            yield played.name, f"{played.name}-waits.svg", drawn


def write(run: Run, folder: Path) -> list[Path]:
    """The files that are there now: the page and each plot."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = list(plots(run))
    by_case: dict[str, list[str]] = {}
    for case, _, svg in drawn:
        by_case.setdefault(case, []).append(svg)
    files = {"index.html": page(run, by_case), **{name: svg for _, name, svg in drawn}}
    for name, content in files.items():
        (folder / name).write_text(content)
    return [folder / name for name in files]
