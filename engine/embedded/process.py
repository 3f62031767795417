"""A command under a guard: what the guard is told, and how the command is watched and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from engine.errors import EmbeddedError

GUARD = Path(__file__).with_name("guard.py")
SLACK_S = 10.0
TAIL_CHARS = 2000


class RunAs(Struct, frozen=True):
    """Another identity for a command: `userns` maps this process's own ids to it, `setuid` takes it."""

    uid: int
    gid: int
    by: Literal["userns", "setuid"]


class Order(Struct, frozen=True, kw_only=True):
    """All that the guard needs to know; `log` gets both outputs of the command."""

    command: list[str]
    directory: str
    log: str
    env: dict[str, str]
    stop_signal: int = signal.SIGTERM
    hard_signal: int = signal.SIGKILL
    grace_s: float = 15.0
    run_as: RunAs | None = None
    keep_fds: list[int] = []
    owner: int = msgspec.field(default_factory=os.getpid)


class _Answer(Struct, frozen=True):
    pid: int = 0
    error: str = ""


class Guarded:
    """One command under a guard of its own: it ends when this process does, or when told to."""

    def __init__(self, order: Order) -> None:
        """The command runs; EmbeddedError if it could not be started."""
        self._limit_s = order.grace_s + SLACK_S
        # A session of its own: Ctrl-C is for the owner, which may need its server while it drains.
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=order.keep_fds,
            start_new_session=True,
        )
        answer = self._ask(order)
        if not answer.pid:
            status = self.stop()
            reason = answer.error or f"its guard ended with status {status}"
            raise EmbeddedError(f"cannot start {order.command[0]}: {reason}")
        self.pid = answer.pid

    def _ask(self, order: Order) -> _Answer:
        stdin, stdout = self._guard.stdin, self._guard.stdout
        assert stdin is not None
        assert stdout is not None
        with stdout:
            try:
                stdin.write(msgspec.json.encode(order) + b"\n")
                stdin.flush()
                line = stdout.readline()
            except BrokenPipeError:
                line = b""
        return msgspec.json.decode(line, type=_Answer) if line else _Answer()

    @property
    def status(self) -> int | None:
        """The command's exit status, None while it runs."""
        return self._guard.poll()

    def wait(self) -> int:
        """Exit status of the command, which has ended by itself."""
        status = self._guard.wait()
        self._close()
        return status

    def stop(self) -> int:
        """Exit status of the command, which is gone; asked to end if it still ran."""
        self._close()
        return self._guard.wait(self._limit_s)

    def _close(self) -> None:
        assert self._guard.stdin is not None
        with suppress(BrokenPipeError):  # unsent bytes for a guard that is gone already
            self._guard.stdin.close()


def run(order: Order) -> tuple[int, str]:
    """Exit status and output of a short command that ran to its end."""
    with tempfile.NamedTemporaryFile() as output:
        command = Guarded(msgspec.structs.replace(order, log=output.name))
        try:
            status = command.wait()
        except BaseException:
            command.stop()
            raise
        return status, tail(Path(output.name))


def tail(log: Path) -> str:
    """The last lines of a log, for an error's text."""
    try:
        return log.read_text(errors="replace")[-TAIL_CHARS:].strip()
    except FileNotFoundError:
        return ""
