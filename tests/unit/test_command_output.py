"""What `python -m jobs` prints: whatever a user typed somewhere, it stays data."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import escape
from jobs.commands.output import put_json, put_table, say

SAME_CAPTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@SAME_CAPTURE
@given(st.lists(TEXTS, max_size=5))
def test_json_is_the_same_value_and_safe(capsys: pytest.CaptureFixture[str], texts: list[str]) -> None:
    """Any text comes out of the JSON as it was, and nothing in the JSON can drive a terminal."""
    capsys.readouterr()
    put_json(texts)
    out = capsys.readouterr().out
    assert json.loads(out) == texts
    assert all(escape(line) == line for line in out.split("\n"))


@SAME_CAPTURE
@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=4), TEXTS)
def test_text_is_safe_and_one_line_each(
    capsys: pytest.CaptureFixture[str], rows: list[list[str]], sentence: str
) -> None:
    """A table has a line for each row and a sentence is one line, whatever stands in them."""
    capsys.readouterr()
    put_table(("a", "b"), rows)
    say(sentence)
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == len(rows) + 3
    assert all(escape(line) == line for line in lines)
