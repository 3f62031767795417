"""D4 to D8 and D11: from a snapshot or a key to what is painted, and what ten thousand refreshes leave behind."""

from __future__ import annotations

import subprocess
import sys

import msgspec

from admin_tui.cli import for_slow_lines
from benchmarks.admin.churn import churning
from benchmarks.admin.figure import Figure, quantile, spread
from benchmarks.admin.ground import ROOT, Ground


async def measure(ground: Ground) -> list[Figure]:
    """The program paints on paper in a process of its own, as it is started by its command."""
    return [*_refreshes(ground), *_keys(ground)]


async def measure_growth(ground: Ground) -> list[Figure]:
    """Ten thousand refreshes, one after the other; they take some minutes."""
    mb = _samples(ground, "growth")["mb"]
    grown, last = mb[-1] - mb[0], mb[-1] - mb[-4]
    return [
        Figure(
            number="D11",
            what="memory that refreshes leave behind",
            measured=f"{grown:+.1f} MB in 10,000 refreshes, {last:+.1f} MB in the last 3,000 (at {mb[-1]:.0f} MB)",
            gate="<= 3 MB in 10,000, then flat",
            met=grown <= 3,
            on="the overview on paper, refreshed without a pause",
        )
    ]


def _refreshes(ground: Ground) -> list[Figure]:
    with churning(ground.server.url):
        found = _samples(ground, "refreshes")
    gates = (("D4", "80x24", 25), ("D5", "200x50", 40))
    return [
        Figure(
            number=number,
            what=f"snapshot to painted, {size}",
            measured=spread(found[size]),
            gate=f"p99 <= {gate} ms",
            met=quantile(found[size], 0.99) <= gate,
            on="the overview, every row changing; from the engine's answer to the bytes for the terminal",
        )
        for number, size, gate in gates
    ]


def _keys(ground: Ground) -> list[Figure]:
    found = _samples(ground, "keys")
    row, opened, jump = found["row"], found["open"], found["jump"]
    on = f"the list of {ground.size.waiting:,} waiting jobs at 80x24"
    return [
        Figure(
            number="D6",
            what="key to painted: one row down or up",
            measured=f"{spread(row)}; a page: {spread(found['page'])}",
            gate="p50 <= 16 ms, p99 <= 50 ms",
            met=quantile(row, 0.5) <= 16 and quantile(row, 0.99) <= 50,
            on=on,
        ),
        Figure(
            number="D7",
            what="a job opened, with its data",
            measured=spread(opened),
            gate="p99 <= 60 ms with one fetch",
            met=quantile(opened, 0.99) <= 60,
            on=on,
            why=f"CPU of this process meanwhile: {spread(found['cpu'])}",
        ),
        Figure(
            number="D8",
            what="a jump to the other end",
            measured=spread(jump),
            gate="p99 <= 100 ms",
            met=quantile(jump, 0.99) <= 100,
            on=on,
        ),
    ]


def _samples(ground: Ground, what: str) -> dict[str, list[float]]:
    env = ground.environment()
    for_slow_lines(env)
    command = [sys.executable, "-m", "benchmarks.admin.painted", what, ground.server.url]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE)
    return msgspec.json.decode(done.stdout, type=dict[str, list[float]])
