"""The faults that there are: named ones, those of the trials and of the promises, and every guard of the Lua files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.mutants import aside, operations, scripts, services
from tests.mutants.crew import Fault
from tests.mutants.equivalent import reasons, unknown
from tests.mutants.guards import LUA, all_guards
from tests.mutants.mutant import Mutant, apply
from tests.mutants.promises import PROMISES
from tests.mutants.sets import likely_tests
from tests.mutants.trials import TRIALS
from tests.mutants.workshop import ROOT

MUTANTS: tuple[Mutant, ...] = (*scripts.MUTANTS, *operations.MUTANTS, *aside.MUTANTS, *services.MUTANTS)


def of_mutants() -> list[Fault]:
    """The named faults, each shown to the tests that it names and then to all."""
    return [_fault(mutant) for mutant in MUTANTS]


def of_trials() -> list[Fault]:
    """Each naive way, shown to its own test only."""
    return [_fault(mutant, only=True) for trial in TRIALS for mutant in trial.mutants()]


def of_promises() -> list[Fault]:
    """The guard of each promise taken out, shown to the promise's own test only."""
    return [_fault(promise.mutant(), only=True) for promise in PROMISES]


def of_guards(*, thorough: bool = False) -> list[Fault]:
    """Each guard of each Lua file taken out; those with a reason are shown to all tests only if `thorough`."""
    guards = all_guards(ROOT)
    if gone := unknown(guards):
        raise SystemExit("reasons for guards that are not there:\n  " + "\n  ".join(gone))
    why = reasons()
    return [
        Fault(
            name=guard.name,
            file=(LUA / guard.file).as_posix(),
            change=guard.apply,
            tests=tuple(likely_tests(ROOT, guard.file)),
            reason=why.get(guard.name, ""),
            only=guard.name in why and not thorough,
        )
        for guard in guards
    ]


SETS: dict[str, Callable[[], list[Fault]]] = {
    "named": of_mutants,
    "trials": of_trials,
    "promises": of_promises,
    "guards": of_guards,
}


def _fault(mutant: Mutant, *, only: bool = False) -> Fault:
    change = partial(apply, mutant)
    return Fault(mutant.name, mutant.file, change, mutant.tests, mutant.equivalent, only)
