"""Makes PostgreSQL's data directory: wholly, or not at all."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from engine.embedded import EmbeddedError, EmbeddedServer, run
from jobs.embedded.binaries import Binaries

BUILTIN_LOCALE_MAJOR = 17
SIDE_PREFIX = "initdb-"


def make_data(server: EmbeddedServer, data: Path, binaries: Binaries, password: str | None) -> None:
    """`data` is a new cluster, made beside it and renamed: a start cut short leaves nothing in its place."""
    for cut_short in server.directory.glob(f"{SIDE_PREFIX}*"):
        shutil.rmtree(cut_short)
    side = server.directory / f"{SIDE_PREFIX}{os.getpid()}"
    with _password_file(server, password) as file:
        order = server.order([*_command(binaries, side), *file])
        status, output = run(replace(order, stop_signal=signal.SIGTERM))
    if status:
        raise EmbeddedError(f"initdb ended with status {status}:\n{output}")
    side.rename(data)


def _command(binaries: Binaries, side: Path) -> list[str]:
    command = [binaries.initdb, "-D", str(side), "-U", "postgres", "-E", "UTF8", "--no-instructions"]
    # On the socket the directory's rights decide who may come in.
    command += ["--auth-local=trust", "--auth-host=scram-sha-256"]
    if binaries.major >= BUILTIN_LOCALE_MAJOR:
        # Right for non-ASCII letters and the same on every machine, whatever locales it has.
        return [*command, "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [*command, "--locale=C"]


@contextmanager
def _password_file(server: EmbeddedServer, password: str | None) -> Generator[list[str]]:
    """The options that give initdb the password; its file is gone afterwards."""
    if password is None:
        yield []
        return
    path = server.write_private(".password", password + "\n")
    try:
        yield ["--pwfile", str(path)]
    finally:
        path.unlink()
