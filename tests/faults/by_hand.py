"""`python -m tests.faults.by_hand`: the kill of a worker at the engine's defaults, lease 15 s and sweep 2.5 s."""

from __future__ import annotations

import sys

from engine.embedded import EmbeddedValkey
from tests.faults.kill import kill_one_of_two
from tests.support.servers import scratch

JOBS = 2_000


def main(lease_s: float = 15, sweep_s: float = 2.5) -> None:
    """The figures are printed."""
    with scratch() as data, scratch() as directory, EmbeddedValkey(data) as valkey:
        figures = kill_one_of_two(valkey.url, "by-hand", directory, jobs=JOBS, lease_s=lease_s, sweep_s=sweep_s)
    print(f"lease {lease_s:g} s, sweep {sweep_s:g} s: {figures.summary()}")  # noqa: T201 - its purpose


if __name__ == "__main__":
    main(*(float(word) for word in sys.argv[1:3]))
