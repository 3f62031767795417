"""The faults that there are: named ones, every guard of the Lua files, and those of the promises."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tests.mutants import scripts, services
from tests.mutants.crew import Fault
from tests.mutants.equivalent import reasons, unknown
from tests.mutants.guards import LUA, all_guards
from tests.mutants.mutant import Mutant, apply
from tests.mutants.promises import PROMISES
from tests.mutants.sets import likely_tests
from tests.mutants.workshop import ROOT

MUTANTS: tuple[Mutant, ...] = (*scripts.MUTANTS, *services.MUTANTS)


def of_mutants(names: Sequence[str]) -> list[Fault]:
    """The named faults, or all; SystemExit at a name that is none's."""
    by_name = {mutant.name: mutant for mutant in MUTANTS}
    if missing := [name for name in names if name not in by_name]:
        raise SystemExit(f"no such mutant: {', '.join(missing)}; there are {', '.join(by_name)}")
    return [_fault(mutant) for name, mutant in by_name.items() if not names or name in names]


def of_guards(files: Sequence[str], *, excused: bool) -> list[Fault]:
    """Each guard of these Lua files, or of all, taken out; those with a reason only if `excused`."""
    guards = all_guards(ROOT)
    if gone := unknown(guards):
        raise SystemExit("reasons for guards that are not there:\n  " + "\n  ".join(gone))
    if missing := set(files) - {guard.file for guard in guards}:
        raise SystemExit(f"no Lua files: {', '.join(sorted(missing))}")
    why = reasons()
    return [
        Fault(
            name=guard.name,
            file=(LUA / guard.file).as_posix(),
            change=guard.apply,
            tests=tuple(likely_tests(ROOT, guard.file)),
            reason=why.get(guard.name, ""),
        )
        for guard in guards
        if (not files or guard.file in files) and (excused or guard.name not in why)
    ]


def of_promises() -> list[Fault]:
    """The guard of each promise taken out, shown to the promise's own test only."""
    return [_fault(promise.mutant(), only=True) for promise in PROMISES]


def _fault(mutant: Mutant, *, only: bool = False) -> Fault:
    change = partial(apply, mutant)
    return Fault(mutant.name, mutant.file, change, mutant.tests, mutant.equivalent, only)
