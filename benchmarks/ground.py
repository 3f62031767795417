"""A server for one measurement, and what it says of itself."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from msgspec import Struct

from engine.embedded import EmbeddedValkey


class Reading(Struct, frozen=True):
    """What the server had used by now: CPU seconds, commands (those within scripts too) and bytes.

    `memory` is without the buffers of clients and of the append-only file, `traffic` what came in and went out.
    """

    cpu_s: float
    commands: int
    memory: int
    traffic: int

    def since(self, before: Reading) -> Reading:
        """What was used between the two readings."""
        return Reading(
            self.cpu_s - before.cpu_s,
            self.commands - before.commands,
            self.memory - before.memory,
            self.traffic - before.traffic,
        )


class Ground:
    """A fresh server on loopback, reached by TCP as every side's documentation has it, and a folder for tallies."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self._client = redis.Redis.from_url(url)
        self._tallies = 0

    def tally(self) -> Path:
        """A new file for one driver's tally."""
        self._tallies += 1
        return self.folder / f"tally-{self._tallies}"

    def read(self) -> Reading:
        """What the server has used until now."""
        info: dict[str, Any] = self._client.info("everything")
        calls = sum(int(value["calls"]) for name, value in info.items() if name.startswith("cmdstat_"))
        memory = info["used_memory"] - info["mem_clients_normal"] - info["mem_aof_buffer"]
        traffic = info["total_net_input_bytes"] + info["total_net_output_bytes"]
        return Reading(info["used_cpu_sys"] + info["used_cpu_user"], calls, memory, traffic)

    @contextmanager
    def seen_at(self, url: str) -> Generator[None]:
        """Inside the block, sides reach the server by this URL; what it says of itself is still asked directly."""
        own, self.url = self.url, url
        try:
            yield
        finally:
            self.url = own

    def version(self) -> str:
        """The server's name and version."""
        info: dict[str, Any] = self._client.info("server")
        valkey = info.get("valkey_version")
        return f"Valkey {valkey}" if valkey else f"Redis {info['redis_version']}"

    def close(self) -> None:
        """No connection is open."""
        self._client.close()


@contextmanager
def open_ground(*, aof: bool = True) -> Generator[Ground]:
    """A server without any data, which ends with the block."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with EmbeddedValkey(folder / "data", port=_free_port(), appendonly=aof, maxmemory="0") as valkey:
            ground = Ground(valkey.tcp_url, folder)
            try:
                yield ground
            finally:
                ground.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
