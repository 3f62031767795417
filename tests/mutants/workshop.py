"""A copy of the repository in which a file can be wrong for a while, and what its tests say to that."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Literal

from msgspec import Struct

from tests.mutants.groups import end_group, interrupt_group
from tests.mutants.sets import script_tests
from tests.mutants.warm import Warm

ROOT = Path(__file__).parents[2]
SENT = "MUTANTS_SENT"
"""The variable of the plugin `quick` that names the file in which tests tell which scripts they sent."""
PATIENCE_S = 600.0
"""The longest that one run of the tests may take; pytest's own timeout ends a test that hangs long before."""
_PLUGINS = ("-p", "no:cacheprovider", "-p", "tests.mutants.quick")
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "dist")
_TOLD = re.compile(r"^(?:FAILED|ERROR) (\S+::.+?)(?: - (.*))?$", re.MULTILINE)
_TIMED_OUT = re.compile(r"Failed: Timeout|^\+{3,} Timeout \+{3,}$", re.MULTILINE)


class Answer(Struct, frozen=True):
    """What the tests said: `passed`, `failed`, `timeout` (a test's own ended it) or `broken` (they did not run)."""

    word: Literal["passed", "failed", "timeout", "broken"]
    test: str
    output: str


class Workshop:
    """One copy of a tree, with the interpreter of this process; its tests run one after the other."""

    def __init__(self, directory: Path, seed: int, tree: Path = ROOT) -> None:
        self.root = directory / "copy"
        shutil.copytree(tree, self.root, ignore=_LEFT_OUT)
        # What tests leave on the disk when they are interrupted goes with the copy.
        scratch = directory / "tmp"
        scratch.mkdir()
        self._env = {**os.environ, "PYTHONPATH": str(self.root), "TMPDIR": str(scratch)}
        # A compiled file is told from its source by size and second: each version gets a second of its own.
        self._seconds = itertools.count(1_000_000_000)
        self._options = ["-x", "-q", "--tb=short", *_PLUGINS, f"--hypothesis-seed={seed}"]
        self._warm: Warm | None = None
        self._at_work: subprocess.Popen[bytes] | None = None
        self._interrupted = False
        self._check_imports()

    def _check_imports(self) -> None:
        """The copy's engine is the one that is tested, however the repository itself is installed."""
        code = "import engine, tests; print(engine.__file__); print(tests.__file__)"
        command = [sys.executable, "-c", code]
        found = subprocess.run(command, cwd=self.root, env=self._env, capture_output=True, text=True, check=True)
        for file in found.stdout.splitlines():
            if not Path(file).is_relative_to(self.root):
                raise RuntimeError(f"the copy in {self.root} would test {file}")

    @contextmanager
    def changed(self, file: str, change: Callable[[str], str]) -> Generator[None]:
        """The file says something else meanwhile."""
        path = self.root / file
        before = path.read_text()
        self._write(path, change(before))
        try:
            yield
        finally:
            self._write(path, before)

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text)
        second = next(self._seconds)
        os.utime(path, (second, second))

    def test(self, tests: Sequence[str], told: Path | None = None) -> Answer:
        """What these files or single tests say, up to the first that fails; `told` is told which scripts each sent."""
        if self._interrupted:
            return Answer("broken", "", "interrupted")
        with tempfile.TemporaryFile("w+") as output:
            # A session of its own: when time is up, whatever the tests started ends with them.
            process = self._at_work = subprocess.Popen(
                [sys.executable, "-m", "pytest", *self._options, *tests],
                cwd=self.root,
                env=self._env if told is None else {**self._env, SENT: str(told)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            try:
                code = process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                code = -1
            finally:
                self._at_work = None
                if process.poll() is None:
                    end_group(process)
            output.seek(0)
            return _judge(code, output.read())

    def test_scripts(self, tests: Sequence[str]) -> Answer:
        """As `test`, for tests that see the Lua files only: by a process that has imported everything else."""
        if self._interrupted:
            return Answer("broken", "", "interrupted")
        if self._warm is None:
            self._warm = Warm(self.root, script_tests(self.root), self._options, self._env)
        try:
            return _judge(*self._warm.run(tests, PATIENCE_S))
        except TimeoutError as error:
            self._warm = None
            return Answer("broken", "", str(error))

    def interrupt(self) -> None:
        """Tests that run are interrupted, and no others start."""
        self._interrupted = True
        for process in (self._at_work, self._warm.process if self._warm else None):
            if process is not None:
                interrupt_group(process)

    def close(self) -> None:
        """No process of this copy runs any more."""
        if self._warm is not None:
            self._warm.close()


def _judge(code: int, output: str) -> Answer:
    if code == 0:
        return Answer("passed", "", output)
    told = _TOLD.search(output)
    if code != 1 or told is None:
        return Answer("broken", "", output)
    word: Literal["failed", "timeout"] = "timeout" if _TIMED_OUT.search(output) else "failed"
    return Answer(word, told[1], output)


@contextmanager
def workshops(count: int, seed: int) -> Generator[list[Workshop]]:
    """So many copies; gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="pickd-mutants-", ignore_cleanup_errors=True) as name,
        ExitStack() as stack,
    ):
        benches = [stack.enter_context(closing(Workshop(Path(name) / str(n), seed))) for n in range(count)]
        yield benches
