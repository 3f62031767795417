"""One file of the folder that the operator opened to connectors: read safely, and known again when it has changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from errno import ELOOP, ENOTDIR
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from msgspec import Struct

from engine import SettingError
from jobs.connectors.errors import BadSettings, NotFound, SourceUnavailable, StaleCursor

FOLDER_VARIABLE = "CONNECTOR_FILES_DIR"
LARGEST_BYTES = 256 * 1024 * 1024
LONGEST_PATH = 1_000
_SAMPLE_BYTES = 64 * 1024
_MOVED = (ELOOP, ENOTDIR)


class Stamp(Struct, frozen=True):
    """What tells one state of a file from the next; a copy with its times kept is the same."""

    size: int
    mtime_ns: int


class FolderFile:
    """A regular file inside the folder, opened anew for each read: nothing is held in between."""

    def __init__(self, folder: Path, path: str, *, largest_bytes: int = LARGEST_BYTES) -> None:
        self.path = path
        self._folder = folder
        self._largest_bytes = largest_bytes
        self._stamp: Stamp | None = None

    @contextmanager
    def open(self) -> Generator[BinaryIO]:
        """The file, at its beginning, as it was when it was first opened; it is closed after the block.

        Raises NotFound where there is none, BadSettings for what must not be read, StaleCursor if it has changed.
        """
        with os.fdopen(self._checked_descriptor(), "rb") as file:
            try:
                yield file
            except OSError as error:
                raise SourceUnavailable(f"{self.path} cannot be read: {error.strerror}") from error
            self._check(os.fstat(file.fileno()))

    def fingerprint(self) -> str:
        """A hash of the file's size, time, beginning and end."""
        with self.open() as file:
            found = os.fstat(file.fileno())
            known = sha256(f"{found.st_size} {found.st_mtime_ns} ".encode())
            known.update(file.read(_SAMPLE_BYTES))
            file.seek(max(0, found.st_size - _SAMPLE_BYTES))
            known.update(file.read(_SAMPLE_BYTES))
            return known.hexdigest()[:32]

    def _check(self, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise BadSettings(f"{self.path} is not a file; settings.path must name one")
        if found.st_size > self._largest_bytes:
            raise BadSettings(
                f"{self.path} has {found.st_size:,} bytes; at most {self._largest_bytes:,} are read: split it"
            )
        stamp = Stamp(found.st_size, found.st_mtime_ns)
        if self._stamp is None:
            self._stamp = stamp
        elif stamp != self._stamp:
            raise StaleCursor(f"{self.path} changed while it was read")

    def _checked_descriptor(self) -> int:
        descriptor = self._descriptor()
        try:
            self._check(os.fstat(descriptor))
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _descriptor(self) -> int:
        try:
            return _open_below(*self._resolve())
        except FileNotFoundError:
            raise NotFound(
                f"there is no file {self.path} in the folder {FOLDER_VARIABLE}; upload it, or mend settings.path"
            ) from None
        except PermissionError:
            raise BadSettings(f"{self.path} cannot be read: give the worker's user the right to") from None
        except OSError as error:
            if error.errno in _MOVED:  # a part of the path became a link or a file since it was resolved
                raise BadSettings(
                    f"{self.path} leads through a link or a file; settings.path must name a file"
                ) from None
            raise SourceUnavailable(f"{self.path} cannot be read: {error.strerror}") from error

    def _resolve(self) -> tuple[Path, tuple[str, ...]]:
        """The folder and the way below it without a link in either."""
        try:
            folder = self._folder.resolve(strict=True)
        except OSError as error:
            raise SourceUnavailable(f"the folder {FOLDER_VARIABLE} cannot be read: {error.strerror}") from error
        try:
            target = (folder / self.path).resolve(strict=True)
        except RuntimeError:  # how Python 3.11 and 3.12 tell of links that lead in a circle
            raise BadSettings(f"{self.path} is a link that leads in a circle; settings.path must name a file") from None
        if not target.is_relative_to(folder):
            raise BadSettings(f"{self.path} leads out of the folder {FOLDER_VARIABLE}; only files inside it are read")
        return folder, target.relative_to(folder).parts


def files_folder(env: Mapping[str, str]) -> Path | None:
    """The folder that CONNECTOR_FILES_DIR names, None if it names none. SettingError if it is no folder."""
    text = env.get(FOLDER_VARIABLE, "")
    if not text:
        return None
    folder = Path(text)
    if not folder.is_dir():
        raise SettingError(f"{FOLDER_VARIABLE}={text} is not a folder: create it, or unset the variable")
    return folder.absolute()


def folder_of(folder: Path, tenant_id: str) -> Path:
    """The tenant's own folder in it: a connector's settings must not lead to another tenant's files."""
    if tenant_id in (".", "..") or "/" in tenant_id or "\0" in tenant_id:
        raise BadSettings(f"tenant {tenant_id!r} can have no folder of its name, so its files are not read")
    return folder / tenant_id


def check_path(path: str) -> None:
    """Passes for a path below a folder; ValueError says what is wrong with any other."""
    if not path.strip() or len(path) > LONGEST_PATH or not path.isprintable():
        raise ValueError("path must name a file in the folder, as in 2026/reviews.csv")
    if path.startswith(("/", "\\", "~")) or "\\" in path or path[1:2] == ":":
        raise ValueError("path must be relative to the folder, with / between its parts")
    if ".." in PurePosixPath(path).parts:
        raise ValueError("path must not hold ..")


def _open_below(folder: Path, parts: tuple[str, ...]) -> int:
    """Opens part by part without following a link: what was resolved cannot be swapped for another."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for part in parts:
        # O_NONBLOCK: opening a pipe must not wait for its writer.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            below = os.open(part, flags, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = below
    return descriptor
