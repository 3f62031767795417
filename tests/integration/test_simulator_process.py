"""`python -m jobs.simulator` never outlives its owner."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

import httpx
import pytest

from jobs.simulator import business_slugs

COMMAND = (
    *(sys.executable, "-m", "jobs.simulator"),
    *("--reviews", "20", "--locations", "1", "--seed", "1", "--as-of", "2026-01-31"),
)


@contextmanager
def simulator(*more: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """The process and its address."""
    with subprocess.Popen(
        [*COMMAND, *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:"), line
            yield process, line.split()[-1]
        finally:
            process.kill()


def close_input(process: subprocess.Popen[str]) -> None:
    """What the end of the owner does to the pipe."""
    assert process.stdin is not None
    process.stdin.close()


def terminate(process: subprocess.Popen[str]) -> None:
    """A polite end."""
    process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("end", [close_input, terminate])
def test_ends(end: Callable[[subprocess.Popen[str]], None]) -> None:
    """It serves, and ends with 0 and without a word when its input closes or it is asked to."""
    with simulator() as (process, url):
        assert httpx.get(f"{url}/control/locations", trust_env=False).status_code == 200
        end(process)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_serves_both_sites() -> None:
    """It serves so many locations on Google and businesses on Hellopeter as it is asked for."""
    with simulator("--businesses", "2") as (_, url):
        names = httpx.get(f"{url}/control/locations", trust_env=False).json()
        assert list(names) == ["accounts/1/locations/1", *business_slugs(2)]
        for slug in business_slugs(2):
            page = httpx.get(f"{url}/consumer/business/{slug}/reviews", trust_env=False).json()
            assert page["total"] == 20


def test_stays() -> None:
    """With --stay the end of its input does not end it."""
    with simulator("--stay") as (process, url):
        close_input(process)
        assert httpx.get(f"{url}/control/locations", trust_env=False).status_code == 200
        assert process.poll() is None


def test_needs_a_day() -> None:
    """A mistake in the options is one clear message and exit code 2."""
    done = subprocess.run([*COMMAND[:3], "--as-of", "today"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--as-of" in done.stderr
