"""A worker that its documentation starts by a command: a program of its own, which ends with its driver."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.drivers.handler import Handler
from benchmarks.drivers.tally import Tally

TOLD = "BENCHMARK_WORKER"
"""The environment variable by which the program knows what it is to do: URL, options, tally and its sign, as JSON."""
PATIENCE_S = 60.0


class Outside:
    """The program as its driver sees it: started, stopped, and never left behind."""

    def __init__(self, url: str, options: dict[str, Any], tally: Tally) -> None:
        self._told = {"url": url, "options": options, "tally": str(tally.path)}
        self._sign = tally.path.with_name(f"{tally.path.name}-ready")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, command: Sequence[str]) -> None:
        """The program says that it works; RuntimeError if it ends first."""
        self._sign.unlink(missing_ok=True)
        told = json.dumps({**self._told, "sign": str(self._sign)})
        process = self._process = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.PIPE,
            stdout=sys.stderr,
            env={**os.environ, TOLD: told},
            start_new_session=True,
        )
        until = time.monotonic() + PATIENCE_S
        while not self._sign.exists():
            if process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"{command} did not start; its exit status is {process.returncode}")
            time.sleep(0.005)

    def stop(self) -> None:
        """It has finished its jobs and is gone, and so is whatever it started."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + PATIENCE_S
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        with suppress(ProcessLookupError):  # as it should be: nobody is left in its group
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


class Inside:
    """What the program knows of its driver."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.url: str = told["url"]
        self.options: dict[str, Any] = told["options"]
        self.handler = Handler(self.options, Tally(Path(told["tally"])))
        self._sign = Path(told["sign"])
        threading.Thread(target=_end_with_driver, name="driver", daemon=True).start()

    def ready(self) -> None:
        """The driver knows that jobs are run from now on."""
        self._sign.touch()


def inside() -> Inside | None:
    """What this program was told, if a driver started it."""
    told = os.environ.get(TOLD)
    return Inside(json.loads(told)) if told else None


def _end_with_driver() -> None:
    """Nothing of this group is left when the driver is gone: only the driver holds the other end of the pipe."""
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)
