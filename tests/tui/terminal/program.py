"""The real program in a terminal, on a real server."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from benchmarks.terminal import Terminal
from tests.support.workers import ROOT, environment

APP = "tests.support.till:app"
COLOURS = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


def open_admin(
    url: str, prefix: str, *words: str, columns: int = 80, rows: int = 24, variables: Mapping[str, str] | None = None
) -> Terminal:
    """`python -m admin_tui` with these words; a variable that is empty is not set."""
    ours = environment(REDIS_URL=url, ENGINE_PREFIX=prefix, ENGINE_APP=APP)
    told = {**ours, **COLOURS, **(variables or {})}
    for name in ("NO_COLOR", "LC_ALL", "LANG"):
        told.setdefault(name, "")
    env = {name: value for name, value in told.items() if value}
    return Terminal([sys.executable, "-m", "admin_tui", *words], columns=columns, rows=rows, env=env, directory=ROOT)
