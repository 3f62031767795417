"""docs/evidence.md says what the figures in docs/evidence say, and nothing else."""

from __future__ import annotations

import re

from msgspec.structs import replace

from tests.faults.figures import ZEROES
from tests.faults.page.__main__ import page
from tests.faults.page.promises import PROMISES
from tests.faults.page.sections import ZERO
from tests.faults.page.stored import PAGE, Evidence, read
from tests.faults.rows import ROWS


def test_the_page_is_up_to_date() -> None:
    """The page is what `python -m tests.faults.page` makes of the figures that are kept."""
    assert PAGE.read_text() == page(read())


def test_a_row_that_fails_is_told() -> None:
    """A run that broke a limit says so on the page."""
    stored = read()
    name, run = next(iter(stored.runs.items()))
    spoilt = replace(run.rows[0], broken=["lost 1 > 0"], figures=replace(run.rows[0].figures, lost=1))
    told = page(replace(stored, runs={name: replace(run, rows=[spoilt])}))
    assert "| lost 1 > 0 |" in told
    assert re.search(r"\| 1 lost of [\d,]+ \|", told)


def test_a_page_of_nothing() -> None:
    """Without figures there is a page that counts nothing."""
    assert "0 lost" not in page(Evidence(runs={}))


def test_every_figure_that_must_be_0_is_explained() -> None:
    """The page says in words what each of them counts."""
    assert tuple(ZERO) == ZEROES


def test_promises_name_rows() -> None:
    """Each promise is tested by rows that exist."""
    assert {name for promise in PROMISES for name in promise.rows} <= set(ROWS)
