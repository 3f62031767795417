"""Every side by name: this project, its peers in environments of their own, and the floors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from msgspec import Struct

from benchmarks.sides.side import Ability, Program

PEERS = Path(".data/peers")
"""Where `python -m benchmarks install` puts the peers' environments; nothing of theirs is committed."""
ROOT = Path(__file__).parents[2]


class Peer(Struct, frozen=True):
    """A peer: what installs it, which driver runs it, and what it does not do."""

    name: str
    packages: tuple[str, ...]
    driver: str
    lacks: tuple[str, ...]
    node: bool = False
    options: dict[str, Any] = {}
    cannot: tuple[Ability, ...] = ()
    most_jobs: int = 0

    @property
    def folder(self) -> Path:
        return (PEERS / self.name).absolute()

    @property
    def program(self) -> Program | None:
        """How its driver is started; None if it is not installed."""
        if self.node:
            if not (self.folder / "node_modules").is_dir():
                return None
            command: tuple[str, ...] = ("node", str(ROOT / "benchmarks" / "drivers" / f"{self.driver}.mjs"))
        else:
            python = self.folder / "bin" / "python"
            if not python.exists():
                return None
            command = (str(python), "-m", f"benchmarks.drivers.{self.driver}")
        return Program(self.name, command, self.folder, self.options, self.lacks, self.cannot, self.most_jobs)


OURS = Program(
    "engine",
    (sys.executable, "-m", "benchmarks.drivers.ours"),
    ROOT,
    {"uvloop": True, "rate": 1_000_000.0},
)
"""With a shared limit that never binds, so that its cost is in every figure."""

PEERS_BY_NAME = {
    peer.name: peer
    for peer in (
        Peer(
            "bullmq",
            ("bullmq@6.7.0", "ioredis@5"),
            "bullmq_node",
            ("no fencing: a late worker's result is refused by a lock of 30 s",),
            node=True,
        ),
    )
}


def all_sides() -> dict[str, Program | None]:
    """Every side by name, this project first; None where it is not installed."""
    return {OURS.name: OURS, **{name: peer.program for name, peer in PEERS_BY_NAME.items()}}
