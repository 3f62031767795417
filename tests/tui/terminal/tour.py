"""A walk through every screen of the program, so that all it shows is painted."""

from __future__ import annotations

from benchmarks.terminal import Terminal

VIEWS = "123456"
JOB_TABS = "daoh"


def walk(terminal: Terminal, job_id: str = "") -> None:
    """Every view, the failed jobs, one of them with its parts and its log, why it does not run, and the help."""
    for view in VIEWS:
        terminal.send(view)
        terminal.settle()
        terminal.send("down", "down")
        terminal.settle()
    terminal.send("2")
    terminal.settle()
    choose_failed(terminal)
    terminal.send("G", "g", "down")
    terminal.settle()
    terminal.send("enter")
    terminal.settle()
    for key in (*JOB_TABS, "w"):
        terminal.send(key)
        terminal.settle()
    terminal.send("escape")
    terminal.settle()
    terminal.send("l")
    terminal.settle()
    terminal.send("escape", "escape")
    terminal.settle()
    terminal.send("?")
    terminal.settle()
    terminal.send("escape")
    terminal.settle()


def choose_failed(terminal: Terminal) -> None:
    """The failed jobs of the queue that is shown are listed."""
    for _ in range(7):
        if "[FAILED" in terminal.text:
            return
        terminal.send("right")
        terminal.settle()
