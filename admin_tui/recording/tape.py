"""The file that a recording goes to: new, readable by its owner alone, of bounded size, safe on disk within seconds."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec

from admin_tui.recording.lines import FORMAT, Head, Said
from engine import VERSION, Clock, SettingError

MOST_BYTES = 64 * 1024 * 1024
_SAFE_S = 5.0


class Tape:
    """Takes lines until the file is full or cannot be written; `trouble` says so, and nothing else is disturbed."""

    def __init__(self, path: Path, clock: Clock, began_ms: int, most_bytes: int = MOST_BYTES) -> None:
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise SettingError(f"{path} exists already: give --record a new file") from None
        except OSError as error:
            raise SettingError(f"{path} cannot be written: {error.strerror}") from error
        self._path, self._clock, self._most_bytes = path, clock, most_bytes
        self._began_s = self._safe_s = clock.monotonic_s()
        self._bytes = 0
        self.trouble = ""
        self._append(msgspec.json.encode(Head(FORMAT, VERSION, began_ms)))

    @property
    def now_ms(self) -> int:
        """How long it has been running."""
        return round((self._clock.monotonic_s() - self._began_s) * 1000)

    async def write(self, said: Said) -> None:
        """The line is in the file, if there is room for it; on disk within a few seconds."""
        if self.trouble:
            return
        data = msgspec.json.encode(said)
        if self._bytes + len(data) + 1 > self._most_bytes:
            self.trouble = f"the recording is full at {self._bytes:,} bytes: what follows is not in it"
            return
        self._append(data)
        if self._clock.monotonic_s() - self._safe_s >= _SAFE_S:
            self._safe_s = self._clock.monotonic_s()
            await asyncio.to_thread(self._sync)

    def close(self) -> None:
        """Everything is on disk, and the file is closed."""
        if not self.trouble:
            self._sync()
        os.close(self._file)

    def _append(self, data: bytes) -> None:
        line = data + b"\n"
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            self.trouble = f"the recording has stopped, {self._path} cannot be written: {error.strerror}"
        self._bytes += len(data) + 1

    def _sync(self) -> None:
        try:
            os.fsync(self._file)
        except OSError as error:
            self.trouble = f"the recording may be incomplete, {self._path} cannot be written: {error.strerror}"
