"""Every side by name: this project, its peers in environments of their own, and the floors."""

from __future__ import annotations

import shutil
import sys

from benchmarks.sides.peers import PEERS, ROOT
from benchmarks.sides.side import Program

OURS = Program(
    "engine",
    (sys.executable, "-m", "benchmarks.drivers.ours"),
    ROOT,
    {"uvloop": True, "rate": 1_000_000.0},
)
"""With a shared limit that never binds, so that its cost is in every figure."""

FLOORS = (
    Program(
        "floor",
        (sys.executable, "-m", "benchmarks.drivers.floor"),
        ROOT,
        {"uvloop": True, "batch": 250},  # as many as one call of the engine takes at most
        ("no life cycle at all: no ids, no status, no results, no retries, no limit, nothing is kept",),
        ("hold", "delay", "retry", "limit", "recover"),
    ),
    Program(
        "loop",
        (sys.executable, "-m", "benchmarks.drivers.loop"),
        ROOT,
        {"uvloop": True},
        ("no Redis: handlers and a loop around them",),
        ("store", "delay", "retry", "limit", "recover"),
    ),
)
"""What no queue can be faster than, on the same machine at the same time."""

BENCHMARK = "redis-benchmark"
"""The server's own bench, where Redis's or Valkey's tools are installed."""

PEERS_BY_NAME = {peer.name: peer for peer in PEERS}


def all_sides() -> dict[str, Program | None]:
    """Every side by name, this project first and the floors last; None where it is not installed."""
    peers = {name: peer.program for name, peer in PEERS_BY_NAME.items()}
    return {OURS.name: OURS, **peers, **{floor.name: floor for floor in FLOORS}, BENCHMARK: _benchmark()}


def how_to_install(name: str) -> str:
    """What makes a side that is not installed one that is."""
    return f"python -m benchmarks install {name}" if name in PEERS_BY_NAME else f"put {name} on the PATH"


def _benchmark() -> Program | None:
    program = shutil.which(BENCHMARK) or shutil.which("valkey-benchmark")
    if program is None:
        return None
    return Program(
        BENCHMARK,
        (sys.executable, "-m", "benchmarks.drivers.redis_benchmark"),
        ROOT,
        {"program": program},
        ("no life cycle at all: the same payload again and again",),
        ("work", "hold", "delay", "retry", "limit", "recover"),
    )
