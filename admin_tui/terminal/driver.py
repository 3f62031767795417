"""Textual's driver for a terminal, which writes what differs, and holds back what a slow line could not take."""

from __future__ import annotations

import re
import shutil
import signal
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any

from textual import events
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from admin_tui.terminal.glass import Glass
from admin_tui.terminal.window import Window

_SYNC_BEGIN, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_ALTERNATE = re.compile(r"\x1b\[\?1049[hl]")
_NO_PAINT = re.compile(r"\x1b\[[?<=>][0-9;]*\$?[a-z]|\x1b\]52;[^\x07\x1b]*(?:\x07|\x1b\\)")
"""Modes, questions and the clipboard: they change nothing on the screen."""
_WHERE = "\x1b[6n"
"""Every terminal answers where its cursor is, and not before it has read all that came before."""
_SILENT_S = 3.0
_LAST_S = 1.0
"""So long an end waits for an answer that is on its way: the shell would take it for keys."""


class ThriftyDriver(LinuxDriver):
    """The terminal is sent what differs from what it shows; and where the line is full, only the newest state of it."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._glass, self._window = Glass(*shutil.get_terminal_size()), Window()
        self._in_sync = self._resized = False
        self._answers = SimpleQueue[None]()

    def start_application_mode(self) -> None:
        """As Textual's; from now on it is known when the terminal gets another size."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's says no types
        before = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: FrameType | None) -> None:
            self._resized = True
            if callable(before):
                before(number, frame)

        signal.signal(signal.SIGWINCH, resized)
        if self.input_tty:
            self._ask()

    def stop_application_mode(self) -> None:
        """As Textual's, once no answer is on its way."""
        try:
            for _ in range(self._window.asks if self._window.answers else 0):
                self._answers.get(timeout=_LAST_S)
        except Empty:
            pass  # the line is dead: nothing comes any more
        self._window.silent()
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """The terminal will show it; what is no painting is written as it is."""
        if self._resized:
            self._resized = False
            self._glass.resize(*shutil.get_terminal_size())
        if data in (_SYNC_BEGIN, _SYNC_END):
            self._in_sync = True  # the terminal has it: it is written around what is sent
        elif self._glass.paint(data):
            self._send()
        else:
            if _ALTERNATE.search(data):
                self._glass = Glass(*shutil.get_terminal_size())
            elif _NO_PAINT.fullmatch(data) is None:
                self._glass.forget()
            super().write(data)

    def process_message(self, message: Message) -> None:
        """The terminal's answers are for nobody else; this is another thread."""
        if isinstance(message, events.CursorPosition):
            self._answers.put(None)
            self._loop.call_soon_threadsafe(self._arrived)
        else:
            super().process_message(message)

    def _send(self) -> None:
        """The terminal is sent what it lacks, unless too much is on its way already."""
        if self._window.full or not (data := self._glass.difference()):
            return
        super().write(f"{_SYNC_BEGIN}{data}{_SYNC_END}" if self._in_sync else data)
        if self._window.sent(len(data.encode())):
            self._ask()

    def _ask(self) -> None:
        super().write(_WHERE)
        self._loop.call_later(_SILENT_S, self._look, self._window.ask())

    def _arrived(self) -> None:
        while not self._answers.empty():
            self._answers.get()
            self._window.arrived()
        self._send()

    def _look(self, question: int) -> None:
        if self._window.waits_for(question):
            self._window.silent()
            self._send()
