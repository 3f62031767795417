"""A log as lines: the newest are held, runs and levels are chosen, what is found is where it is."""

from __future__ import annotations

import pytest

from admin_tui.draw.line import Line
from admin_tui.text import width
from admin_tui.views.log import LogText, Shown, level_of
from engine import LogEntry

AT_MS = 1_790_000_000_112


def entry(number: int, text: str, run: int = 1) -> LogEntry:
    """A line of a log."""
    return LogEntry(f"{AT_MS + number}-0", AT_MS + number, run, text)


def read(lines: list[Line]) -> list[str]:
    """What is read of the lines."""
    return ["".join(span.text for span in line).rstrip() for line in lines]


def test_lines_have_their_time_and_runs_their_title() -> None:
    """The server's time, to the millisecond."""
    text = LogText()
    text.show(Shown(40))
    text.add([entry(0, "start"), entry(1, "ERROR no"), entry(2, "again", run=2)])
    assert read(text.lines) == [
        "-- run 1 -------------------------------",
        "14:13:20.112 start",
        "14:13:20.113 ERROR no",
        "-- run 2 -------------------------------",
        "14:13:20.114 again",
    ]
    assert text.runs == [1, 2]


def test_long_lines_are_cut_or_go_on_below() -> None:
    """Neither is wider than the screen; what goes on stands under the text."""
    text = LogText()
    text.add([entry(0, "a" * 20)])
    text.show(Shown(23))
    assert read(text.lines)[1:] == ["14:13:20.112 aaaaaaaaa…"]
    text.show(Shown(23, wrap=True))
    assert read(text.lines)[1:] == ["14:13:20.112 aaaaaaaaaa", "             aaaaaaaaaa"]
    assert all(sum(width(span.text) for span in line) <= 23 for line in text.lines)


def test_only_the_newest_lines_are_held() -> None:
    """Older ones go with their lines on the screen, and are counted."""
    text = LogText(kept=3)
    text.show(Shown(40, wrap=True))
    text.add([entry(number, f"line {number} " + "x" * 40) for number in range(5)])
    assert [one.text[:6] for one in text.entries] == ["line 2", "line 3", "line 4"]
    assert (len(text), text.dropped, text.came) == (3, 2, 5)
    assert "line 2" in read(text.lines)[0]


def test_a_level_hides_lesser_lines_and_keeps_those_that_say_none() -> None:
    """What a program prints without a level is never hidden."""
    text = LogText()
    text.add([entry(0, "DEBUG a"), entry(1, "INFO b"), entry(2, "[WARNING] c"), entry(3, "d"), entry(4, "error: e")])
    text.show(Shown(40, level=3))
    assert [line[13:] for line in read(text.lines)[1:]] == ["[WARNING] c", "d", "error: e"]


def test_one_run_alone_can_be_shown() -> None:
    """And all of them again."""
    text = LogText()
    text.add([entry(0, "a"), entry(1, "b", run=2)])
    text.show(Shown(40, run=2))
    assert [line[13:] for line in read(text.lines)[1:]] == ["b"]
    text.show(Shown(40))
    assert len(text.lines) == 4


def test_a_hit_is_found_once_however_many_lines_it_takes() -> None:
    """By upper or lower case; the number is that of its first line."""
    text = LogText()
    text.show(Shown(23, wrap=True))
    text.add([entry(0, "x" * 25 + "timeout"), entry(1, "fine"), entry(2, "TIMEOUT")])
    assert text.find("timeout") == [1, 6]
    [first, second] = (text.entry_at(number) for number in text.find("timeout"))
    assert first is not None
    assert second is not None
    assert (first.id, second.id) == (f"{AT_MS}-0", f"{AT_MS + 2}-0")


def test_what_a_file_gets_steers_no_terminal() -> None:
    """It may be shown by `less` or `cat`."""
    text = LogText()
    text.add([entry(0, "\x1b]0;title\x07")])
    assert "\x1b" not in text.plain()
    assert "\x07" not in text.plain()


@pytest.mark.parametrize(
    ("text", "level"),
    [("INFO a", 2), ("[error] b", 4), ("warn: c", 3), ("information", None), ("an ERROR", None), ("", None)],
)
def test_the_level_is_the_first_word(text: str, level: int | None) -> None:
    """Whatever brackets are around it."""
    assert level_of(text) == level
