"""The demo as a user sees it: the whole line shown, nothing new the second time, nothing left running."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.wait import eventually_sync

ROOT = Path(__file__).parents[2]


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory for the demo's data, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pickd-demo-") as name:
        yield Path(name)


def start(directory: Path) -> subprocess.Popen[str]:
    """A small demo, as the head of a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "jobs.demo", "--directory", str(directory), "--reviews", "120"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**os.environ, "REDIS_URL": "redis://127.0.0.1:1", "DATABASE_URL": "postgresql://127.0.0.1:1/none"},
        start_new_session=True,
    )


def finish(demo: subprocess.Popen[str]) -> str:
    """The output of a demo that ended with 0."""
    output, _ = demo.communicate(timeout=55)
    assert demo.returncode == 0, output
    return output


def wait_for_line(demo: subprocess.Popen[str], text: str) -> None:
    """Returns when the demo prints a line with this text."""
    assert demo.stdout is not None
    assert any(text in line for line in demo.stdout), f"the demo ended without {text!r}"


def left_of(directory: Path) -> list[str]:
    """The processes that know the directory: by their command or their environment."""
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue  # it has ended, or is another user's
        if str(directory).encode() in told and int(process.name) != os.getpid():
            found.append(told.replace(b"\0", b" ").decode(errors="replace")[:200])
    return found


def tables(output: str) -> list[str]:
    """The theme tables' rows."""
    return [line for line in output.splitlines() if re.search(r"\d\.\d +[-+]", line)]


def test_second_demo_creates_nothing_and_gives_the_same_scores(directory: Path) -> None:
    """Run again, every connector says 0 created, the score runs are reused and their tables are the same.

    The command that it ends with shows its jobs.
    """
    first, second = finish(start(directory)), finish(start(directory))
    assert len(re.findall(r"120 fetched, \d+ created", first)) == 6
    assert len(re.findall(r"120 fetched, 0 created, 0 updated, 120 skipped", second)) == 6
    assert len(re.findall("as before: nothing had changed", second)) == 2
    assert tables(first)
    assert tables(first) == tables(second)
    assert str(directory) in first
    [line] = [line for line in second.splitlines() if "admin_tui" in line]
    words = shlex.split(line.partition(": python ")[2])
    shown = subprocess.run(
        [sys.executable, *words, "--once", "overview", "--json"], capture_output=True, cwd=ROOT, check=True
    )
    queues = {view["counts"]["queue"]: view["counts"]["completed"] for view in json.loads(shown.stdout)["queues"]}
    assert queues == {"ingest_reviews": 6, "score_run": 2}
    assert left_of(directory) == []


@pytest.mark.parametrize(("how", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_nothing_outlives_a_demo_that_is_stopped(directory: Path, how: signal.Signals, status: int) -> None:
    """After Ctrl-C in its terminal, or kill -9, no server, simulator or worker of the demo is left."""
    demo = start(directory)
    wait_for_line(demo, "active")
    if how is signal.SIGINT:
        os.killpg(demo.pid, how)
    else:
        demo.kill()
    demo.communicate(timeout=50)
    assert demo.returncode == status
    eventually_sync(lambda: not left_of(directory), within_s=45)
