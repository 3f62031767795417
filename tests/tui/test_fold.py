"""JSON laid out from its own text: all digits, numbers of lines, deep things folded, and nothing breaks on anything."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_tui.draw.fold import MOST_LINES, fold, json_lines
from admin_tui.draw.line import Line
from admin_tui.text import width

PAYLOAD = (
    '{"tenantId":"tenant-42","big":12345678901234567890123,"f":1.10,"none":[],'
    '"a":{"b":{"c":[1,{"x":null}],"d":true},"z":-1e5},"s":"a\\"}{,:"}'
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def text(line: Line) -> str:
    """What a line says."""
    return "".join(span.text for span in line)


def test_what_is_deep_is_folded_and_lines_keep_their_numbers() -> None:
    """Line 7 holds eight more, so the next one is 16; numbers have all their digits."""
    assert [text(line) for line in json_lines(PAYLOAD, 60)] == [
        " 1 - {",
        ' 2     "tenantId": "tenant-42",',
        ' 3     "big": 12345678901234567890123,',
        ' 4     "f": 1.10,',
        ' 5     "none": [],',
        ' 6 -   "a": {',
        ' 7 +     "b": {…},  8 lines',
        '16       "z": -1e5',
        "17     },",
        '18     "s": "a\\"}{,:"',
        "19   }",
    ]


def test_a_line_can_be_toggled() -> None:
    """What was folded is open, with what lies in it folded again; what was open is folded."""
    assert [text(line) for line in json_lines(PAYLOAD, 60, {7})][6:11] == [
        ' 7 -     "b": {',
        ' 8 +       "c": […],  5 lines',
        '14         "d": true',
        "15       },",
        '16       "z": -1e5',
    ]
    assert [text(line) for line in json_lines(PAYLOAD, 60, {6})][5:] == [
        ' 6 +   "a": {…},  11 lines',
        '18     "s": "a\\"}{,:"',
        "19   }",
    ]


@pytest.mark.parametrize(
    "no_json",
    ["", "{", '{"a":1', "[1,]", "NaN", "Infinity", "nothing", "'a'", "[" * 100_000, '"\n"', "{} {}", "\ud800", "1,2"],
)
def test_what_is_no_json_is_shown_as_text(no_json: str) -> None:
    """Half an object, too deep, or something else."""
    assert fold(no_json) is None
    assert all(width(text_) <= 20 for line in json_lines(no_json, 20) for text_, _ in line)


def test_text_and_numbers_alone_are_json_too() -> None:
    """A line each."""
    assert [text(line) for scalar in ('"x"', "-0.0", "null", "[]", " { } ") for line in json_lines(scalar, 20)] == [
        '1   "x"', "1   -0.0", "1   null", "1   []", "1   {}",
    ]  # fmt: skip


def test_a_hostile_value_is_shown_as_numbers() -> None:
    """Raw or escaped: what stands in the text is what is shown."""
    assert [text(line) for line in json_lines('["\x7f\u202e", "\\u001b[2J"]', 40)] == [
        "1 - [",
        '2     "<7F><202E>",',
        '3     "\\u001b[2J"',
        "4   ]",
    ]


def test_a_long_list_ends_with_what_is_left() -> None:
    """5,000 lines are shown."""
    lines = json_lines(json.dumps(list(range(6_000))), 40)
    assert len(lines) == MOST_LINES + 1
    assert text(lines[-1]) == "… 1,002 more lines"


def test_a_text_of_megabytes_is_shown_as_text() -> None:
    """Its first 64 KB, and how much more there is."""
    assert text(json_lines('"' + "x" * 2_000_000 + '"', 40)[-1]) == "… 1.84M more"


@settings(max_examples=200)
@given(JSON, st.booleans())
def test_no_character_of_the_json_is_lost(value: object, spaced: bool) -> None:  # noqa: FBT001 - Hypothesis gives it
    """Unfolded, the lines together are the text without its blanks; nothing goes through a number."""
    source = json.dumps(value, ensure_ascii=False, indent=1 if spaced else None)
    rows = fold(source, deep=1_000)
    assert rows is not None
    together = "".join(piece.text for one in rows for piece in one.row.pieces)
    assert json.loads(together) == value
    assert [one.number for one in rows] == list(range(1, len(rows) + 1))


@settings(max_examples=200)
@given(JSON, st.sets(st.integers(min_value=0, max_value=30)), st.integers(min_value=0, max_value=4))
def test_folded_or_not_all_lines_are_counted(value: object, toggled: set[int], deep: int) -> None:
    """Each line shown and what is folded into it make up the whole."""
    source = json.dumps(value)
    whole, rows = fold(source, deep=1_000), fold(source, toggled, deep)
    assert whole is not None
    assert rows is not None
    assert len(whole) == sum(1 + one.hidden for one in rows)


@settings(max_examples=300)
@given(st.text() | JSON.map(json.dumps), st.integers(min_value=1, max_value=300), st.sets(st.integers(0, 9)))
def test_no_line_is_too_wide_whatever_the_text(source: str, cells: int, toggled: set[int]) -> None:
    """JSON or not, in any script."""
    for line in json_lines(source, cells, toggled):
        assert sum(width(span.text) for span in line) <= cells
