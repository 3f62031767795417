"""Where figures are measured: a server of the bench's own, filled, and a meter that reads the server's own time."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import cast

from msgspec import Struct
from redis import Redis

from admin_tui.admin import Hands
from benchmarks.admin.house import app
from benchmarks.admin.load import PREFIX, Size, fill
from engine import Settings
from engine.embedded import EmbeddedValkey

ROOT = Path(__file__).parents[2]
_OWN_NAME = "bench"
_ENOUGH = 200_000
_ASK_MALLOC = """
for size = 1, 5000 do redis.call('SET', KEYS[1], string.rep('x', size)) end
redis.call('DEL', KEYS[1])
"""
_SLOW_US = 20
"""What takes less is no script."""


class Ground(Struct, frozen=True):
    """A filled server, a client of it for the bench's own questions, and how long the filling took."""

    server: EmbeddedValkey
    client: Redis
    size: Size
    filled_s: float

    @property
    def settings(self) -> Settings:
        return Settings(redis_url=self.server.url, worker_id="bench", prefix=PREFIX)

    @property
    def load(self) -> str:
        """The load in words."""
        size = self.size
        return f"10 queues x {size.waiting:,} waiting, {size.delayed:,} delayed, {size.failed:,} failed"

    def command(self, *words: str) -> list[str]:
        """The real program on this server."""
        return [sys.executable, "-m", "admin_tui", *words]

    def environment(self, **more: str) -> dict[str, str]:
        """What the real program's surroundings are."""
        inherited = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLORTERM")}
        ours = {
            "REDIS_URL": self.server.url,
            "ENGINE_PREFIX": PREFIX,
            "ENGINE_APP": "benchmarks.admin.house:app",
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }
        return {**inherited, **ours, **more}


@asynccontextmanager
async def inspecting(ground: Ground) -> AsyncGenerator[Hands]:
    """The engine's operator, on the ground."""
    async with app.inspect(ground.settings) as inspector:
        yield cast("Hands", inspector)


@contextmanager
def open_ground(size: Size) -> Generator[Ground]:
    """A server in a temporary directory, filled; nothing is left of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="admin-bench-") as directory:
        # Nothing is written to disk: a million jobs a queue are filled in less than a minute.
        server = EmbeddedValkey(directory, appendonly=False, maxmemory="0", settings={"slowlog-max-len": str(_ENOUGH)})
        with server, Redis.from_url(server.url, client_name=_OWN_NAME) as client:
            yield Ground(server, client, size, fill(client, size))


class Spent(Struct):
    """What the server spent on calls of others than the bench, in microseconds each.

    And of its main thread, as the kernel tells: how long it ran, and how long it was ready but without a core.
    `grown_kb` is by how much this process grew meanwhile.
    """

    calls_us: list[int] = []
    cpu_us: float = 0.0
    waited_us: float = 0.0
    grown_kb: int = 0

    @property
    def total_us(self) -> int:
        return sum(self.calls_us)

    @property
    def most_us(self) -> int:
        return max(self.calls_us, default=0)


@contextmanager
def metered(client: Redis) -> Generator[Spent]:
    """Afterwards it holds each script and INFO that others had the server run meanwhile, by its log of slow commands.

    Commands within a script are in that log too, and in the script's own time.
    """
    spent, thread = Spent(), MainThread(client)
    client.config_set("slowlog-log-slower-than", _SLOW_US)
    client.execute_command("SLOWLOG", "RESET")  # type: ignore[no-untyped-call]
    # What that set free, of 200,000 entries, malloc puts in order as it is asked: here, not in a call that is measured.
    client.eval(_ASK_MALLOC, 1, "bench:malloc")
    before_kb, (before_us, waited_us) = resident_kb(), thread.read_us()
    try:
        yield spent
    finally:
        cpu_us, waits_us = thread.read_us()
        spent.cpu_us, spent.waited_us = cpu_us - before_us, waits_us - waited_us
        spent.grown_kb = resident_kb() - before_kb  # the log itself is not what is measured
        client.config_set("slowlog-log-slower-than", -1)
        entries = client.slowlog_get(_ENOUGH)
        own = _OWN_NAME.encode()
        spent.calls_us = [
            int(entry["duration"])
            for entry in entries
            if entry.get("client_name") != own and entry["command"].startswith((b"EVAL", b"INFO"))
        ]


def without_a_core(*phases: Spent) -> str:
    """What else the times by the log hold: they go on while another program has the server's core."""
    waited_ms = sum(spent.waited_us for spent in phases) / 1000
    return f"the server's thread was ready but without a core for {waited_ms:,.0f} ms of it"


class MainThread:
    """The server's main thread, which runs all commands."""

    def __init__(self, client: Redis) -> None:
        pid = int(client.info("server")["process_id"])
        self._path = Path(f"/proc/{pid}/task/{pid}/schedstat")

    def read_us(self) -> tuple[float, float]:
        """How long it has run, and how long it was ready to run but had no core."""
        ran_ns, waited_ns, _ = self._path.read_text().split()
        return int(ran_ns) / 1000, int(waited_ns) / 1000


def cpu_s(client: Redis) -> float:
    """Seconds of CPU that the server's main thread has used."""
    told = client.info("cpu")
    return float(told["used_cpu_user_main_thread"]) + float(told["used_cpu_sys_main_thread"])


def resident_kb(pid: int | None = None) -> int:
    """Kilobytes of memory that a process (default: this one) holds."""
    status = Path(f"/proc/{pid or 'self'}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])
