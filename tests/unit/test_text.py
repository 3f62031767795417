"""Clean text, its fingerprint, and the language guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.connectors import clean_line, clean_text, content_hash, guess_language, normalise


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (None, None),
        ("", None),
        ("  \n\t ", None),
        ("plain", "plain"),
        ("Fish &amp; chips &quot;to go&quot;", 'Fish & chips "to go"'),
        ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"),
        ("<p>first</p><p>second</p>", "first\nsecond"),
        ('<div><!--block--><span class="x">Sorry</span> to hear</div>', "Sorry to hear"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("a \r\n  b\rc", "a\nb\nc"),
        ("nul\x00 and bell\x07", "nul and bell"),
        ("half a pair \ud83d", "half a pair"),
        ("I <3 this, price <cost and cost> value", "I <3 this, price <cost and cost> value"),
        ("5&nbsp;stars", "5 stars"),
        ("&lt;b&gt;bold&lt;/b&gt;", "<b>bold</b>"),
    ],
)
def test_clean_text(raw: str | None, clean: str | None) -> None:
    """Markup, entities, control characters and blank lines go; what the author wrote stays."""
    assert clean_text(raw) == clean


def test_clean_line() -> None:
    """A name comes out on one line."""
    assert clean_line(" Thandi\n  <b>M.</b> ") == "Thandi M."
    assert clean_line("<br>") is None


@given(st.text(alphabet=st.characters(), max_size=200))
def test_clean_text_can_be_stored(raw: str) -> None:
    """Whatever comes in, the result encodes as UTF-8, has no NUL and no run of blank lines."""
    clean = clean_text(raw)
    if clean is not None:
        assert b"\x00" not in clean.encode()
        assert "\n\n\n" not in clean
        assert clean == clean.strip()
        assert clean


def test_hash_ignores_case_and_spacing() -> None:
    """Texts that differ in case, spacing and compatibility characters only have one hash."""
    plain = content_hash("The food was cold and late")
    assert plain is not None
    assert len(plain) == 64
    assert content_hash("  THE FOOD\n\nwas cold  and LATE ") == plain
    assert content_hash("The ﬁsh was cold and very late") == content_hash("The fish was cold and very late")
    assert content_hash("The food was cold and late!") != plain


def test_short_text_has_no_hash() -> None:
    """Under 20 characters of normalised text equal texts say nothing."""
    assert content_hash(None) is None
    assert content_hash("nineteen characters") is None
    assert content_hash("twenty characters ok") is not None
    assert content_hash("short" + " " * 40) is None


@given(st.text(max_size=60))
def test_hash_is_that_of_the_normalised_text(text: str) -> None:
    """A text and its normalised form have the same hash."""
    assert content_hash(text) == content_hash(normalise(text))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The food was great and the staff were friendly", "en"),
        ("THE SERVICE WAS SLOW, WE WILL NOT BE BACK", "en"),
        ("Die kos was heerlik en die diens was baie goed", "af"),
        ("Ons het 'n uur vir ons kos gewag", "af"),
        ("Het eten was niet goed en wij zijn erg teleurgesteld", "unknown"),
        ("Das Essen war sehr gut und die Bedienung nett", "unknown"),
        ("Ukudla bekumnandi kakhulu, siyabonga", "unknown"),
        ("1234567890 1234567890", "unknown"),
        ("The food is good", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_language(text: str | None, language: str) -> None:
    """English and Afrikaans are told apart and from their relatives; in doubt and when short it is unknown."""
    assert guess_language(text) == language
