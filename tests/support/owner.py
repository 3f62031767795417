"""A process that owns an embedded server, for tests that end it in every way."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from engine.embedded import EmbeddedServer, EmbeddedValkey
from engine.embedded.guard import become
from jobs.embedded import EmbeddedPostgres
from tests.support.wait import eventually_sync

KINDS: dict[str, type[EmbeddedServer]] = {"valkey": EmbeddedValkey, "postgres": EmbeddedPostgres}
NOBODY = 65534
DRAINED = "the server outlived Ctrl-C"


class Owner(Struct, frozen=True):
    """A running owner, the server that it started, and the guard between them."""

    process: subprocess.Popen[str]
    server: int
    guard: int
    uid: int

    def kill(self, number: int) -> None:
        """The owner got the signal and is gone."""
        self.process.send_signal(number)
        self.process.wait(20)

    def await_all_gone(self) -> None:
        """Neither the server nor its guard is left."""
        eventually_sync(lambda: gone(self.server) and gone(self.guard), within_s=20)


@contextmanager
def owner(
    kind: str, directory: Path, *, fork: bool = False, preexec: Callable[[], None] | None = None
) -> Generator[Owner]:
    """An owner in a session of its own; with `fork`, a child of it holds all that it holds."""
    command = [sys.executable, "-m", "tests.support.owner", kind, str(directory), "fork" if fork else ""]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=preexec,  # noqa: PLW1509 - the tests' process has one thread
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"{kind} was not started"
            told: dict[str, Any] = json.loads(line)
            yield Owner(process, told["server"], told["guard"], told["uid"])
        finally:
            process.kill()


def ordinary_user() -> Callable[[], None] | None:
    """For `preexec`: the owner is no longer root. In a user namespace, so that it can read a venv under /root."""
    if os.geteuid() != 0:
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: become({"by": "userns", "uid": NOBODY, "gid": NOBODY}, libc)


def gone(pid: int) -> bool:
    """Whether the process has ended; where nobody buries orphans, a dead one still has its number."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def descendants(pid: int) -> list[int]:
    """The processes that this one has started, and those that they have."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # ended since
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def main(kind: str, directory: str, fork: str) -> None:
    with KINDS[kind](directory) as server:
        if fork and os.fork() == 0:
            os.setsid()
            os.read(0, 1)  # until the test closes it
            os._exit(0)
        told = {"server": server.pid, "guard": parent(server.pid), "uid": os.geteuid()}
        try:
            # Inside: whoever reads the line may interrupt before the next statement.
            print(json.dumps(told), flush=True)  # noqa: T201 - the test reads it
            os.read(0, 1)
        except KeyboardInterrupt:
            if server.ready():
                print(DRAINED, flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
