"""Text from jobs made safe: nothing that drives a terminal, forges a line or hides ever comes out."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.escaping import clean, cut, escape, escape_lines

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cs", "Cf", "Zl", "Zp"]),
        st.sampled_from("\x1b\x9b\x07\r\n\t\u2028" + BIDI),
    )
)


@given(HOSTILE)
def test_nothing_unsafe_comes_out(text: str) -> None:
    """No control but the tab, no bidi mark, no line break of any kind, no surrogate: one printable line."""
    shown = escape(text)
    for character in shown:
        assert character == "\t" or unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        assert character not in BIDI
    assert len(shown.splitlines()) <= 1
    shown.encode()


@given(HOSTILE)
def test_lines_stay_lines_and_nothing_else_breaks_one(text: str) -> None:
    """The line feed alone separates, and each line is safe by itself."""
    assert escape_lines(text).split("\n") == [escape(line) for line in text.split("\n")]


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_plain_text_is_left_alone(text: str) -> None:
    """Letters of any script, digits, punctuation, symbols and spaces come out as they went in."""
    assert escape(text) == text


@given(HOSTILE)
def test_escaping_twice_is_escaping_once(text: str) -> None:
    """What was made safe stays as it is."""
    assert escape(escape(text)) == escape(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\r\nb", "a\\r\\nb"),
        ("evil\u202etxt.exe", "evil\\u202etxt.exe"),
        ("a\u2028b", "a\\u2028b"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_each_escape_can_be_read(text: str, shown: str) -> None:
    """A reader sees what was there."""
    assert escape(text) == shown


@given(HOSTILE)
def test_cleaned_text_can_be_stored(text: str) -> None:
    """No lone surrogate is left, so that UTF-8 takes it; text without one is not changed."""
    stored = clean(text).encode()
    if not any(unicodedata.category(character) == "Cs" for character in text):
        assert stored.decode() == text


@given(HOSTILE, st.integers(64, 200))
def test_cut_text_fits_and_says_so(text: str, max_bytes: int) -> None:
    """Never longer than its limit; a cut is marked with the full length, and no character is torn."""
    shown = cut(text, max_bytes)
    assert len(shown.encode()) <= max_bytes
    full_size = len(clean(text).encode())
    if full_size > max_bytes:
        assert shown.endswith(f"… [cut: {full_size} bytes]")
        assert clean(text).startswith(shown.rsplit("… [cut", 1)[0])
    else:
        assert shown == clean(text)
