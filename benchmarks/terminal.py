"""A program in a pseudo terminal of its own: keys go in, and what it shows and writes is read as text and as bytes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyte

# Makes the terminal the process's own, so that it hears of a new size, and becomes the program.
_LAUNCH = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<=][0-9;]*[A-Za-z]|\x1b[P_^X].*?\x1b\\", re.DOTALL)
_CHUNK = 65_536

KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "space": " ",
    "backspace": "\x7f",
    "ctrl+q": "\x11",
    "ctrl+r": "\x12",
    "ctrl+p": "\x10",
}
"""The bytes of keys that are no character."""


class Terminal:
    """The program runs until the end of the `with`, or until it ends by itself; then it is gone, ended by its id.

    Nothing is read but in the methods that say so: a program that writes more than the kernel keeps waits for them.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> None:
        self.raw = bytearray()
        """All that the program wrote."""
        self.read_at: list[tuple[float, int]] = []
        """For each read, when it was (`time.monotonic`) and how much had been written by then."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._unfed = b""
        self._fd, slave = pty.openpty()
        self._set_size(columns, rows)
        launch = [sys.executable, "-I", "-S", "-c", _LAUNCH, *command]
        try:
            self.process = subprocess.Popen(
                launch, stdin=slave, stdout=slave, stderr=slave, env=env, cwd=directory, start_new_session=True
            )
        finally:
            os.close(slave)

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self.process.pid

    @property
    def rows(self) -> list[str]:
        """The screen as it was last read, a text for each row."""
        return [row.rstrip() for row in self._screen.display]

    @property
    def text(self) -> str:
        """The screen as it was last read."""
        return "\n".join(self.rows)

    def cell(self, column: int, row: int) -> Any:
        """One cell with its colours, as pyte has it."""
        return self._screen.buffer[row][column]

    def read(self, wait_s: float = 0.0) -> bool:
        """What the program writes next is on the screen; False if it wrote nothing for so long, or has ended."""
        if not select.select([self._fd], [], [], wait_s)[0]:
            return False
        try:
            data = os.read(self._fd, _CHUNK)
        except OSError:  # Linux tells so that the other side is closed
            return False
        if data:
            self.raw += data
            self.read_at.append((time.monotonic(), len(self.raw)))
            self._feed(data)
        return bool(data)

    def idle(self, seconds: float) -> None:
        """So much time has passed, and all that was written in it is read."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self.read(left) and self.process.poll() is not None:
                return

    def settle(self, quiet_s: float = 0.15, within_s: float = 10) -> None:
        """The program has written nothing for `quiet_s`."""
        end = time.monotonic() + within_s
        while self.read(quiet_s):
            if time.monotonic() > end:
                raise AssertionError(f"it never stopped writing for {quiet_s} s; the screen:\n{self.text}")

    def send(self, *keys: str) -> None:
        """The program has these keys to read: names of `KEYS`, or characters."""
        os.write(self._fd, "".join(KEYS.get(key, key) for key in keys).encode())

    def wait_for(self, condition: Callable[[str], object], *, within_s: float = 20) -> str:
        """The first screen for which this holds; AssertionError with the last one if there is none in time."""
        end = time.monotonic() + within_s
        while not condition(self.text):
            left = end - time.monotonic()
            if left <= 0 or (not self.read(min(left, 0.25)) and self.process.poll() is not None):
                while self.read():
                    pass
                if condition(self.text):
                    break
                raise AssertionError(f"not seen within {within_s} s (status {self.process.poll()}):\n{self.text}")
        return self.text

    def wait_text(self, *texts: str, within_s: float = 20) -> str:
        """The first screen that has all of these."""
        try:
            return self.wait_for(lambda screen: all(text in screen for text in texts), within_s=within_s)
        except AssertionError as error:
            raise AssertionError(f"{texts!r} {error}") from None

    def wait_gone(self, text: str, *, within_s: float = 20) -> str:
        """The first screen that has it no more."""
        return self.wait_for(lambda screen: text not in screen, within_s=within_s)

    def resize(self, columns: int, rows: int) -> None:
        """The terminal has this size, and the program is told."""
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def scribble(self, text: str) -> None:
        """Something else than the program has written on the screen."""
        self._stream.feed(text.encode())

    def wait_end(self, within_s: float = 10) -> int:
        """The status of the program, which has ended by itself; all that it wrote is read."""
        end = time.monotonic() + within_s
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"it did not end within {within_s} s:\n{self.text}")
            self.read(0.05)
        while self.read():
            pass
        return self.process.returncode

    def close(self) -> None:
        """The program is gone: asked to end, and killed if it does not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            end = time.monotonic() + 3
            while self.process.poll() is None and time.monotonic() < end:
                self.read(0.05)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _feed(self, data: bytes) -> None:
        """Pyte has it, but for sequences that it would print; one that is cut off waits for its rest."""
        data = _UNKNOWN_TO_PYTE.sub(b"", self._unfed + data)
        begun = data.rfind(b"\x1b", -8)
        cut = begun >= 0 and not re.match(rb"\x1b(\[[0-9;?<=>]*[ -/]*[@-~]|[^\[])", data[begun:])
        data, self._unfed = (data[:begun], data[begun:]) if cut else (data, b"")
        self._stream.feed(data)
