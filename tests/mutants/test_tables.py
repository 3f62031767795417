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
from tests.mutants.workshop import ROOT

LEAST = 15


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_changes_what_is_there(mutant: Mutant) -> None:
    """Its text stands in its file as often as it says, its tests are files, and it says what it would cost."""
    assert apply(mutant, (ROOT / mutant.file).read_text())
    assert all((ROOT / test.partition("::")[0]).is_file() for test in mutant.tests)
    assert mutant.why


def test_names_are_told_apart() -> None:
    """No two mutants, and no two promises, are called the same; there are enough of them."""
    names = [mutant.name for mutant in MUTANTS] + [promise.mutant().name for promise in PROMISES]
    assert len(names) == len(set(names))
    assert len(MUTANTS) >= LEAST


def test_reasons_are_for_guards_that_are_there() -> None:
    """Each guard that no test can see still stands in its file, and has a reason."""
    assert unknown(all_guards(ROOT)) == []
    assert all(len(one.reason) > 20 for one in EQUIVALENT)


def test_guards_are_named_apart() -> None:
    """No two guards have one name."""
    names = [guard.name for guard in all_guards(ROOT)]
    assert len(names) == len(set(names))


def test_each_promise_is_the_readmes_and_has_its_test_and_its_guard() -> None:
    """Every sentence stands in the README, every test exists, every guard is in its file exactly once."""
    assert list(faults_of(ROOT)) == []


def test_the_page_is_up_to_date() -> None:
    """docs/guards.md is what `python -m tests.mutants guards-list` writes."""
    assert (ROOT / PAGE).read_text() == render()


def test_the_check_would_notice(tmp_path: Path) -> None:
    """In a tree without README, tests and code, nothing of the table is found."""
    (tmp_path / "README.md").write_text("Nothing is promised.\n")
    assert len(list(faults_of(tmp_path))) == 3 * len(PROMISES)


def test_a_mutant_that_does_not_fit_is_refused() -> None:
    """A text that is not there, there too often, or changed into itself, is an error and not a fault that was seen."""
    mutant = MUTANTS[0]
    for text in ("nothing of the kind", mutant.old * 2):
        with pytest.raises(ValueError, match=f"{mutant.name}.*times"):
            apply(mutant, text)
