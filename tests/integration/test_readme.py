"""What the README shows runs as it stands there: its code, and every command of its shell blocks, in their order."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from admin_tui.cli import parser as admin_parser
from benchmarks.__main__ import _parser as benchmarks_parser  # pyright: ignore[reportPrivateUsage]  it runs nothing
from engine.embedded import EmbeddedValkey
from jobs.connectors.guard import allow_address_of
from jobs.credentials import new_key
from tests.support.forked import Forked
from tests.support.wait import eventually_sync
from tests.support.workers import environment

README = (Path(__file__).parents[2] / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
PYTHON = [text for language, text in BLOCKS if language == "python"]
COMMANDS = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]
WORKER = "python -m engine run "
ASKING = ("retry", "cancel", "promote", "doctor")
"""Commands whose exit says what they found: 1 is an answer too."""
CSV = "Who,Day,Stars,What they said\nA. Guest,2026-10-01,4,Lovely bread and a kind waiter\n"


class Stage:
    """A folder and an environment as the README asks for, with a simulated source."""

    def __init__(self, folder: Path, redis_url: str, database_url: str, prefix: str, source: str) -> None:
        self.folder = folder
        self.forked: dict[str, Forked] = {}
        """By its name, a program whose commands need no interpreter of their own."""
        self.env = environment(
            REDIS_URL=redis_url,
            DATABASE_URL=database_url,
            ENGINE_PREFIX=prefix,
            WORKER_ID="w1",
            CONNECTOR_ENCRYPTION_KEY=new_key(),
            CONNECTOR_FILES_DIR=str(folder),
            **allow_address_of(source),
        )
        (folder / "t1").mkdir()
        (folder / "t1" / "reviews.csv").write_text(CSV)

    def run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """What a command came to."""
        if words[0] == "-m" and words[1] in self.forked:
            return self.forked[words[1]].run(words[2:], self.env, self.folder, 60)
        return subprocess.run(
            [sys.executable, *words],
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @contextmanager
    def worker(self, words: list[str]) -> Generator[None]:
        """A worker works in the block, and has ended well after it."""
        log = self.folder / "worker.log"
        with (
            log.open("wb") as file,
            subprocess.Popen([sys.executable, *words], env=self.env, cwd=self.folder, stderr=file) as process,
        ):
            try:
                eventually_sync(lambda: "ready" in log.read_text() or process.poll() is not None, within_s=30)
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                status = process.wait(timeout=40)
        assert status == 0, log.read_text()


@contextmanager
def simulated_source(folder: Path) -> Generator[str]:
    """The URL of a simulator process with a small location, which has written its settings into the folder."""
    command = [sys.executable, "-m", "jobs.simulator", "--reviews", "60", "--as-of", "2026-11-01"]
    command += ["--write", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            found = re.search(r"http://\S+?(?=[,\s]|$)", process.stdout.readline())
            assert found is not None
            assert process.stdout.readline().startswith("CONNECTOR_ALLOW_PRIVATE=")
            yield found[0].rstrip("/")
        finally:
            process.stdin.close()
            process.wait(timeout=20)


def words_of(line: str) -> list[str]:
    """A command's words behind `python`, without its remark."""
    words = shlex.split(line, comments=True)
    assert words[0] == "python", line
    return words[1:]


@pytest.mark.timeout(115)  # some fifty processes, one after the other
def test_every_command_of_the_shell_blocks_runs(
    redis_url: str, empty_database_url: str, prefix: str, tmp_path: Path, forked_engine: Forked
) -> None:
    """From an empty database to scores, then everything that an operator may call; each ends as it should."""
    assert len(COMMANDS) > 30
    with simulated_source(tmp_path) as source, closing(Forked("jobs", environment())) as forked_jobs:
        stage = Stage(tmp_path, redis_url, empty_database_url, prefix, source)
        stage.forked = {"engine": forked_engine, "jobs": forked_jobs}
        before = COMMANDS.index(next(line for line in COMMANDS if line.startswith(WORKER)))
        for line in COMMANDS[:before]:
            check(stage, line)
        with stage.worker(words_of(COMMANDS[before])):
            for line in COMMANDS[before + 1 :]:
                check(stage, line)
            ran = stage.run(["-c", PYTHON[0]])
            assert (ran.returncode, ran.stderr) == (0, ""), ran
            assert "ingest:t1:c1:" in ran.stdout


def check(stage: Stage, line: str) -> None:
    """The command has run and ended well."""
    words = words_of(line)
    ran = stage.run(words)
    assert "Traceback" not in ran.stderr, ran.stderr
    allowed = (0, 1) if words[2] in ASKING else (0,)
    assert ran.returncode in allowed, f"{line}\n{ran.stdout}{ran.stderr}"
    assert ran.stdout or ran.stderr or words[2] == "run", line


PARSERS = {"admin_tui": admin_parser, "benchmarks": benchmarks_parser}
"""Programs whose words are understood, and not run."""


@pytest.mark.parametrize("block", [text for language, text in BLOCKS if not language])
def test_other_commands_are_those_that_other_tests_run(block: str) -> None:
    """Blocks without a language hold targets of the Makefile, docker, the simulator, words of admin and benchmarks."""
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    for line in filter(None, block.splitlines()):
        words = shlex.split(line, comments=True)
        python = words[:2] == ["python", "-m"] and words[2] in ("jobs.simulator", *PARSERS)
        assert words[0] in ("make", "docker") or python, line
        if python and words[2] in PARSERS:
            PARSERS[words[2]]().parse_args(words[3:])
        assert words[0] != "make" or f"\n{words[1]}: " in makefile


def test_embedding_code_runs_as_it_stands(own_valkey: Callable[..., EmbeddedValkey], tmp_path: Path) -> None:
    """The embedding example works its job in its own process and prints the result; a sound server gives no warning."""
    script = tmp_path / "service.py"
    script.write_text(PYTHON[1])
    ran = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "REDIS_URL": own_valkey().url},
        capture_output=True,
        text=True,
        timeout=30,
        cwd=tmp_path,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "Hello Ada\n", "")


def test_embedding_code_is_short() -> None:
    """A reader sees the whole of it at once: it is about twenty lines of code."""
    assert len([line for line in PYTHON[1].splitlines() if line.strip()]) <= 26
