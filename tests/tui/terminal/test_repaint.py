"""A screen on which something else wrote."""

from __future__ import annotations

import sys

from benchmarks.terminal import Terminal
from tests.support.workers import environment


def test_ctrl_r_writes_the_whole_screen() -> None:
    """A message to all users, or a line that was lost, stays no longer than until then."""
    command = [sys.executable, "-m", "admin_tui", "--demo"]
    with Terminal(command, env=environment(TERM="xterm-256color"), columns=100, rows=30) as terminal:
        terminal.wait_text("ingest_reviews", "Enter open")
        terminal.scribble("\x1b[2J\x1b[20;1HBroadcast message: the system goes down")
        terminal.send("ctrl+r")
        terminal.wait_text("ingest_reviews", "Enter open")
        terminal.wait_gone("Broadcast")
        terminal.send("ctrl+q")
        assert terminal.wait_end() == 0
