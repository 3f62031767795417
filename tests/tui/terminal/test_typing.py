from __future__ import annotations

import sys

from benchmarks.terminal import Terminal
from tests.support.workers import environment


def test_letters_that_come_together_with_the_key_of_a_field_are_its_text() -> None:
    """Typed fast or over a slow line, `/RXP` filters by RXP: nothing is retried, cancelled or paused."""
    command = [sys.executable, "-m", "admin_tui", "--demo", "--write"]
    with Terminal(command, env=environment(TERM="xterm-256color"), columns=100, rows=30) as terminal:
        terminal.wait_text("ingest_reviews", "Enter open")
        terminal.send("/", "RXPe", "enter")
        terminal.wait_text("nothing with 'RXPe'")
        terminal.settle()
        assert "PAUSE" not in terminal.text
        assert "rows in" not in terminal.text
        terminal.send("ctrl+q")
        assert terminal.wait_end() == 0
