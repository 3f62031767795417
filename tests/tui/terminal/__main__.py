"""Hostile strings through the real program: `python -m tests.tui.terminal [--count 100000] [--seed N]`."""

from __future__ import annotations

import argparse
import sys
import time

from engine.embedded import EmbeddedValkey
from tests.support.servers import scratch
from tests.tui.terminal.fuzz import fuzz


def main() -> int:
    """1 if anything leaked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    with scratch() as directory, EmbeddedValkey(directory, appendonly=False) as server:
        found = fuzz(server.url, arguments.count, arguments.seed)
    print(
        f"seed {arguments.seed}: {found.strings:,} strings, {found.painted_bytes:,} bytes at the terminal in "
        f"{found.seconds:.0f} s; sequences that harmless text does not write: {sorted(found.leaked) or 0!a}"
    )
    return int(bool(found.leaked))


if __name__ == "__main__":
    sys.exit(main())
