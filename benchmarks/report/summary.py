"""A run on one page of Markdown, for whoever reads a repository: what was measured on what, goals, and the plots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.goals import verdicts
from benchmarks.results import Run


def summary(run: Run, plots: Sequence[str]) -> str:
    """The page; `plots` are names of files beside it."""
    return "\n".join([*_head(run), *_goals(run), *_plots(plots)])


def _head(run: Run) -> Iterator[str]:
    machine, size = run.machine, run.size
    whole = "" if run.finished else " **It is not finished.**"
    yield "# A run of the benchmarks\n"
    yield "Made by `python -m benchmarks report`; nothing here is written by hand." + whole + "\n"
    yield (
        f"{run.began}, set `{run.set}`, {size.rounds} rounds, {size.jobs:,} jobs a drain, seed {size.seed}. "
        f"{machine.cpu}, {machine.cores} cores, {machine.memory_gb:g} GB, {machine.system}; load before it "
        f"{machine.load:g}. Engine {machine.engine}; {machine.server} on the same machine; Python "
        f"{machine.python}, redis-py {machine.redis_py}.\n"
    )
    yield (
        "In each round the sides take turns; a ratio is made within a round, and what is shown is the median of the "
        "rounds, with the least and the most. Above 1, ours is better, whichever way is good. Every figure, each "
        "side's settings and what it does not do: [index.html](index.html).\n"
    )


def _goals(run: Run) -> Iterator[str]:
    found = list(verdicts(run))
    if not found:
        return
    yield "| goal | measured | |\n|---|---|---|"
    for verdict in found:
        yield f"| {verdict.goal} | {verdict.measured} | {'met' if verdict.met else '**not met**'} |"
    yield ""


def _plots(plots: Sequence[str]) -> Iterator[str]:
    for name in plots:
        yield f"![{name.removesuffix('.svg')}]({name})\n"
