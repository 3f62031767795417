"""CSV: what a program reads back, and what a spreadsheet must not run."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from jobs.scoring.spreadsheet import as_csv

plain = st.text(st.characters(min_codepoint=32, max_codepoint=126)).filter(
    lambda text: not re.search(r'(^|;)[ "]*[=+@-]', text)
)


class Row(Struct, rename="camel"):
    """A row with a cell of each kind."""

    the_name: str
    score: float | None = None
    day: date | None = None
    tags: tuple[str, ...] = ()


def test_by_hand() -> None:
    """Headings as in JSON, CRLF after each line, quotes where they are needed, nothing for None."""
    rows = [Row('say "cheese", please', -0.5, date(2026, 1, 31), ("a", "b")), Row("plain")]
    assert as_csv(Row, rows, {"runId": "r1"}) == (
        'runId,theName,score,day,tags\r\nr1,"say ""cheese"", please",-0.5,2026-01-31,a b\r\nr1,plain,,,\r\n'
    )


@given(st.lists(st.builds(Row, the_name=plain, score=st.none() | st.floats(allow_nan=False, allow_infinity=False))))
def test_programs_read_back_what_was_written(rows: list[Row]) -> None:
    """Every text comes back as it was, every number to its last digit."""
    read = list(csv.DictReader(io.StringIO(as_csv(Row, rows), newline="")))
    assert [row["theName"] for row in read] == [row.the_name for row in rows]
    assert [float(row["score"]) if row["score"] else None for row in read] == [row.score for row in rows]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1"])
def test_no_text_is_a_formula(name: str) -> None:
    """A text that a spreadsheet would run begins with an apostrophe; a negative number does not."""
    (row,) = csv.DictReader(io.StringIO(as_csv(Row, [Row(name, -1.0)]), newline=""))
    assert (row["theName"], row["score"]) == (f"'{name}", "-1.0")


def test_nothing_drives_a_terminal() -> None:
    """Control characters are shown as escapes, line breaks too."""
    assert as_csv(Row, [Row("\x1b[2J\nmore")]).splitlines()[1] == r"\x1b[2J\nmore,,,"


@pytest.mark.parametrize("name", ["Fix;=1+1", "a; @SUM(A1);b", 'a;"=1"'])
def test_no_text_is_a_formula_where_semicolons_separate(name: str) -> None:
    """A spreadsheet of a country with decimal commas begins a cell after each semicolon."""
    line = as_csv(Row, [Row(name)]).splitlines()[1]
    assert not any(cell.lstrip(' "').startswith(("=", "@")) for cell in line.split(";"))
