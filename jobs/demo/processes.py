"""The demo's processes: each ends with the demo, however that ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from engine import EngineError
from engine.embedded import Guarded, Order
from jobs.demo.tenants import BUSINESSES, LOCATIONS

STOP_S = 8.0
READY_S = 20.0


@contextmanager
def simulator(*, as_of: date, reviews: int, seed: int) -> Generator[str]:
    """The simulator's URL; it serves inside the block, and ends when its standard input does."""
    command = [sys.executable, "-m", "jobs.simulator", "--as-of", str(as_of), "--reviews", str(reviews)]
    command += ["--locations", str(LOCATIONS), "--businesses", str(BUSINESSES), "--seed", str(seed)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if "listening on " not in line:
            raise EngineError("the simulator did not start")
        yield line.split()[-1]
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(STOP_S)


@contextmanager
def worker(directory: Path, env: Mapping[str, str]) -> Generator[Path]:
    """The log of a worker, started by the real command; it works inside the block and is drained after it."""
    log = directory / "worker.log"
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", "engine", "run", "--queues", "ingest_reviews,score_run"]
    order = Order(
        command=command,
        directory=str(Path.cwd()),
        log=str(log),
        env={**os.environ, **env, "ENGINE_APP": "jobs:app"},
        grace_s=STOP_S,
    )
    running = Guarded(order)
    try:
        _await_ready(running, log)
        yield log
    finally:
        running.stop()


def _await_ready(running: Guarded, log: Path) -> None:
    ends = time.monotonic() + READY_S
    while "ready worker=" not in (text := log.read_text(errors="replace") if log.exists() else ""):
        if running.status is not None or time.monotonic() > ends:
            raise EngineError(f"the worker did not start; {log} ends:\n{text[-2000:]}")
        time.sleep(0.05)
