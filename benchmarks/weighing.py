"""How many instructions the server executes for each job, by script.

Counted by callgrind, so the same to a percent in each run, however busy the machine is: what a change of a script costs
or saves is seen in half a minute, where times need many rounds. It says nothing of caches and waiting; those are in the
rates. A row depends on the rows before it: two checkouts are compared on one machine, with the same options. Needs
`valgrind`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable

from engine.embedded import EmbeddedValkey
from engine.streams import Keys
from engine.streams.commands import NewJob, Settle, acquire, configure, enqueue, settle
from engine.streams.sync_store import SyncStore
from engine.types import Delivery, QueueLimits

PAYLOAD = b'{"tenantId":"t","n":1234567,"at":123456789012,"fails":false,"pad":"xxxxxxxxxxxxxxxxxxxx"}'
PATIENCE_S = 120.0
_LIMITS = QueueLimits(shared_rate=1e6, shared_burst=100_000)
"""Looked at by each acquire, and never in the way."""


class Scales(EmbeddedValkey):
    """A Valkey under callgrind."""

    def command(self) -> list[str]:
        """The server's own, run by callgrind."""
        out = f"--callgrind-out-file={self.directory}/counts"
        return ["valgrind", "--tool=callgrind", out, *super().command()]

    def weigh(self) -> int:
        """How many instructions were executed since the last time."""
        before = set(self.directory.glob("counts.*"))
        subprocess.run(["callgrind_control", "--dump", str(self.pid)], capture_output=True, check=True)
        (counts,) = set(self.directory.glob("counts.*")) - before
        found = re.search(r"^totals: (\d+)$", counts.read_text(), re.MULTILINE)
        if found is None:
            raise ValueError(f"{counts} has no totals: is this the callgrind of valgrind 3.19 or later?")
        return int(found[1])


class Load:
    """Jobs that are enqueued, acquired and completed, so many at a time."""

    def __init__(self, store: SyncStore, size: int) -> None:
        self._store, self._size = store, size
        self._keys = Keys("pickd", "weighing", "weighing")
        self._held: list[list[Delivery]] = []
        store.run(configure(self._keys, _LIMITS))

    def enqueue(self, calls: int) -> None:
        """So many calls more wait."""
        for call in range(calls):
            name = f"{self._size}-{call}"
            jobs = [NewJob(f"{name}-{n}", "noop", PAYLOAD, 0, f"t{n % 10}", "d" * 16) for n in range(self._size)]
            self._store.run(enqueue(self._keys, 0, name, 60_000, jobs))

    def acquire(self, calls: int) -> None:
        """They are active."""
        for _ in range(calls):
            acquired = self._store.run(acquire(self._keys, 0, "weigher~1", self._size, alone=False))
            self._held.append(acquired.deliveries)

    def settle(self, calls: int) -> None:
        """They have completed."""
        for _ in range(calls):
            done = [Settle(one.id, one.fence, "complete", b'"done"') for one in self._held.pop(0)]
            self._store.run(settle(self._keys, 0, done))


def main() -> int:
    """The table is printed; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.weighing", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2_000, help="that are counted for each line (2,000)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 50, 250], help="jobs in one call (1, 50, 250)")
    given = parser.parse_args()
    if missing := [tool for tool in ("valgrind", "callgrind_control") if shutil.which(tool) is None]:
        print(f"not found: {', '.join(missing)}; it is in the package `valgrind`", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, Scales(folder) as scales:
        store = SyncStore(scales.url, timeout_s=PATIENCE_S)
        _weigh(scales, Load(store, 2), 1, 2)  # the server learns the scripts
        print(f"{'instructions a job':<22}{'enqueue':>12}{'acquire':>12}{'settle':>12}")
        for size in given.sizes:
            row = _weigh(scales, Load(store, size), max(1, given.jobs // size), size)
            print(f"{size:>6} in a call       {row[0]:>12,.0f}{row[1]:>12,.0f}{row[2]:>12,.0f}", flush=True)
        store.close()
    return 0


def _weigh(scales: Scales, load: Load, calls: int, size: int) -> list[float]:
    steps: list[Callable[[int], None]] = [load.enqueue, load.acquire, load.settle]
    row: list[float] = []
    for step in steps:
        scales.weigh()
        step(calls)
        row.append(scales.weigh() / calls / size)
    return row


if __name__ == "__main__":
    sys.exit(main())
