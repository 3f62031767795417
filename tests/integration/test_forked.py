"""A command in a fork says and does what it does when it is started."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.forked import Forked
from tests.support.workers import Theatre


def told(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    """What is seen of a command that has ended."""
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["status", "play"], 0),
        (["enqueue", "play", "{}", "--job", "nope"], 2),
        (["enqueue", "play", "\udcff", "--job", "play"], 2),
        (["run", "--drain"], 0),
        (["nonsense"], 2),
    ],
    ids=["help", "status", "a bad name", "no text", "a worker", "nonsense"],
)
def test_a_fork_is_as_good_as_a_start(theatre: Theatre, words: list[str], code: int) -> None:
    """The same exit status, output and errors, whatever the words; also in a directory with an `.env.local`."""
    (theatre.directory / ".env.local").write_text("LOG_LEVEL=error\n")
    forked = told(theatre.engine(*words))
    theatre.forked = None
    assert told(theatre.engine(*words)) == forked
    assert forked[0] == code


def test_a_fork_that_does_not_end_ends_with_its_server(theatre: Theatre) -> None:
    """After the time that a command has, neither it nor the process that it came from is left."""
    forked = Forked("engine", theatre.env)
    with pytest.raises(subprocess.TimeoutExpired):
        forked.run(["run"], theatre.env, theatre.directory, 0.5)
    with pytest.raises(OSError, match="Bad file descriptor"):
        forked.run(["status"], theatre.env, theatre.directory, 0.5)


def test_an_environment_is_its_commands_own(theatre: Theatre) -> None:
    """What one command was given, the next does not have."""
    assert theatre.engine("status", LOG_FORMAT="xml").returncode == 2
    assert theatre.engine("status").returncode == 0
