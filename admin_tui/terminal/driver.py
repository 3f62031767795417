"""Textual's driver for a terminal, which writes what differs from what is shown."""

from __future__ import annotations

import re
import shutil
import signal
from types import FrameType
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from admin_tui.terminal.glass import Glass

_SYNC_BEGIN, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_ALTERNATE = re.compile(r"\x1b\[\?1049[hl]")
_NO_PAINT = re.compile(r"\x1b\[[?<=>][0-9;]*\$?[a-z]|\x1b\]52;[^\x07\x1b]*(?:\x07|\x1b\\)")
"""Modes, questions and the clipboard: they change nothing on the screen."""


class ThriftyDriver(LinuxDriver):
    """The terminal is sent what differs from what it shows.

    It is not asked how far it has read: under load an answer may be taken for keys, and its last letter for a deed.
    """

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._glass = Glass(*shutil.get_terminal_size())
        self._in_sync = self._resized = False

    def start_application_mode(self) -> None:
        """As Textual's; from now on it is known when the terminal gets another size."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's says no types
        before = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: FrameType | None) -> None:
            self._resized = True
            if callable(before):
                before(number, frame)

        signal.signal(signal.SIGWINCH, resized)

    def forget(self) -> None:
        """The next painting writes the whole screen: something else may have written there."""
        self._glass.forget()

    def write(self, data: str) -> None:
        """The terminal will show it; what is no painting is written as it is."""
        if self._resized:
            self._resized = False
            self._glass.resize(*shutil.get_terminal_size())
        if data in (_SYNC_BEGIN, _SYNC_END):
            self._in_sync = True  # the terminal has it: it is written around what is sent
        elif self._glass.paint(data):
            if difference := self._glass.difference():
                super().write(f"{_SYNC_BEGIN}{difference}{_SYNC_END}" if self._in_sync else difference)
        else:
            if _ALTERNATE.search(data):
                self._glass = Glass(*shutil.get_terminal_size())
            elif _NO_PAINT.fullmatch(data) is None:
                self._glass.forget()
            super().write(data)
