"""When each job ran, written to a file beside the measured path: the same for every side."""

from __future__ import annotations

import atexit
import os
import struct
import threading
import time
from pathlib import Path

RECORD = struct.Struct("<qq")
"""When the handler began and the stamp that its payload carried, both in ns of the machine's monotonic clock."""
FLUSH_S = 0.01


class Tally:
    """Appends a record for each job run; a thread writes them, so that a job costs an append to a list.

    Processes that were forked go on with a thread of their own: all append to one file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._records: list[bytes] = []
        self._owner, self._file = 0, -1
        self._starting, self._writing = threading.Lock(), threading.Lock()

    def mark(self, stamp_ns: int = 0) -> None:
        """A job began now."""
        if self._owner != os.getpid():
            with self._starting:
                self._start()
        self._records.append(RECORD.pack(time.monotonic_ns(), stamp_ns))

    def _start(self) -> None:
        if self._owner == os.getpid():
            return  # another thread was first
        self._records, self._writing, self._owner = [], threading.Lock(), os.getpid()
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        threading.Thread(target=self._write, name="tally", daemon=True).start()
        atexit.register(self._flush)

    def _write(self) -> None:
        while True:
            time.sleep(FLUSH_S)
            self._flush()

    def _flush(self) -> None:
        with self._writing:
            # One list for good, shortened at its front: a record that is being appended is never in a list put aside.
            written = self._records[:]
            del self._records[: len(written)]
            if written:
                os.write(self._file, b"".join(written))
