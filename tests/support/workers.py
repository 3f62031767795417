"""Real worker processes by the real command: started, waited for, ended by their id, their logs shown on failure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.support.apps import LEDGER_VARIABLE, QUEUE_VARIABLE
from tests.support.forked import Forked
from tests.support.ledger import Ledger
from tests.support.wait import eventually_sync

APP = "tests.support.apps:app"
ROOT = Path(__file__).parents[2]
COMMAND_WITHIN_S = 50.0
_OURS = ("CONNECTOR_", "REDIS_", "ENGINE_", "WORKER_ID", "LOG_", "DATABASE_URL", "PLAY_")


def environment(**variables: str) -> dict[str, str]:
    """This process's environment with none of the engine's settings but these."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**inherited, "PYTHONPATH": str(ROOT), **variables}


class Theatre:
    """A directory, a server and a prefix in which the command lines of a test run the play app."""

    def __init__(self, url: str, prefix: str, directory: Path, queue: Mapping[str, Any] | None = None) -> None:
        self.url, self.prefix, self.directory = url, prefix, directory
        self.forked: Forked | None = None
        """Where commands begin that need not start an interpreter of their own."""
        self.ledger = Ledger(directory / "ledger")
        self.env = environment(
            **{
                "REDIS_URL": url,
                "ENGINE_PREFIX": prefix,
                "ENGINE_APP": APP,
                LEDGER_VARIABLE: str(self.ledger.path),
                QUEUE_VARIABLE: msgspec.json.encode(dict(queue or {})).decode(),
            }
        )
        self._workers = 0

    def engine(self, *words: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
        """The ended command `python -m engine` with these words; a variable that is None is not set."""
        env = {name: value for name, value in {**self.env, **variables}.items() if value is not None}
        if self.forked is not None:
            return self.forked.run(words, env, self.directory, COMMAND_WITHIN_S)
        command = [sys.executable, "-m", "engine", *words]
        return subprocess.run(
            command,
            env=env,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=COMMAND_WITHIN_S,
            check=False,
            input="",
        )

    @contextmanager
    def worker(
        self, *words: str, label: str | None = None, variables: Mapping[str, str] | None = None, ready: bool = True
    ) -> Generator[WorkerProcess]:
        """A running worker, ready unless told otherwise; killed at the end if it still runs."""
        self._workers += 1
        label = label or f"w{self._workers}"
        log = self.directory / f"{label}-{self._workers}.log"
        command = [sys.executable, "-m", "engine", "run", *words]
        env = {**self.env, "WORKER_ID": label, **(variables or {})}
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=env, cwd=self.directory, stdout=output, stderr=output)
        worker = WorkerProcess(process, label, log)
        try:
            if ready:
                worker.await_line("ready worker=")
            yield worker
        except BaseException:
            print(f"--- {label}\n{worker.text()}")  # noqa: T201 - pytest shows it if the test failed
            raise
        finally:
            worker.resume()
            worker.kill()

    def close(self) -> None:
        """The ledger is closed."""
        self.ledger.close()


class WorkerProcess:
    """A process of `python -m engine run`."""

    def __init__(self, process: subprocess.Popen[bytes], label: str, log: Path) -> None:
        self.process, self.label, self.log = process, label, log

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def status(self) -> int | None:
        """The exit status, None while it runs."""
        return self.process.poll()

    def text(self) -> str:
        """What it has written so far."""
        return self.log.read_text(errors="replace")

    def lines(self, part: str) -> list[str]:
        """The lines that have this part."""
        return [line for line in self.text().splitlines() if part in line]

    def records(self, **fields: Any) -> list[dict[str, Any]]:
        """The log lines so far, as what their JSON says, that have these fields."""
        found = [msgspec.json.decode(line) for line in self.lines("{") if line.startswith("{") and line.endswith("}")]
        return [record for record in found if fields.items() <= record.items()]

    def await_record(self, *, within_s: float = 20, **fields: Any) -> dict[str, Any]:
        """The first log line that has these fields."""
        return eventually_sync(lambda: self.records(**fields), within_s=within_s)[0]

    def await_line(self, part: str, *, within_s: float = 20) -> str:
        """The first line with this part; AssertionError if the process ends without one."""

        def found() -> str | None:
            ended = self.status is not None
            lines = self.lines(part)
            assert lines or not ended, f"{self.label} ended with {self.status}:\n{self.text()}"
            return lines[0] if lines else None

        line = eventually_sync(found, within_s=within_s)
        assert line is not None
        return line

    def signal(self, number: signal.Signals) -> None:
        """The process has the signal."""
        self.process.send_signal(number)

    def wait(self, within_s: float = 20) -> int:
        """The exit status of the process, which has ended by itself."""
        return self.process.wait(within_s)

    def stop(self, within_s: float = 20) -> int:
        """The exit status of the process, which was asked to stop."""
        self.signal(signal.SIGTERM)
        return self.wait(within_s)

    def freeze(self) -> None:
        """The process stands still."""
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """The process goes on."""
        if self.status is None:
            self.signal(signal.SIGCONT)

    def kill(self) -> None:
        """The process is gone, without a chance to say so."""
        self.process.kill()
        self.process.wait()


@contextmanager
def open_theatre(url: str, prefix: str, directory: Path, queue: Mapping[str, Any] | None = None) -> Generator[Theatre]:
    """A theatre, closed at the end; `queue` are the settings of its queues `play` and `other`."""
    theatre = Theatre(url, prefix, directory, queue)
    try:
        yield theatre
    finally:
        theatre.close()


def await_starts(ledger: Ledger, job_ids: Sequence[str], *, within_s: float = 20) -> None:
    """Each of these jobs has started at least once."""
    eventually_sync(lambda: set(job_ids) <= set(ledger.ids("start")), within_s=within_s)
