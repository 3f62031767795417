"""When each job ran, written to a file beside the measured path: the same for every side."""

from __future__ import annotations

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
        self._path = path
        self._records: list[bytes] = []
        self._owner = 0

    def mark(self, stamp_ns: int = 0) -> None:
        """A job began now."""
        if self._owner != os.getpid():
            self._start()
        self._records.append(RECORD.pack(time.monotonic_ns(), stamp_ns))

    def _start(self) -> None:
        self._owner, self._records = os.getpid(), []
        threading.Thread(target=self._write, name="tally", daemon=True).start()

    def _write(self) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        while True:
            time.sleep(FLUSH_S)
            written, self._records = self._records, []
            if written:
                os.write(file, b"".join(written))
