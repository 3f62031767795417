"""D23: the program behind a slow line."""

from __future__ import annotations

import sys
import time

from benchmarks.admin.churn import churning
from benchmarks.admin.figure import Figure, quantile, spread
from benchmarks.admin.ground import ROOT, Ground
from benchmarks.admin.house import FULL
from benchmarks.terminal import Terminal

RTT_MS, KBIT_S = 200, 64
KEYS = 60


async def measure(ground: Ground) -> list[Figure]:
    """How late the cursor moves while every row changes once a second."""
    link = [sys.executable, "-m", "benchmarks.admin.slow_link", str(RTT_MS), str(KBIT_S)]
    late: list[float] = []
    with (
        churning(ground.server.url),
        Terminal([*link, *ground.command()], env=ground.environment(), directory=ROOT) as terminal,
    ):
        terminal.wait_text(FULL, within_s=30)
        terminal.idle(5)
        for n in range(KEYS):
            late.append(_moved_ms(terminal, "j" if n // 3 % 2 == 0 else "k"))
            terminal.idle(0.23)  # so that keys fall everywhere between two refreshes
    allowed = RTT_MS + 50
    high = quantile(late, 0.95)
    return [
        Figure(
            number="D23",
            what="a key over a slow line",
            measured=spread(late),
            gate=f"p95 <= {allowed} ms: the round trip and 50 ms",
            met=high <= allowed,
            on=f"{RTT_MS} ms round trip, {KBIT_S} kbit/s; the overview, every row changing at one refresh a second",
            why=""
            if high <= allowed
            else "a key that falls into a refresh waits for its bytes: 1 KB takes 125 ms on this line",
        )
    ]


def _moved_ms(terminal: Terminal, key: str) -> float:
    """Milliseconds from a key until the cursor's row is another one."""
    before = marked(terminal)
    began = time.monotonic()
    terminal.send(key)
    terminal.wait_for(lambda _: marked(terminal) != before, within_s=10)
    return (time.monotonic() - began) * 1000


def marked(terminal: Terminal) -> list[int]:
    """The rows that the cursor's mark is on."""
    return [n for n, row in enumerate(terminal.rows) if row.startswith(">")]
