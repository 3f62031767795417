"""`init`: a service to begin with."""

from __future__ import annotations

import argparse
import shlex
import sys
from importlib.resources import files
from pathlib import Path

from engine.cli.command import Commands, add_command
from engine.cli.output import say
from engine.config import Settings
from engine.errors import SettingError

_FILES = ("service.py", "test_service.py", "conftest.py", "README.md")


def add_to(commands: Commands) -> None:
    """The command `init` is there."""
    init = add_command(commands, "init", _init, "write a service with one job and its tests", json=False)
    init.add_argument("directory", type=Path, metavar="DIR", help="a new or empty directory")


def _init(arguments: argparse.Namespace, settings: Settings) -> int:
    directory: Path = arguments.directory
    try:
        write_service(directory)
    except OSError as error:
        raise SettingError(f"cannot write {error.filename or directory}: {error.strerror}; name another one") from error
    say(f"wrote {', '.join(_FILES)}; next:", sys.stdout)
    say(f"  cd {shlex.quote(str(directory))}", sys.stdout)
    say("  python service.py    # stores one job, works it, prints its result", sys.stdout)
    say("  python -m pytest     # the job alone, then through Redis and a worker", sys.stdout)
    return 0


def write_service(directory: Path) -> None:
    """The directory holds a service that runs; SettingError, and nothing is written, if it was not empty."""
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise SettingError(f"{directory} is not empty: name a new directory; nothing was written")
    templates = files("engine") / "scaffold"
    for name in _FILES:
        (directory / name).write_text((templates / f"{name}.txt").read_text(encoding="utf-8"), encoding="utf-8")
