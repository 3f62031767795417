"""Without an extra a command says which package is missing and how to get it, in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.workers import ROOT, environment

HOOK = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {name!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""


def run(words: list[str], missing: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """The ended command, in a Python that has not this package."""
    (directory / "sitecustomize.py").write_text(HOOK.format(name=missing))
    env = environment(PYTHONPATH=f"{directory}{os.pathsep}{ROOT}")
    command = [sys.executable, *words]
    return subprocess.run(command, env=env, cwd=directory, capture_output=True, text=True, timeout=50, check=False)


@pytest.mark.parametrize(
    ("words", "missing", "said"),
    [
        ("-m jobs status", "asyncpg", "the jobs need asyncpg, which is not installed: install pickd-worker[jobs]"),
        ("-m jobs.development", "httpx", "the jobs need httpx, which is not installed: install pickd-worker[jobs]"),
        ("-m engine status", "asyncpg", "app 'jobs:app' needs the module 'asyncpg': install it"),
        ("-m engine run --reload", "watchfiles", "--reload needs watchfiles: install pickd-worker[reload]"),
        ("-m engine run --loop uvloop", "uvloop", "--loop uvloop: install pickd-worker[uvloop]"),
    ],
)
def test_a_command_that_misses_a_package(tmp_path: Path, words: str, missing: str, said: str) -> None:
    """It ends with 2 and one line on standard error."""
    done = run(words.split(), missing, tmp_path)
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert line.startswith(f"error: {said}")
    assert (done.returncode, done.stdout) == (2, "")


def test_an_import_that_misses_a_package(tmp_path: Path) -> None:
    """A program gets the error as an error, with the same words."""
    done = run(["-c", "import jobs"], "asyncpg", tmp_path)
    last = done.stderr.splitlines()[-1]
    assert last.endswith(
        "ModuleNotFoundError: the jobs need asyncpg, which is not installed: install pickd-worker[jobs]"
    )
