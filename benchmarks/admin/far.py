"""D23: the program behind a slow line."""

from __future__ import annotations

import sys
import time

from msgspec import Struct

from benchmarks.admin.churn import churning
from benchmarks.admin.figure import Figure, quantile, spread
from benchmarks.admin.ground import ROOT, Ground
from benchmarks.admin.house import FULL
from benchmarks.terminal import Terminal

RTT_MS, KBIT_S, WIDE_KBIT_S = 200, 64, 100_000
KEYS = 60
SCREENS = 12
SCREEN_KEYS = (("4", "LIMIT "), ("1", "TOP FAILURES"))
"""Keys of screens, and what is on them alone."""


class Seen(Struct):
    """What was measured of one program."""

    late_ms: list[float] = []
    opened_ms: list[float] = []
    bytes_a_s: float = 0.0


async def measure(ground: Ground) -> list[Figure]:
    """How late the cursor moves while every row changes once a second, and how late another screen is there."""
    with churning(ground.server.url):
        seen, wide = _watched(ground, KBIT_S), _watched(ground, WIDE_KBIT_S)
    allowed = RTT_MS + 50
    high, high_wide = quantile(seen.late_ms, 0.95), quantile(wide.late_ms, 0.95)
    return [
        Figure(
            number="D23",
            what="a key over a slow line",
            measured=f"{spread(seen.late_ms)}, p95 {high:.0f} ms; another screen {spread(seen.opened_ms)}; "
            f"{seen.bytes_a_s:,.0f} B a second",
            gate=f"p95 <= {allowed} ms: the round trip and 50 ms",
            met=high <= allowed,
            on=f"{RTT_MS} ms round trip, {KBIT_S} kbit/s; the overview, every row changing at one refresh a second; "
            "until the mark is seen on the other row",
            why=""
            if high <= allowed
            else f"its bytes take {8 / KBIT_S:.3f} ms each, two rows in colours have some 360, a refresh 500; at "
            f"{WIDE_KBIT_S:,} kbit/s, all else alike: p50 {quantile(wide.late_ms, 0.5):.0f} ms, p95 {high_wide:.0f} ms",
        )
    ]


def _watched(ground: Ground, kbit_s: float) -> Seen:
    link = [sys.executable, "-m", "benchmarks.admin.slow_link", str(RTT_MS), str(kbit_s)]
    seen, env = Seen(), ground.environment(COLORTERM="")  # SSH hands on TERM alone: 256 colours
    with Terminal([*link, *ground.command()], env=env, directory=ROOT) as terminal:
        terminal.wait_text(FULL, within_s=30)
        terminal.idle(5)
        began, before = time.monotonic(), len(terminal.raw)
        for n in range(KEYS):
            seen.late_ms.append(_moved_ms(terminal, n))
            terminal.idle(0.23)  # so that keys fall everywhere between two refreshes
        seen.bytes_a_s = (len(terminal.raw) - before) / (time.monotonic() - began)
        for n in range(SCREENS):
            key, text = SCREEN_KEYS[n % len(SCREEN_KEYS)]
            seen.opened_ms.append(_opened_ms(terminal, key, text))
            terminal.idle(1.13)
    return seen


def _moved_ms(terminal: Terminal, n: int) -> float:
    """Milliseconds from a key until the mark is seen on another row."""
    down = n // 3 % 2 == 0
    before = set(marked(terminal))
    began = time.monotonic()
    terminal.send("j" if down else "k")
    terminal.wait_for(lambda _: set(marked(terminal)) - before, within_s=10)
    return (time.monotonic() - began) * 1000


def _opened_ms(terminal: Terminal, key: str, text: str) -> float:
    """Milliseconds from a key until what only the other screen has is there."""
    began = time.monotonic()
    terminal.send(key)
    terminal.wait_text(text, within_s=10)
    return (time.monotonic() - began) * 1000


def marked(terminal: Terminal) -> list[int]:
    """The rows that the cursor's mark is on."""
    return [n for n, row in enumerate(terminal.rows) if row.startswith(">")]
