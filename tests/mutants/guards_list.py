"""docs/guards.md, from the tables of promises and trials, and what of those tables is no longer so."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.mutants.mutant import Mutant, apply
from tests.mutants.promise import Promise
from tests.mutants.promises import PROMISES
from tests.mutants.trials import TRIALS
from tests.mutants.trials.trial import Trial

PAGE = "docs/guards.md"
_HEAD = """\
# Guards

Each promise of the [README](../README.md), the test that holds it, and the guard in the code without which that test
fails. `python -m tests.mutants promises` sees each of them fail: it takes the guard out in a copy and runs that test.
The last section lists the flaws that trials of an earlier design found.

<!-- from tests/mutants/promises.py and tests/mutants/trials: `make guards` writes this page -->
"""
_TRIALS = """
## Flaws of an earlier design

Each has a test that fails against the naive way: `python -m tests.mutants trials` sees it, with that way in a copy.

| flaw | the naive way | the test that fails against it |
|---|---|---|
"""


def render() -> str:
    """The page's text."""
    flaws = "".join(_rows(trial) for trial in TRIALS)
    return _HEAD + "".join(_section(promise) for promise in PROMISES) + _TRIALS + flaws


def _rows(trial: Trial) -> str:
    return "".join(f"| {trial.number}. {trial.title} | {way.flaw} | `{way.test}` |\n" for way in trial.ways)


def _section(promise: Promise) -> str:
    guard, without = (_block(text, promise.file) for text in (promise.guard, promise.without))
    instead = f"not:\n\n{without}" if promise.without else "not there."
    return (
        f"\n## {promise.sentence}\n\n* test: `{promise.test}`\n* guard: [{promise.file}](../{promise.file})\n"
        f"\n{guard}\n{instead.rstrip()}\n"
    )


def _block(text: str, file: str) -> str:
    lines = text.strip("\n").splitlines()
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    language = "lua" if file.endswith(".lua") else "python"
    return "\n".join([f"```{language}", *(line[indent:] for line in lines), "```", ""])


def faults_of(root: Path) -> Iterator[str]:
    """What the tables say that is not so: a sentence, a test or a guard that is not there."""
    readme = " ".join((root / "README.md").read_text().split())
    for promise in PROMISES:
        if promise.sentence not in readme:
            yield f"not in the README: {promise.sentence}"
        yield from _misfits(promise.mutant(), root)
    for trial in TRIALS:
        for mutant in trial.mutants():
            yield from _misfits(mutant, root)


def _misfits(mutant: Mutant, root: Path) -> Iterator[str]:
    for path in mutant.tests:
        file, _, test = path.partition("::")
        if test.partition("[")[0] not in _tests_in(root / file):
            yield f"no such test: {path}"
    try:
        apply(mutant, (root / mutant.file).read_text())
    except (OSError, ValueError) as error:
        yield str(error)


def _tests_in(file: Path) -> set[str]:
    if not file.exists():
        return set()
    nodes = ast.walk(ast.parse(file.read_text()))
    return {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
