"""A run's pages and plots in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.report.bars import bars
from benchmarks.report.curves import curves
from benchmarks.report.growth import BACKLOGS, growth
from benchmarks.report.page import page
from benchmarks.report.summary import summary
from benchmarks.results import Run

GROWTH = {"backlog-cpu.svg": "Redis µs/run", "backlog-memory.svg": "bytes/waiting job"}


def plots(run: Run) -> Iterator[tuple[str, str, str]]:
    """For each plot its case, its file's name and its SVG: main figure, curve of waits, a backlog's growth."""
    for played in run.cases:
        drawn = bars(run, played, played.figures[0])
        if drawn is not None:
            yield played.name, f"{played.name}.svg", drawn
        drawn = curves(run, played)
        if drawn is not None:
            yield played.name, f"{played.name}-waits.svg", drawn
    last = next((played.name for played in reversed(run.cases) if played.name in BACKLOGS), "")
    for name, figure in GROWTH.items():
        drawn = growth(run, figure)
        if drawn is not None:
            yield last, name, drawn


def write(run: Run, folder: Path) -> list[Path]:
    """The files that are there now: the page, its summary and each plot."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = list(plots(run))
    by_case: dict[str, list[str]] = {}
    for case, _, svg in drawn:
        by_case.setdefault(case, []).append(svg)
    svgs = {name: svg for _, name, svg in drawn}
    files = {"index.html": page(run, by_case), "README.md": summary(run, list(svgs)), **svgs}
    for name, content in files.items():
        (folder / name).write_text(content)
    return [folder / name for name in files]
