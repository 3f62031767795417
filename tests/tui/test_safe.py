"""No text of a job drives the terminal, hides, or is wider than it says: known attacks, then all of Unicode."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from admin_tui.text import Align, Safe, fit, safe, safe_lines, shorten, width, wrapped

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ANYTHING = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cs", "Cf", "Co", "Cn", "Zl", "Zp", "Mn", "Me"]),
        st.sampled_from("\x1b\x9b\x07\r\n\t\u2028\u200d\ufe0f日本語العربيةעברית👍🏽❤👨🇿" + BIDI),
    )
)


@pytest.mark.parametrize(
    ("attack", "shown"),
    [
        ("\x1b]52;c;ZXZpbA==\x07", "<1B>]52;c;ZXZpbA==<07>"),
        ("\x1b[2J\x1b[H", "<1B>[2J<1B>[H"),
        ("\x1b]0;title\x1b\\", "<1B>]0;title<1B>\\"),
        ("\x9b31mred", "<9B>31mred"),
        ("\x90qsixel\x9c", "<90>qsixel<9C>"),
        ("a\x00b\x7fc", "a<00>b<7F>c"),
        ("back\x08\x08space", "back<08><08>space"),
        ("over\rwritten", "over<0D>written"),
        ("two\nlines\r\nof\u2028text\u2029", "two↵lines↵of↵text↵"),
        ("a\tb", "a b"),
        ("invoice\u202efdp.exe", "invoice<202E>fdp.exe"),
        ("\u2066hidden\u2069", "<2066>hidden<2069>"),
        ("zero\u200bwidth\u200dand\ufeff", "zero<200B>width<200D>and<FEFF>"),
        ("lone \ud83d half", "lone <D83D> half"),
        ("private \ue0b0", "private <E0B0>"),
        ("unassigned \U000e0fff", "unassigned <E0FFF>"),
        ("tag \U000e0041", "tag <E0041>"),
        ("hangul filler \u3164", "hangul filler <3164>"),
        ("\u0301leading accent", "<301>leading accent"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "<301><301>"),
        ("love ❤\ufe0f", "love ❤"),
        ("[/not-open] [@click=app.quit]x[/]", "[/not-open] [@click=app.quit]x[/]"),
        ("naïve 日本語 مرحبا שלום 👍", "naïve 日本語 مرحبا שלום 👍"),
    ],
)
def test_known_attacks_are_shown_as_numbers(attack: str, shown: str) -> None:
    """What drives a terminal, reorders or hides is told by its number; all other text is as it was."""
    assert safe(attack) == shown


@settings(max_examples=500)
@given(ANYTHING, st.integers(min_value=-1, max_value=60))
def test_nothing_that_steers_comes_out_and_nothing_too_wide(text: str, cells: int) -> None:
    """No control, format, surrogate, private or unassigned character and no line break, in at most so many cells."""
    shown = safe(text, cells)
    assert cell_len(shown) <= max(cells, 0)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not set(shown) & set(BIDI)
    assert shown == safe(shown, cells)
    shown.encode()


@given(ANYTHING, ANYTHING)
def test_widths_add_up(left: str, right: str) -> None:
    """No safe text joins the one before it: together they are as wide as both."""
    one, other = safe(left), safe(right)
    assert cell_len(one + other) == width(one) + width(other)


def test_what_is_cut_ends_in_an_ellipsis() -> None:
    """What fits exactly is not cut; a number or a wide character is not cut in half."""
    assert safe("exactly", 7) == "exactly"
    assert safe("one more", 7) == "one mo…"
    assert safe("日本語", 6) == "日本語"
    assert safe("日本語", 5) == "日本…"
    assert safe("日本語", 4) == "日…"
    assert safe("ab\x1b", 5) == "ab…"
    assert safe("anything", 1) == "…"
    assert safe("anything", 0) == ""


def test_a_long_text_is_cut_before_any_work_is_done_on_it() -> None:
    """A hundred million accents take no longer than a few hundred: all behind those is not looked at."""
    assert cell_len(safe("e" + "\u0301" * 100_000_000, 20)) <= 20
    assert safe("x" * 10_000_000, 4) == "xxx…"


@given(ANYTHING, st.integers(min_value=0, max_value=300), st.sampled_from(["left", "right", "center"]))
def test_a_fitted_text_has_exactly_its_cells(text: str, cells: int, align: Align) -> None:
    """Whatever it holds."""
    assert cell_len(fit(text, cells, align)) == cells


def test_fitted_texts_stand_where_they_should() -> None:
    """Left, right, in the middle."""
    assert [fit("ab", 5), fit("ab", 5, "right"), fit("ab", 5, "center")] == ["ab   ", "   ab", " ab  "]


@given(ANYTHING, st.integers(min_value=0, max_value=60))
def test_a_shortened_text_fits(text: str, cells: int) -> None:
    """Whatever it holds, and it is safe."""
    shown = shorten(text, cells)
    assert cell_len(shown) <= cells
    assert safe(shown, cells) == shown


def test_ids_that_begin_alike_differ_when_shortened() -> None:
    """The middle is left out; what fits is whole."""
    assert shorten("01J9ZK3M2R7QK4", 11) == "01J9Z…R7QK4"
    assert shorten("01J9ZK3M2R7QK9", 11) == "01J9Z…R7QK9"
    assert shorten("01J9ZK3M2R7QK4", 14) == "01J9ZK3M2R7QK4"


@given(ANYTHING, st.integers(min_value=1, max_value=80), st.booleans())
def test_lines_fit_and_are_safe(text: str, cells: int, wrap: bool) -> None:  # noqa: FBT001 - Hypothesis gives it
    """Cut or gone on with below, no line is wider, and each is safe as it is."""
    for line in safe_lines(text, cells, wrap=wrap):
        assert cell_len(line) <= cells
        assert safe(line, cells) == line


def test_lines_are_those_of_the_text() -> None:
    """Each line end counts, a tab goes to the next column of four, and a long line is cut or goes on."""
    assert safe_lines("a\nb\r\n\n\tc", 10) == ["a", "b", "", "    c"]
    assert safe_lines("abcdefgh", 4) == ["abc…"]
    assert safe_lines("abcdefgh", 4, wrap=True) == ["abcd", "efgh"]
    assert safe_lines("", 4) == [""]
    assert safe_lines("", 4, wrap=True) == [""]


def test_a_text_that_is_too_long_tells_how_much_more_there_is() -> None:
    """64 KB are shown."""
    lines = safe_lines("x" * (64 * 1024) + "y" * 1_300_000, 40)
    assert lines == ["x" * 39 + "…", "… 1.23M more"]


@given(st.text("ab日👍\x1b", max_size=50), st.integers(min_value=4, max_value=20))
def test_wrapping_loses_nothing(text: str, cells: int) -> None:
    """The lines together are the text as it would be on one."""
    assert "".join(wrapped(text, cells)) == safe(text, 1_000)


def test_safe_is_a_type_of_its_own() -> None:
    """At run time it is a string, which costs nothing."""
    assert Safe("x") == "x"
