"""What really ran, written down outside Redis: one line for each event of each execution, by any process."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

Event = Literal["start", "end", "told"]
"""`told`: the handler was told to stop."""


class Entry(Struct, frozen=True):
    """One event of one execution; `at_us` is the machine's clock, `fence` the server's at the delivery."""

    event: Event
    id: str
    fence: int
    attempt: int
    pid: int
    at_us: int


class Ledger:
    """An append-only file: lines are written whole, and what a killed process wrote is there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, event: Event, job_id: str, fence: int, attempt: int) -> None:
        """The event is in the file."""
        entry = Entry(event, job_id, fence, attempt, os.getpid(), time.time_ns() // 1000)
        os.write(self._file, msgspec.json.encode(entry) + b"\n")

    def read(self, event: Event | None = None) -> list[Entry]:
        """Every entry in the order of writing, or those of one kind."""
        written = self.path.read_bytes()
        # Across pages of the file a write is seen in parts: a line without its end is being written.
        whole = written[: written.rfind(b"\n") + 1]
        entries = [msgspec.json.decode(line, type=Entry) for line in whole.splitlines()]
        return [entry for entry in entries if event is None or entry.event == event]

    def starts(self) -> dict[str, list[Entry]]:
        """The executions of each job."""
        by_id: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.read("start"):
            by_id[entry.id].append(entry)
        return dict(by_id)

    def ids(self, event: Event) -> list[str]:
        """The ids of the jobs that an event of this kind was written of, in order."""
        return [entry.id for entry in self.read(event)]

    def close(self) -> None:
        """The file is closed; it can still be read."""
        os.close(self._file)
