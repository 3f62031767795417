"""A process of the set: it ends when this one does, however that ends."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Self

from engine import EngineError


class Part:
    """Runs a command that ends at the end of its standard input; used as a context manager.

    With `told` its standard output is for `first_line`, else it is this process's own.
    """

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], *, stop_s: float, told: bool = False
    ) -> None:
        self.name, self._stop_s = name, stop_s
        # Its own session: Ctrl-C is for this process, which ends its parts in order.
        output = subprocess.PIPE if told else None
        self._process = subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=output, text=True, start_new_session=True
        )

    def first_line(self) -> str:
        """The first line that it prints; EngineError if it ends without one."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise EngineError(f"the {self.name} did not start (exit {self._process.wait(self._stop_s)})")
        return line.strip()

    @property
    def ended(self) -> str | None:
        """How it ended, None while it runs."""
        code = self._process.poll()
        if code is None:
            return None
        return f"exit {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def stop(self) -> None:
        """It is gone: asked to end, asked again by a second Ctrl-C, killed if it takes too long."""
        try:
            self._ask()
        except KeyboardInterrupt:
            self._ask()
        finally:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()

    def _ask(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(self._stop_s)
        except subprocess.TimeoutExpired:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
