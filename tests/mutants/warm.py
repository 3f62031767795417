"""A pytest that has imported everything and waits for tests to run: what the scripts say is read at each run."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.mutants.forks import VARIABLE
from tests.mutants.groups import end_group


class Warm:
    """One such process in a copy of the tree; it ends with `close`."""

    def __init__(self, root: Path, tests: Sequence[str], options: Sequence[str], env: dict[str, str]) -> None:
        asked, self._ask = os.pipe()
        self._answers, answers = os.pipe()
        self._told = root.with_name(f"{root.name}-{self._ask}.txt")
        with self._told.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pytest", "-p", "tests.mutants.forks", *options, *tests],
                cwd=root,
                env={**env, VARIABLE: f"{asked} {answers}"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(asked, answers),
                start_new_session=True,
            )
        os.close(asked)
        os.close(answers)

    def run(self, tests: Sequence[str], within_s: float) -> tuple[int, str]:
        """The exit status and the output of these tests; TimeoutError, and the end of this process, without one."""
        before = self._told.stat().st_size
        ends_s = time.monotonic() + within_s
        status = b""
        try:
            os.write(self._ask, msgspec.json.encode(list(tests)) + b"\n")
            while not status.endswith(b"\n"):
                ready, _, _ = select.select([self._answers], [], [], max(0.0, ends_s - time.monotonic()))
                read = os.read(self._answers, 100) if ready else b""
                if not read:
                    raise TimeoutError(self._told.read_text(errors="replace"))
                status += read
        except OSError as error:  # a TimeoutError is one, and so is the pipe of a process that has ended
            self.close()
            raise TimeoutError(str(error)) from error
        return int(status), self._told.read_bytes()[before:].decode(errors="replace")

    def close(self) -> None:
        """The process and whatever its tests started have ended."""
        os.close(self._ask)
        os.close(self._answers)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            end_group(self.process)
