"""The harness itself: it sees what it should, and would notice what must not be."""

from __future__ import annotations

import sys
from collections import deque

from benchmarks.admin.slow_link import Line
from benchmarks.terminal import Terminal
from tests.tui.terminal.hostile import ATTACKS, harmless, hostile
from tests.tui.terminal.sequences import sequences

ECHO = """
import os, signal, sys, termios, tty
tty.setraw(0)
size = lambda *_: os.write(1, b"\\x1b[2J\\x1b[3;5H%dx%d" % tuple(os.get_terminal_size()))
signal.signal(signal.SIGWINCH, size)
size()
while (key := os.read(0, 1)) != b"q":
    os.write(1, b"<" + key + b">")
os.write(1, b"bye")
sys.exit(7)
"""


def test_a_program_is_seen_driven_resized_and_ended() -> None:
    """Screen, keys, a new size and the end of a program all go through the pseudo terminal."""
    with Terminal([sys.executable, "-c", ECHO], columns=60, rows=20) as terminal:
        assert terminal.wait_text("60x20").splitlines()[2] == "    60x20"
        terminal.send("a", "up")
        terminal.wait_text("<a>", "<[>", "<A>")
        terminal.resize(100, 30)
        terminal.wait_text("100x30")
        terminal.send("q")
        assert terminal.wait_end() == 7
        assert terminal.raw.endswith(b"bye")


def test_a_program_that_lets_texts_through_would_be_noticed() -> None:
    """What each attack does to a terminal is told apart from plain text; plain text is nothing at all."""
    assert sequences("\n".join(harmless(50)).encode()) == set()
    unseen = {attack for attack in ATTACKS if not sequences(f"a{attack}b".encode())}
    markup = {"[/not-open]", "[@click=app.quit]x[/]", "[bold red]x[/]", "[link=https://evil.example]x[/link]"}
    assert {attack for attack in unseen if attack.isascii()} == markup | {":pile_of_poo:", "%s%n%x", "\n", "\t"}
    assert {"\u202e", "\x9b2J", "\x85", "\u200b\u200c\u200d"} & unseen == set()


def test_places_on_the_screen_are_one_kind_of_sequence() -> None:
    """Wherever a program puts the cursor, or steps to, it is the same; beyond any screen it is not."""
    assert sequences(b"\x1b[5Ca\x1b[80Cb") == {"\x1b[columnsC"}
    assert sequences(b"\x1b[777C") == {"\x1b[777C"}
    assert sequences(b"\x1b[3;5Ha\x1b[24;80Hb") == {"\x1b[row;columnH"}
    assert sequences(b"\x1b[777;777H") == {"\x1b[777;777H"}


def test_hostile_strings_are_the_same_for_the_same_seed() -> None:
    """A run that failed can be made again."""
    assert hostile(500, 7) == hostile(500, 7)
    assert hostile(500, 7) != hostile(500, 8)
    assert all(hostile(500, 7))


def test_a_slow_line_delays_and_spreads() -> None:
    """A byte arrives after its turn and half the round trip, in order."""
    line = Line(delay_s=0.1, bytes_per_s=100, under_way=deque())
    line.put(b"x" * 10, 0.0)
    line.put(b"y" * 10, 0.0)
    assert line.arrived(0.19) == b""
    assert line.arrived(0.21) == b"x" * 10
    assert line.arrived(0.31) == b"y" * 10


def test_colours_are_told_apart_one_by_one() -> None:
    """Which are set together says nothing; one that nobody else sets does."""
    assert sequences(b"\x1b[1;38;2;1;2;3;48;2;4;5;6mx\x1b[0m") == {
        "\x1b[1m",
        "\x1b[38;2;1;2;3m",
        "\x1b[48;2;4;5;6m",
        "\x1b[0m",
    }
    assert "\x1b[77m" in sequences(b"\x1b[31;7;77m")
