"""The table of keys: one meaning for each, upper case for what changes something, and all help made of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from admin_tui.cheatsheet import footer, help_lines, page, palette
from admin_tui.keys import KEYS, SCREENS, keys_of, printed
from admin_tui.text import width

DOCS = Path(__file__).parents[2] / "docs" / "keys.md"
PASSED_BY_EVERY_TERMINAL = {
    *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ123456789",
    *("up", "down", "left", "right", "pageup", "pagedown", "home", "end", "tab", "enter", "escape", "space"),
    *("slash", "colon", "question_mark", "asterisk", "comma", "full_stop", "minus", "vertical_line"),
    *("ctrl+p", "ctrl+r", "ctrl+q"),
}


@pytest.mark.parametrize("screen", SCREENS)
def test_no_key_means_two_things_on_a_screen(screen: str) -> None:
    """Whatever is in force at once there, a key is bound once."""
    times = Counter(key for each in keys_of(screen) for key in each.keys)
    assert {key: number for key, number in times.items() if number > 1} == {}


def test_ids_are_unique() -> None:
    """Each binding can be given another key by its id."""
    assert len({key.id for key in KEYS}) == len(KEYS)


def test_upper_case_changes_and_lower_case_looks() -> None:
    """The exceptions are G, O and A, which look; in a dialog, where `y` confirms, something was asked before."""
    letters = [(letter, key.changes) for key in KEYS for letter in key.keys if len(letter) == 1 and letter.isalpha()]
    assert {letter for letter, changes in letters if letter.isupper() != changes} == {"G", "O", "A"}


def test_only_keys_that_every_terminal_passes() -> None:
    """No Ctrl-D, Backspace, Delete or function key."""
    assert {key for each in KEYS for key in each.keys} <= PASSED_BY_EVERY_TERMINAL


def test_the_page_of_keys_is_that_of_the_table() -> None:
    """If it is not: `python -m admin_tui.cheatsheet > docs/keys.md`."""
    assert DOCS.read_text() == page()


@pytest.mark.parametrize("screen", [screen for screen in SCREENS if screen not in {"dialog", "copy"}])
@pytest.mark.parametrize("cells", [40, 60, 80, 120, 300])
def test_a_footer_fits_and_tells_of_help_and_the_way_back(screen: str, cells: int) -> None:
    """However narrow, `? keys` and `q back` are there."""
    text = "".join(span.text for span in footer(screen, cells, writes=True))
    assert len(text) <= cells
    assert text.endswith("? keys  q back") or "? keys  q back  " in text


def test_an_overviews_footer() -> None:
    """What is used most comes first, what is everybody's last."""
    text = "".join(span.text for span in footer("overview", 60, writes=True))
    assert text == "Enter open  w why  P pause  C concurrency  ? keys  q back"


def test_keys_that_change_something_are_dim_where_nothing_may_be_changed() -> None:
    """The others are not, and with writes none is."""
    dim = "".join(span.text for span in footer("failures", 80, writes=False) if span.style == "dim")
    assert dim == "R retryD trash"
    assert all(span.style != "dim" for span in footer("failures", 80, writes=True))


@pytest.mark.parametrize("screen", SCREENS)
def test_help_names_every_key_of_the_screen_within_its_width(screen: str) -> None:
    """Also in 40 cells."""
    for cells in (20, 40, 80):
        lines = help_lines(screen, cells, writes=False)
        assert all(sum(width(span.text) for span in line) <= cells for line in lines)
    text = ["".join(span.text for span in line) for line in help_lines(screen, 80, writes=True)]
    for key in keys_of(screen):
        assert any(line.startswith(key.shown) and key.about in line for line in text)


def test_the_palette_has_what_changes_and_what_shows_but_no_movement() -> None:
    """Entries are actions by name."""
    names = {command.name for command in palette("jobs")}
    assert {"retry", "cancel", "trash", "promote", "pause", "why", "filter", "audit", "quit"} <= names
    assert not {"row_down", "row_up", "page_down", "open"} & names


def test_keys_are_printed_as_on_a_keyboard() -> None:
    """Letters as they are, the others by their sign or usual name."""
    shown = [printed(key) for key in ("R", "slash", "ctrl+p", "escape", "pagedown")]
    assert shown == ["R", "/", "Ctrl-P", "Esc", "PgDn"]
