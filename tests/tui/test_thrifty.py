"""Whose driver is another one."""

from __future__ import annotations

from textual.drivers.headless_driver import HeadlessDriver
from textual.drivers.linux_driver import LinuxDriver

from admin_tui.terminal import thrifty


def test_only_the_driver_of_terminals_is_another_one() -> None:
    """Whoever chose a driver has it."""
    assert issubclass(thrifty(LinuxDriver), LinuxDriver)
    assert thrifty(LinuxDriver) is not LinuxDriver
    assert thrifty(HeadlessDriver) is HeadlessDriver
