"""Terminals of all kinds: the program is usable, and leaves each as it was."""

from __future__ import annotations

import random
import re

import pytest

from benchmarks.terminal import Terminal
from tests.tui.terminal.hostile import harmless
from tests.tui.terminal.program import open_admin
from tests.tui.terminal.tour import walk
from tests.tui.terminal.world import World

pytestmark = pytest.mark.timeout(120)
COLOUR = re.compile(rb"\x1b\[[0-9;]*\b([34][0-7]|9[0-7]|[34]8;[25])\b")
LEFT = (b"\x1b[?1049l", b"\x1b[?25h")
"""The other screen is left, and the cursor is seen."""
ENVIRONMENTS = {
    "xterm": {"TERM": "xterm-256color", "COLORTERM": ""},
    "truecolor": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "screen": {"TERM": "screen", "COLORTERM": ""},
    "tmux": {"TERM": "tmux-256color", "COLORTERM": ""},
    "linux": {"TERM": "linux", "COLORTERM": ""},
    "dumb": {"TERM": "dumb", "COLORTERM": ""},
    "no colour": {"NO_COLOR": "1"},
    "C locale": {"LC_ALL": "C", "LANG": "C"},
}


def fill(url: str, prefix: str) -> None:
    """Some jobs of each kind."""
    world = World(url, prefix)
    try:
        ids = world.fail(harmless(40))
        world.log(ids[0], harmless(40))
        world.beat(harmless(3))
    finally:
        world.close()


def leave(terminal: Terminal) -> None:
    """The program ends well: the terminal is as it was, and nothing is printed on it."""
    terminal.send("ctrl+q")
    assert terminal.wait_end() == 0, terminal.text
    assert b"Traceback" not in terminal.raw
    for sequence in LEFT:
        assert sequence in terminal.raw
    after = terminal.raw[terminal.raw.rindex(LEFT[0]) :].decode()
    assert not [char for char in after if char.isspace()], after


@pytest.mark.parametrize("kind", ENVIRONMENTS)
def test_every_screen_is_shown_on_every_terminal(redis_url: str, prefix: str, kind: str) -> None:
    """No traceback, nothing printed after the end but a restored terminal; NO_COLOR has no colour."""
    fill(redis_url, prefix)
    with open_admin(redis_url, prefix, variables=ENVIRONMENTS[kind]) as terminal:
        terminal.wait_text("till")
        walk(terminal)
        leave(terminal)
    assert bool(COLOUR.search(terminal.raw)) == (kind not in ("no colour", "dumb"))


@pytest.mark.parametrize("columns", [40, 60, 100, 300])
def test_widths_are_filled_and_not_passed(redis_url: str, prefix: str, columns: int) -> None:
    """At every width no line is wrapped: the first row is the header, and the queue is on the screen."""
    fill(redis_url, prefix)
    with open_admin(redis_url, prefix, columns=columns, rows=24) as terminal:
        terminal.wait_text("till")
        walk(terminal)
        leave(terminal)


def test_a_storm_of_sizes_is_survived(redis_url: str, prefix: str) -> None:
    """A hundred new sizes from 20 to 300 columns, on each view; at the end it is shown as at the beginning."""
    fill(redis_url, prefix)
    randomly = random.Random(7)
    with open_admin(redis_url, prefix) as terminal:
        terminal.wait_text("till")
        for turn in range(100):
            terminal.resize(randomly.randint(20, 300), randomly.randint(3, 80))
            if turn % 10 == 0:
                terminal.send("123456"[turn // 10 % 6])
            terminal.idle(0.02)
        terminal.resize(80, 24)
        terminal.send("1")
        terminal.wait_text("till")
        leave(terminal)
