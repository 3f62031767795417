"""The way to the terminal: what it shows is known, and only what is to be otherwise is sent."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual.driver import Driver


@runtime_checkable
class _Knowing(Protocol):
    def forget(self) -> None: ...


def forget(driver: object) -> None:
    """The next painting writes the whole screen, where the driver would send only what differs."""
    if isinstance(driver, _Knowing):
        driver.forget()


def thrifty(driver: type[Driver]) -> type[Driver]:
    """The driver that sends little, where Textual's is the one for terminals of Unix; any other one as it is."""
    if (driver.__module__, driver.__name__) != ("textual.drivers.linux_driver", "LinuxDriver"):
        return driver
    from admin_tui.terminal.driver import ThriftyDriver  # noqa: PLC0415 - what it imports is there on Unix alone

    return ThriftyDriver
