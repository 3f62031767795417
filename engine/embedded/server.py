"""What every embedded server shares: its directory, the lock on it, its start, readiness and stop."""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import signal
import tempfile
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Self

from engine.embedded.process import Guarded, Order, RunAs, tail
from engine.errors import EmbeddedError

LONGEST_SOCKET_PATH = 100  # bytes; the system's limit is 108 on Linux, 104 on macOS
POLL_S = 0.01
LOCK_POLL_S = 0.05


class EmbeddedServer(ABC):
    """A server that keeps its data in one directory and never outlives this process.

    A subclass says how to run it (`command`), what to do first (`prepare`) and when it serves (`ready`).
    Use it as a context manager, or with `start` and `stop`; it is stopped at exit at the latest.
    """

    stop_signal: int = signal.SIGTERM
    hard_signal: int = signal.SIGKILL
    grace_s: float = 15.0
    socket_name: str
    """The longest file name that the server makes in `sockets`."""

    def __init__(self, directory: Path | str) -> None:
        self.directory = Path(directory).resolve()
        self.log = self.directory / "server.log"
        self.sockets = _socket_directory(self.directory, self.socket_name)
        self.run_as: RunAs | None = None
        self._running: Guarded | None = None
        self._lock: int | None = None

    @abstractmethod
    def prepare(self) -> None:
        """The directory holds what the server needs; called with the lock held, before each start."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command that runs the server in the foreground."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether the server serves."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients find the server: its unix socket."""

    @property
    def pid(self) -> int:
        """The server's process id."""
        if self._running is None:
            raise EmbeddedError(f"the server of {self.directory} is not running: start it first")
        return self._running.pid

    def alive(self) -> bool:
        """Whether the server runs."""
        return self._running is not None and self._running.status is None

    def start(self, *, patience_s: float = 10.0, timeout_s: float = 60.0) -> Self:
        """The server serves; `patience_s` is how long a predecessor in the directory may take to go away."""
        if self.alive():
            raise EmbeddedError(f"the server of {self.directory} is running already")
        self.stop()  # what is left of one that ended by itself
        _make_private(self.directory)
        _make_private(self.sockets)
        self._lock = _lock(self.directory, patience_s)
        try:
            self.prepare()
            self._running = Guarded(self.order(self.command()))
        finally:
            os.close(self._lock)
            self._lock = None
        atexit.register(self.stop)
        try:
            self._await_ready(timeout_s)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """The server is gone, its data flushed."""
        running, self._running = self._running, None
        if running is None:
            return
        atexit.unregister(self.stop)
        running.stop()
        if self.sockets != self.directory:
            with suppress(OSError):  # the next start uses it again
                self.sockets.rmdir()

    def kill(self) -> None:
        """The server is gone as after a power cut; the next start recovers its data."""
        if self._running is None:
            return
        with suppress(ProcessLookupError):
            os.kill(self._running.pid, signal.SIGKILL)
        self.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def order(self, command: list[str]) -> Order:
        """An order for the guard in this server's directory, environment and identity.

        During a start the command inherits the lock on the directory, so that the lock is free only when all
        that works there is gone, whoever was killed before.
        """
        return Order(
            command=command,
            directory=str(self.directory),
            log=str(self.log),
            # Whatever the machine has: an index must not depend on who started the server.
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LC_ALL": "C",
                "TZ": "UTC",
                "HOME": str(self.directory),
            },
            stop_signal=self.stop_signal,
            hard_signal=self.hard_signal,
            grace_s=self.grace_s,
            run_as=self.run_as,
            keep_fds=[] if self._lock is None else [self._lock],
        )

    def write_private(self, name: str, text: str) -> Path:
        """A new file in the directory that only this user and the server can read."""
        path = self.directory / name
        path.unlink(missing_ok=True)
        path.touch(0o600, exist_ok=False)
        path.write_text(text)
        if self.run_as and self.run_as.by == "setuid":
            os.chown(path, self.run_as.uid, self.run_as.gid)
        return path

    def _await_ready(self, timeout_s: float) -> None:
        assert self._running is not None
        end = time.monotonic() + timeout_s
        while not self.ready():
            status = self._running.status
            if status is not None or time.monotonic() > end:
                what = "ended" if status is not None else f"is not ready after {timeout_s:g} s"
                raise EmbeddedError(f"{self.command()[0]} {what}; its log {self.log} ends:\n{tail(self.log)}")
            time.sleep(POLL_S)


def _make_private(directory: Path) -> None:
    """The directory is there, ours, and closed to others if it is new."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise EmbeddedError(f"cannot make {directory}: {error.strerror}; choose another directory") from error
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise EmbeddedError(f"{directory} is not writable for this user; choose another directory")


def _socket_directory(wanted: Path, socket_name: str) -> Path:
    """`wanted`, or a short private directory where the socket's path would be longer than a system takes."""
    if len(os.fsencode(wanted / socket_name)) <= LONGEST_SOCKET_PATH:
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"embedded-{os.getuid()}-{digest}"
    if short.exists() and short.stat().st_uid != os.getuid():
        raise EmbeddedError(f"{short} belongs to another user; choose a directory with a shorter path")
    return short


def _lock(directory: Path, patience_s: float) -> int:
    """A descriptor that locks the directory for as long as some process holds it."""
    try:
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EmbeddedError(f"cannot lock {directory}: {error.strerror}; choose another directory") from error
    end = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                owner = os.pread(lock, 20, 0).decode() or "unknown"
                os.close(lock)
                raise EmbeddedError(
                    f"{directory} is in use by another server, started by process {owner}: "
                    "stop that process, or choose another directory"
                ) from None
            time.sleep(LOCK_POLL_S)
        else:
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            return lock
