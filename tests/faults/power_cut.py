"""`python -m tests.faults.power_cut`: how many answered enqueues a power cut costs, by the setting of appendfsync.

A server is killed under load, and its append-only file cut to what had been forced to disk by then: the rest is what
a machine without power would not have. Needs a C compiler; the figures go into docs/evidence.md.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct

from engine.embedded import EmbeddedValkey
from engine.embedded.process import Order
from engine.errors import EngineError
from engine.streams import Keys, SyncStore
from engine.streams.commands import NewJob, configure, enqueue
from engine.types import QueueLimits
from tests.faults.figures import Spread, spread
from tests.faults.report import Machine, machine
from tests.support.servers import scratch

SOURCE = Path(__file__).with_name("synced.c")
KEYS = Keys("power", "q", "q")
PRODUCERS = 4


class Setting(Struct, frozen=True, rename="camel"):
    """What power cuts came to with one setting of appendfsync."""

    appendfsync: str
    cuts: int
    acknowledged: int
    lost: Spread
    """Answered enqueues without a record, a cut."""
    window_s: Spread
    """How long before the cut the oldest of them was answered."""


class PowerCuts(Struct, frozen=True, rename="camel"):
    """All settings, on one machine."""

    machine: Machine
    seed: int
    settings: list[Setting]


class Watched(EmbeddedValkey):
    """A Valkey that writes down what it forces to disk."""

    def __init__(self, directory: Path, library: Path, appendfsync: str) -> None:
        super().__init__(directory, settings={"appendfsync": appendfsync})
        self.synced = directory / "synced.log"
        self._library = library

    def order(self, command: list[str]) -> Order:
        order = super().order(command)
        env = {**order.env, "LD_PRELOAD": str(self._library), "SYNCED_LOG": str(self.synced)}
        return msgspec.structs.replace(order, env=env)

    def cut_power(self) -> None:
        """It is gone, and with it what it had not forced to disk; started again, it reads the rest."""
        self.kill()
        sizes: dict[int, int] = {}
        for line in self.synced.read_text().splitlines():
            inode, size, _ = (int(word) for word in line.split())
            sizes[inode] = size
        for path in self.directory.glob("appendonlydir/*.incr.aof"):
            os.truncate(path, sizes.get(path.stat().st_ino, 0))


class Producer(threading.Thread):
    """Enqueues one job after the other until Redis is gone; knows when each was answered."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(name=name)
        self._store = SyncStore(url)
        self.answered: dict[str, float] = {}

    def run(self) -> None:
        try:
            while True:
                job_id = f"{self.name}-{len(self.answered)}"
                self._store.run(enqueue(KEYS, 0, secrets.token_hex(8), 60, [NewJob(job_id, "work", b"{}")]))
                self.answered[job_id] = time.monotonic()
        except EngineError:
            self._store.close()


def cut_once(directory: Path, library: Path, appendfsync: str, after_s: float) -> tuple[int, list[float]]:
    """How many enqueues were answered, and how long before the cut each was that is lost."""
    with Watched(directory, library, appendfsync) as valkey:
        store = SyncStore(valkey.url)
        store.run(configure(KEYS, QueueLimits()))
        store.close()
        producers = [Producer(valkey.url, f"p{n}") for n in range(PRODUCERS)]
        for producer in producers:
            producer.start()
        threading.Event().wait(after_s)
        cut_s = time.monotonic()
        valkey.cut_power()
        for producer in producers:
            producer.join()
        answered = {job: at for producer in producers for job, at in producer.answered.items()}
        valkey.start()
        store = SyncStore(valkey.url)
        lost = [cut_s - at for job, at in answered.items() if not store.command("EXISTS", f"{KEYS.job}{job}")]
        store.close()
    return len(answered), lost


def measure(library: Path, appendfsync: str, cuts: int, random: Random) -> Setting:
    """What so many cuts came to, each 1.2 to 3.2 s after the load began."""
    answered, lost, windows = 0, list[float](), list[float]()
    for _ in range(cuts):
        with scratch() as directory:
            count, ages = cut_once(directory, library, appendfsync, random.uniform(1.2, 3.2))
        answered += count
        lost.append(len(ages))
        windows.append(max(ages, default=0.0))
    return Setting(appendfsync, cuts, answered, spread(lost), spread(windows))


def main(words: Sequence[str] | None = None) -> int:
    """The figures were printed, and written where they were wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.power_cut", description=__doc__)
    parser.add_argument("--cuts", type=int, default=20, help="for each setting")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    arguments = parser.parse_args(words)
    compiler = shutil.which("cc")
    if compiler is None:
        parser.error("no C compiler (cc) here: install one, for it is the compiled library that sees what is synced")
    random = Random(arguments.seed)
    with scratch() as folder:
        library = folder / "synced.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
        settings = [measure(library, each, arguments.cuts, random) for each in ("everysec", "always")]
    for each in settings:
        print(  # noqa: T201 - its purpose
            f"appendfsync {each.appendfsync}, {each.cuts} power cuts, {each.acknowledged} enqueues answered: lost at "
            f"each cut p50 {each.lost.p50:.0f}, max {each.lost.max:.0f}; the oldest answered {each.window_s.p50:.2f} "
            f"(p50) to {each.window_s.max:.2f} s (max) before it; seed {arguments.seed}"
        )
    if arguments.json is not None:
        found = PowerCuts(machine(), arguments.seed, settings)
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
