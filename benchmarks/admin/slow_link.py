"""A program behind a slow line: keys and screen travel late, and few bytes a second.

`python -m benchmarks.admin.slow_link 200 64 program …` runs the program on a terminal of its own, 200 ms round trip
and 64 kbit/s away from this one.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import sys
import termios
import time
import tty
from collections import deque

from msgspec import Struct

_CHUNK = 256
_WINDOW = 32_768
"""Bytes under way at which the far side has to wait, as behind an SSH connection."""


class Line(Struct):
    """One direction: what is under way arrives in order, `delay_s` after it could be sent."""

    delay_s: float
    bytes_per_s: float
    under_way: deque[tuple[float, bytes]]
    free_at: float = 0.0

    def put(self, data: bytes, now: float) -> None:
        """The bytes are under way."""
        self.free_at = max(now, self.free_at) + len(data) / self.bytes_per_s
        self.under_way.append((self.free_at + self.delay_s, data))

    def arrived(self, now: float) -> bytes:
        """What is there by now."""
        found: list[bytes] = []
        while self.under_way and self.under_way[0][0] <= now:
            found.append(self.under_way.popleft()[1])
        return b"".join(found)

    @property
    def is_full(self) -> bool:
        return sum(len(data) for _, data in self.under_way) > _WINDOW


def relay(far: int, rtt_ms: float, kbit_s: float) -> None:
    """What either side writes reaches the other, until the far side has ended and all of its bytes are here."""
    keys, screen = (Line(rtt_ms / 2000, kbit_s * 125, deque()) for _ in range(2))
    open_ = True
    while open_ or screen.under_way:
        due = [line.under_way[0][0] for line in (keys, screen) if line.under_way]
        wait_s = max(0.0, min(due) - time.monotonic()) if due else 1.0
        watched = [0] + ([far] if open_ and not screen.is_full else [])
        ready = select.select(watched, [], [], wait_s)[0]
        now = time.monotonic()
        if 0 in ready:
            keys.put(os.read(0, _CHUNK), now)
        if far in ready:
            data = _read(far)
            open_ = bool(data)
            screen.put(data, now)
        _write_all(1, screen.arrived(now))
        if open_:
            _write_all(far, keys.arrived(now))


def _read(far: int) -> bytes:
    try:
        return os.read(far, _CHUNK)
    except OSError:  # Linux tells so that the other side is closed
        return b""


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


def _end(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def main() -> int:
    """The status of the program."""
    rtt_ms, kbit_s, command = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    size = fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8)
    pid, far = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, size)
        os.execv(command[0], command)  # noqa: S606 - a list of words
    before = termios.tcgetattr(0)
    tty.setraw(0)
    # Ended itself, it ends the program: nothing else knows of that one.
    signal.signal(signal.SIGTERM, _end)
    try:
        relay(far, rtt_ms, kbit_s)
    except SystemExit:
        os.kill(pid, signal.SIGTERM)
        raise
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
        status = os.waitpid(pid, 0)[1]
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
