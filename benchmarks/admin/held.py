"""D14, D21 and D22: what is held by tests, which are run here."""

from __future__ import annotations

import subprocess
import sys
import time

from msgspec import Struct

from benchmarks.admin.figure import Figure
from benchmarks.admin.ground import ROOT, Ground


class Held(Struct, frozen=True):
    """A figure that is a truth, and the command that shows it."""

    number: str
    what: str
    gate: str
    command: tuple[str, ...]


HELD = (
    Held(
        "D14",
        "usable at small sizes",
        "every view at 80x24, overview and job at 40x10",
        ("pytest", "-q", "tests/tui/golden"),
    ),
    Held(
        "D21",
        "actions on a wrong target",
        "0 in 10,000 interleavings of keys and refreshes",
        ("pytest", "-q", "tests/tui/test_interleaving.py"),
    ),
    Held("D22", "escape bytes of hostile strings at the terminal", "0 of 100,000 strings", ("tests.tui.terminal",)),
)


async def measure(ground: Ground) -> list[Figure]:
    """Each command has run."""
    return [_run(held) for held in HELD]


def _run(held: Held) -> Figure:
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-m", *held.command], cwd=ROOT, capture_output=True, text=True, check=False)
    said = (done.stdout.strip() or done.stderr.strip() or "nothing").splitlines()[-1]
    if done.returncode != 0:
        kept = ROOT / ".data" / f"{held.number}.txt"
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(done.stdout + done.stderr)
        said = f"exit {done.returncode}, what it said is in {kept}"
    return Figure(
        number=held.number,
        what=held.what,
        measured=f"{said.strip('= ')} ({time.monotonic() - began:.0f} s)",
        gate=held.gate,
        met=done.returncode == 0,
        on=f"python -m {' '.join(held.command)}",
    )
