"""`python -m admin_tui bench`: the admin's figures beside their gates."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence

from engine import SettingError

_BENCH = "benchmarks.admin"
"""It speaks Redis, which the admin itself does not: it fills a server of its own and reads that server's clocks."""


def main(words: Sequence[str]) -> int:
    """The status of the bench, which has run; SettingError where it is not: it is not installed with the package."""
    if importlib.util.find_spec("benchmarks") is None:
        raise SettingError("the bench is a part of the repository: run `python -m admin_tui bench` in a checkout of it")
    return subprocess.run([sys.executable, "-m", _BENCH, *words], check=False).returncode
