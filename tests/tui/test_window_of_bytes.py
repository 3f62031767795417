"""How much is on the way to a terminal: it is known by its answers, and one that does not answer is not waited for."""

from __future__ import annotations

from textual.drivers.headless_driver import HeadlessDriver
from textual.drivers.linux_driver import LinuxDriver

from admin_tui.terminal import thrifty
from admin_tui.terminal.window import EACH, MOST, Window


def test_only_the_driver_of_terminals_is_another_one() -> None:
    """Whoever chose a driver has it."""
    assert issubclass(thrifty(LinuxDriver), LinuxDriver)
    assert thrifty(LinuxDriver) is not LinuxDriver
    assert thrifty(HeadlessDriver) is HeadlessDriver


def test_a_terminal_that_never_answers_is_never_waited_for() -> None:
    """Nor asked after the first time."""
    window = Window()
    window.ask()
    assert not any(window.sent(MOST) for _ in range(5))
    assert not window.full


def test_what_is_new_waits_while_much_is_on_its_way() -> None:
    """Until the terminal has answered behind enough of it."""
    window = Window()
    window.ask()
    window.arrived()
    assert not window.sent(EACH - 1)
    assert window.sent(1)
    window.ask()
    assert window.sent(MOST)
    window.ask()
    full = [window.full]
    window.arrived()
    full.append(window.full)
    assert full == [True, False], "what is left is what one frame may be"
    window.arrived()
    assert window.asks == 0


def test_one_frame_of_any_size_is_let_through() -> None:
    """It is full only while an answer is to come: otherwise nothing would end that."""
    window = Window()
    window.ask()
    window.sent(3 * MOST)
    window.arrived()
    assert window.sent(3 * MOST)
    assert not window.full


def test_a_terminal_that_falls_silent_is_no_longer_waited_for() -> None:
    """Until it answers again."""
    window = Window()
    window.ask()
    window.arrived()
    window.sent(2 * MOST)
    question = window.ask()
    window.sent(1)
    waits = [(window.full, window.waits_for(question))]
    window.silent()
    waits.append((window.full, window.waits_for(question)))
    assert waits == [(True, True), (False, False)]
    window.arrived()
    assert window.answers
