"""D9, D10, D12 and D13: the real program in a terminal, from outside."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from benchmarks.admin.churn import churning
from benchmarks.admin.figure import Figure, quantile
from benchmarks.admin.ground import ROOT, Ground, resident_kb
from benchmarks.admin.house import FULL
from benchmarks.terminal import Terminal

STARTS = 10
WATCHED_S = 20.0
QUIET_S = 70.0
"""Behind the filling: by then what waits is older than a minute, and its age is told in minutes."""
SMALL, LARGE = (80, 24), (200, 50)


async def measure(ground: Ground) -> list[Figure]:
    """Starts, memory, CPU and bytes of the program."""
    return [_starts(ground), *_at_work(ground)]


def open_program(ground: Ground, size: tuple[int, int] = SMALL, *words: str) -> Terminal:
    """The program in a terminal of this size."""
    return Terminal(ground.command(*words), columns=size[0], rows=size[1], env=ground.environment(), directory=ROOT)


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _starts(ground: Ground) -> Figure:
    painted: list[float] = []
    for _ in range(STARTS):
        began = time.monotonic()
        with open_program(ground) as terminal:
            terminal.wait_text(FULL)
            painted.append(terminal.read_at[-1][0] - began)
    once: list[float] = []
    for _ in range(STARTS):
        began = time.monotonic()
        subprocess.run(
            ground.command("--once", "overview", "--json"),
            env=ground.environment(),
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        once.append(time.monotonic() - began)
    return Figure(
        number="D9",
        what="start to first real rows painted",
        measured=f"p50 {quantile(painted, 0.5):.2f} s, p95 {quantile(painted, 0.95):.2f} s; "
        f"--once p50 {quantile(once, 0.5):.2f} s, p95 {quantile(once, 0.95):.2f} s of {STARTS}",
        gate="p95 <= 0.8 s, --once <= 0.5 s",
        met=quantile(painted, 0.95) <= 0.8 and quantile(once, 0.5) <= 0.5,
        on="the real program in a pseudo terminal, until the row of a queue is read from it",
    )


def _at_work(ground: Ground) -> list[Figure]:
    with open_program(ground) as terminal:
        terminal.wait_text(FULL)
        terminal.idle(QUIET_S)
        overview_mb = resident_kb(terminal.pid) / 1024
        before_s, began_s, began_bytes = cpu_s(terminal.pid), time.monotonic(), len(terminal.raw)
        terminal.idle(WATCHED_S)
        watched_s = time.monotonic() - began_s
        share = (cpu_s(terminal.pid) - before_s) / watched_s
        idle = (len(terminal.raw) - began_bytes) / watched_s
        terminal.send("2")
        terminal.settle(0.5)
        for key in ("G", "g", *["pagedown"] * 30):
            terminal.send(key)
            terminal.idle(0.1)
        list_mb = resident_kb(terminal.pid) / 1024
    busy = [_busy(ground, size) for size in (SMALL, LARGE)]
    return [
        Figure(
            number="D10",
            what="memory",
            measured=f"overview {overview_mb:.0f} MB, list of {ground.size.waiting:,} rows {list_mb:.0f} MB",
            gate="<= 64 MB",
            met=max(overview_mb, list_mb) <= 64,
            on="VmRSS of the real program",
        ),
        Figure(
            number="D12",
            what="CPU at one refresh a second",
            measured=f"{share:.1%} quiet; every row changing: {busy[0][1]:.1%} at 80x24, {busy[1][1]:.1%} at 200x50",
            gate="<= 2 %",
            met=max(share, busy[0][1]) <= 0.02,
            on=f"{WATCHED_S:.0f} s of the real program's overview",
        ),
        Figure(
            number="D13",
            what="bytes to the terminal",
            measured=f"every row changing: {busy[0][0]:,.0f} B a second at 80x24, {busy[1][0]:,.0f} B at 200x50; "
            f"quiet {idle:,.0f} B",
            gate="<= 4 KB and 16 KB a refresh, quiet <= 100 B a second",
            met=busy[0][0] <= 4_096 and busy[1][0] <= 16_384 and idle <= 100,
            on=f"{WATCHED_S:.0f} s of the real program's overview at one refresh a second",
            why="" if idle <= 100 else "the clock and what the answer took are in each second's frame, ages in some",
        ),
    ]


def _busy(ground: Ground, size: tuple[int, int]) -> tuple[float, float]:
    """Bytes a second and share of a core while every queue changes."""
    with churning(ground.server.url), open_program(ground, size) as terminal:
        terminal.wait_text(FULL)
        terminal.idle(3)
        before_s, began, before = cpu_s(terminal.pid), time.monotonic(), len(terminal.raw)
        terminal.idle(WATCHED_S)
        took = time.monotonic() - began
        return (len(terminal.raw) - before) / took, (cpu_s(terminal.pid) - before_s) / took
