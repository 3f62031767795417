"""Ends a pytest and whatever its tests started."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress

_PATIENCE_S = 10.0


def interrupt_group(process: subprocess.Popen[bytes]) -> None:
    """As by Ctrl-C: the tests stop and their fixtures end the servers. Does nothing once the process has ended."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """The process, which leads a session of its own, has ended; what is left of it after a while is killed."""
    interrupt_group(process)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
