"""What is sent to the terminal: a terminal that gets the differences shows what one shows that gets all of it."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_tui.terminal.glass import Glass
from admin_tui.terminal.pen import PLAIN, after, of_blank, turned

COLUMNS, ROWS = 12, 4
LOOKS = ("0", "1", "38;2;1;2;3", "48;5;7", "1;38;2;9;9;9;48;2;1;1;1", "4;31", "7", "39;49", "48;2;5;5;5")
TEXTS = st.text("ab  -█▁", min_size=1, max_size=COLUMNS)
PAINTED = st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1), st.sampled_from(LOOKS), TEXTS)


def frame(painted: list[tuple[int, int, str, str]]) -> str:
    """As Textual writes it."""
    parts = [
        f"\x1b[{row + 1};{column + 1}H\x1b[{look}m{text[: COLUMNS - column]}\x1b[0m" + "\n" * (row < ROWS - 1)
        for row, column, look, text in painted
    ]
    return "".join([*parts, "\x1b[1;2H"])


def terminal() -> tuple[pyte.Screen, pyte.Stream]:
    """A terminal that does not wrap lines, as the program sets it."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    stream.feed("\x1b[?7l")
    return screen, stream


def seen(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """All cells as they are seen: ink and weight of a blank are not."""
    rows = list[list[tuple[object, ...]]]()
    for number in range(screen.lines):
        cells = [screen.buffer[number][column] for column in range(screen.columns)]
        rows.append([_seen(cell) for cell in cells])
    return rows


def _seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    if cell.data == " " and not cell.underscore and not cell.reverse:
        return (" ", cell.bg)
    return tuple(cell)


@settings(max_examples=150)
@given(st.lists(st.lists(PAINTED, min_size=1, max_size=6), min_size=1, max_size=6))
def test_differences_show_what_everything_shows(frames: list[list[tuple[int, int, str, str]]]) -> None:
    """Whatever is painted over whatever, and the cursor ends where it should."""
    glass = Glass(COLUMNS, ROWS)
    (whole, all_), (thrifty, some) = terminal(), terminal()
    for painted in frames:
        data = frame(painted)
        assert glass.paint(data)
        all_.feed(data)
        some.feed(glass.difference())
        assert seen(thrifty) == seen(whole)
        assert (thrifty.cursor.x, thrifty.cursor.y) == (1, 0)


@settings(max_examples=100)
@given(st.lists(PAINTED, max_size=6), st.lists(PAINTED, max_size=6), st.integers(4, 20), st.integers(2, 6))
def test_a_terminal_of_another_size_gets_what_has_room(
    before: list[tuple[int, int, str, str]], behind: list[tuple[int, int, str, str]], columns: int, rows: int
) -> None:
    """Whatever it lost or kept of its cells; what was painted for the old size is cut."""
    glass = Glass(COLUMNS, ROWS)
    glass.paint(frame(before))
    glass.difference()
    glass.resize(columns, rows)
    glass.paint(frame(behind))
    screen = pyte.Screen(columns, rows)
    stream = pyte.Stream(screen)
    stream.feed("\x1b[?7l\x1b[41m" + "\n".join(f"\x1b[{row + 1};1H{'?' * columns}" for row in range(rows)))
    stream.feed(glass.difference())
    assert not any("?" in line for line in screen.display)
    (whole, all_) = terminal()
    all_.feed(frame(before))
    all_.feed(frame(behind))
    for row in range(min(rows, ROWS)):
        assert seen(screen)[row][: min(columns, COLUMNS)] == seen(whole)[row][: min(columns, COLUMNS)]


def test_a_digit_costs_a_place_and_itself() -> None:
    """Neither its neighbours nor its colours are sent again."""
    glass = Glass(20, 1)
    glass.paint("\x1b[1;1H\x1b[38;2;1;2;3mold  3s\x1b[0m\x1b[1;1H")
    glass.difference()
    glass.paint("\x1b[1;1H\x1b[38;2;1;2;3mold  4s\x1b[0m\x1b[1;1H")
    assert glass.difference() == "\x1b[5C4\x1b[1;1H"
    glass.paint("\x1b[1;1H\x1b[38;2;1;2;3mold  4s\x1b[0m\x1b[1;1H")
    assert glass.difference() == ""


def test_a_row_with_wide_characters_is_written_from_its_beginning() -> None:
    """Terminals do not agree on how wide they are; nothing is placed by them."""
    glass = Glass(12, 1)
    glass.paint("\x1b[1;1H\x1b[1mab漢字 cd\x1b[0m\x1b[1;1H")
    glass.difference()
    glass.paint("\x1b[1;9H\x1b[1me\x1b[0m\x1b[1;1H")
    assert glass.difference() == "ab漢字 ce   \x1b[1;1H"
    glass.paint("\x1b[1;4H\x1b[1mx\x1b[0m\x1b[1;1H")
    assert glass.difference() == "ab x字 ce   \x1b[1;1H"


def test_what_is_drawn_over_a_character_stays_with_it() -> None:
    """An accent of its own has no cell."""
    glass = Glass(6, 1)
    glass.paint("\x1b[1;1H\x1b[1mae\u0301b\x1b[0m\x1b[1;1H")
    assert "ae\u0301b" in glass.difference()


@pytest.mark.parametrize("data", ["\x1b[?25l", "\x1b]52;c;YQ==\x07", "\x07", "\x1b[2J", ""])
def test_what_paints_nothing_is_told(data: str) -> None:
    """It goes to the terminal as it is."""
    assert not Glass(4, 1).paint(data)


def test_forgotten_all_is_written_again() -> None:
    """Nobody knows what the terminal shows by then."""
    glass = Glass(4, 2)
    glass.paint("\x1b[1;1H\x1b[1mab\x1b[0m\x1b[1;1H")
    glass.difference()
    glass.forget()
    assert "ab" in glass.difference()


@given(st.sampled_from(LOOKS), st.sampled_from(LOOKS))
def test_the_pen_is_turned_from_any_look_to_any_other(one: str, other: str) -> None:
    """The bytes say what they are to say."""
    pen, wanted = after(PLAIN, one), after(PLAIN, other)
    turned_to, data = turned(pen, wanted)
    assert turned_to == wanted == (after(pen, data[2:-1]) if data else pen)


def test_a_blank_takes_the_pen_as_it_is() -> None:
    """Its ink is not seen; but a line under it is."""
    pen = after(PLAIN, "1;31;44")
    assert turned(pen, of_blank(after(PLAIN, "32;44")))[1] == ""
    assert turned(after(pen, "4"), of_blank(after(PLAIN, "32;44")))[1] != ""
    assert of_blank(after(PLAIN, "4;32")) == after(PLAIN, "4;32")
