"""`init` writes a service that runs: this does exactly what it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import scratch

BIN = Path(sys.executable).parent
WITHOUT = ("REDIS_URL", "REDIS_HOST", "ENGINE_APP", "ENGINE_PREFIX")


def run(command: str, directory: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """What a shell in the directory makes of the command, with this Python on its PATH."""
    env = {name: value for name, value in os.environ.items() if name not in WITHOUT}
    env |= {"PATH": f"{BIN}:{os.environ['PATH']}", **variables}
    return subprocess.run(
        ["sh", "-c", command], cwd=directory, env=env, capture_output=True, text=True, timeout=50, check=False
    )


@pytest.fixture
def home() -> Iterator[Path]:
    with scratch() as directory:
        yield directory


def test_each_printed_line_runs_as_it_stands(home: Path) -> None:
    """The service prints its greeting, and its tests pass, in a directory whose name has a blank."""
    wrote = run("python -m engine init 'my service'", home)
    assert (wrote.returncode, wrote.stderr) == (0, "")
    enter, *commands = [line.strip() for line in wrote.stdout.splitlines()[1:]]
    assert enter == "cd 'my service'"
    service, tests = [run(f"{enter} && {command}", home) for command in commands]
    assert (service.returncode, service.stdout, service.stderr) == (0, "Hello Ada\n", "")
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "2 passed" in tests.stdout


def test_the_readme_of_the_service_is_true(home: Path, redis_url: str, prefix: str) -> None:
    """With a Redis in `.env.local` the same service runs once, and its commands work its queue."""
    run("python -m engine init .", home)
    (home / ".env.local").write_text(f"REDIS_URL={redis_url}\nENGINE_PREFIX={prefix}\n")
    readme = (home / "README.md").read_text()
    commands = re.findall(r"^    (python \S.*?)(?:  +#.*)?$", readme, re.MULTILINE)
    once, _, worker, enqueue = commands
    assert run(once, home).stdout == "Hello Ada\n"
    assert not (home / ".data").exists()
    put = run(enqueue, home)
    assert (put.returncode, put.stderr) == (0, "")
    worked = run(f"{worker} --drain", home)
    assert worked.returncode == 0, worked.stderr
    assert (
        run("python -m engine --app service:app jobs greetings --state completed", home).stdout.count("completed") == 2
    )


def test_the_service_is_short(home: Path) -> None:
    """It is read at once: about forty lines of code, and ten of README."""
    run("python -m engine init new/service", home)
    lines = (home / "new/service/service.py").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) <= 42
    assert len((home / "new/service/README.md").read_text().splitlines()) <= 11


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("full", "error: full is not empty: name a new directory; nothing was written\n"),
        ("full/file", "error: cannot write full/file: File exists; name another one\n"),
        ("full/file/below", "error: cannot write full/file/below: Not a directory; name another one\n"),
    ],
)
def test_a_directory_that_cannot_be_used(home: Path, given: str, says: str) -> None:
    """What is there is left as it is, and a line says what to do."""
    (home / "full").mkdir()
    (home / "full/file").write_text("mine")
    refused = run(f"python -m engine init {given}", home)
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", says)
    assert [path.name for path in (home / "full").iterdir()] == ["file"]
