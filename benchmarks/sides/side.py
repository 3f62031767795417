"""One running driver: commands in, answers out, and its tally."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from msgspec import Struct

from benchmarks.drivers.tally import RECORD

PATIENCE_S = 300.0
"""How long an answer may take; loads are sent in parts that take less."""
Ability = Literal["work", "store", "hold", "delay", "retry", "limit", "recover"]
"""To run jobs; to keep them in Redis; to let a handler wait; to delay, retry, limit and recover."""


class Program(Struct, frozen=True):
    """How a side's driver is started, and what it does not do."""

    name: str
    command: tuple[str, ...]
    folder: Path
    options: Mapping[str, Any] = {}
    lacks: tuple[str, ...] = ()
    """What it does not do on these workloads, as it is printed beside its figures."""
    cannot: tuple[Ability, ...] = ()
    """Cases that need one of these leave it out."""
    most_jobs: int = 0
    """A slow side runs no more jobs than this at once, so that a round ends in time; 0: as many as the others."""
    warm: int = 500
    """As many jobs warm it up."""
    outside: bool = False
    """Its worker is a program of its own, so that the driver does not know what it costs."""


class Start(Struct, frozen=True):
    """A job as it began: when, and the stamp that it carried, in ns of the machine's monotonic clock."""

    at_ns: int
    stamp_ns: int


class Side:
    """A driver's process; use it with `with`. RuntimeError with its own words if it fails."""

    def __init__(self, program: Program, url: str, tally: Path, options: Mapping[str, Any] | None = None) -> None:
        self.program, self._tally = program, tally
        self._tally.touch()
        chosen = json.dumps({**program.options, **(options or {})})
        self._words = tally.with_name(f"{tally.name}.log")
        with self._words.open("wb") as words:
            self._process = subprocess.Popen(
                [*program.command, url, chosen, str(tally), str(program.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            )
        self._selector = selectors.DefaultSelector()
        assert self._process.stdout is not None
        self._selector.register(self._process.stdout, selectors.EVENT_READ)
        self._read = b""
        self.cpu_s = 0.0
        """The driver's CPU time when it last answered."""
        try:
            self.about: dict[str, str] = self._answer()
        except (RuntimeError, TimeoutError):
            self.end()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def do(self, what: str, **words: Any) -> float:
        """The command is done; how many seconds it took by the driver's own clock."""
        self.tell(what, **words)
        return self.hear()

    def tell(self, what: str, **words: Any) -> None:
        """The command is on its way."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **words}).encode() + b"\n")
        self._process.stdin.flush()

    def hear(self) -> float:
        """The command that was told is done; how many seconds it took."""
        answer = self._answer()
        self.cpu_s = float(answer["cpu_s"])
        return float(answer["seconds"])

    def count(self) -> int:
        """How many jobs have begun."""
        return self._tally.stat().st_size // RECORD.size

    def starts(self, after: int = 0) -> Sequence[Start]:
        """Every job that has begun, but for the first `after`."""
        data = self._tally.read_bytes()[after * RECORD.size :]
        return [Start(*record) for record in RECORD.iter_unpack(data)]

    def kill(self) -> None:
        """The process is gone, as by an outage."""
        self._process.kill()
        self._process.wait(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._process.poll() is None and kind is None:
                self.do("close")
        finally:
            self.end()

    def end(self) -> None:
        """The process is gone: it ends as its input does, or is killed."""
        self._selector.close()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        until = time.monotonic() + PATIENCE_S
        while b"\n" not in self._read:
            if not self._selector.select(until - time.monotonic()):
                raise TimeoutError(f"{self.program.name} did not answer within {PATIENCE_S:g} s")
            more = os.read(self._process.stdout.fileno(), 65_536)
            if not more:
                raise RuntimeError(f"{self.program.name} ended with {self._process.wait()}: {self._last_words()}")
            self._read += more
        line, _, self._read = self._read.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        """The last line of what it said; all of it is shown here, since a result keeps no paths of a machine."""
        words = self._words.read_text(errors="replace").strip()
        sys.stderr.write(f"{words[-4000:]}\n")
        return words.rpartition("\n")[2]
