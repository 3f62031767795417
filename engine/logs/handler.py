"""Writes many log lines at once: a write for each would cost a busy worker more than making the lines."""

from __future__ import annotations

import logging
import os
import select
import threading
from collections import deque
from collections.abc import Callable

from engine.journal import Transition

LATEST_S = 0.1
"""How old a line may become before it is written: what a `kill -9` may lose."""
MOST_LINES = 10_000
"""Lines kept while nobody reads; from there on, who logs waits."""


class BatchHandler(logging.Handler):
    """Keeps transitions for a tenth of a second at most, of which a busy worker has thousands.

    An error and every other record is written at once, with all before it; with `at_once` every line is.
    """

    def __init__(self, write: Callable[[bytes], None], *, at_once: bool = False) -> None:
        super().__init__()
        self._write, self._at_once = write, at_once
        self._lines: deque[str] = deque()
        self._writing = threading.Lock()
        self._some, self._closing = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def handle(self, record: logging.LogRecord) -> bool:
        # Without the handler's lock: a line is one append, and no thread waits for another's write.
        if not self.filter(record):
            return False
        self.emit(record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        """The line is kept, or written if it may not wait, too many are kept, or the handler is closed."""
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - told by logging's own way: a line must not end who logs it
            self.handleError(record)
            return
        self._lines.append(line)
        waits = isinstance(record.msg, Transition) and record.levelno < logging.ERROR
        if self._at_once or not waits or len(self._lines) >= MOST_LINES or self._closing.is_set():
            self.flush()
        elif not self._some.is_set():
            self._some.set()
            self._start()

    def flush(self) -> None:
        """Every line kept until now is written."""
        with self._writing:
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if lines:
                lines.append("")
                self._write("\n".join(lines).encode(errors="backslashreplace"))

    def close(self) -> None:
        """Every line is written, and the thread has ended."""
        self._closing.set()
        self._some.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()
        super().close()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="logs", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._some.wait()
            self._closing.wait(LATEST_S)
            self._some.clear()
            self.flush()


def write_all(descriptor: int, data: bytes) -> None:
    """All of it is written, also where the other side makes writes wait; nothing, if nobody is there to read."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            select.select([], [descriptor], [])
        except OSError:
            return  # a closed pipe or a terminal that is gone: there is no place to tell of it, and the work goes on
