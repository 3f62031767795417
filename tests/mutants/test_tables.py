"""The tables of faults fit the code as it is today: what they would change is there, and so are the tests they name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.equivalent import EQUIVALENT, unknown
from tests.mutants.faults import MUTANTS
from tests.mutants.guards import all_guards
from tests.mutants.guards_list import PAGE, faults_of, render
from tests.mutants.mutant import Mutant, apply
from tests.mutants.promises import PROMISES
from tests.mutants.trials import TRIALS
from tests.mutants.workshop import ROOT

LEAST = 15


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_changes_what_is_there(mutant: Mutant) -> None:
    """Its text stands in its file as often as it says, its tests are files, and it says what it would cost."""
    assert apply(mutant, (ROOT / mutant.file).read_text())
    assert all((ROOT / test.partition("::")[0]).is_file() for test in mutant.tests)
    assert mutant.why


def test_names_are_told_apart() -> None:
    """No two mutants, naive ways or promises are called the same; there are enough of them, and no flaw is left out."""
    names = [mutant.name for mutant in MUTANTS] + [promise.mutant().name for promise in PROMISES]
    names += [mutant.name for trial in TRIALS for mutant in trial.mutants()]
    assert len(names) == len(set(names))
    assert len(MUTANTS) >= LEAST
    assert [trial.number for trial in TRIALS] == list(range(1, 23))


def test_reasons_are_for_guards_that_are_there() -> None:
    """Each guard that no test can see still stands in its file, and has a reason."""
    assert unknown(all_guards(ROOT)) == []
    assert all(len(one.reason) > 20 for one in EQUIVALENT)


def test_guards_are_named_apart() -> None:
    """No two guards have one name."""
    names = [guard.name for guard in all_guards(ROOT)]
    assert len(names) == len(set(names))


def test_each_promise_and_each_flaw_has_its_test_and_its_place_in_the_code() -> None:
    """Every sentence stands in the README, every test exists, every text is in its file as often as it should be."""
    assert list(faults_of(ROOT)) == []


def test_the_page_is_up_to_date() -> None:
    """docs/guards.md is what `make guards` writes."""
    assert (ROOT / PAGE).read_text() == render()


def test_the_check_would_notice(tmp_path: Path) -> None:
    """In a tree without README, tests and code, nothing of the table is found."""
    (tmp_path / "README.md").write_text("Nothing is promised.\n")
    ways = sum(len(trial.ways) for trial in TRIALS)
    assert len(list(faults_of(tmp_path))) == 3 * len(PROMISES) + 2 * ways


def test_a_mutant_that_does_not_fit_is_refused() -> None:
    """A text that is not there, there too often, or changed into itself, is an error and not a fault that was seen."""
    mutant = MUTANTS[0]
    for text in ("nothing of the kind", mutant.old * 2):
        with pytest.raises(ValueError, match=f"{mutant.name}.*times"):
            apply(mutant, text)
