"""Machines on queues of their own, as many as are asked for."""

from __future__ import annotations

import time
from collections import Counter
from itertools import count

from engine.embedded import EmbeddedValkey
from engine.testing import FakeClock
from tests.model.machine import Machine
from tests.support.queue import Rig

A_MONTH_US = 30 * 86_400 * 1_000_000


def machine_on(server: EmbeddedValkey, prefix: str, tally: Counter[str]) -> type[Machine]:
    """A machine whose every run has a fresh queue, and a neighbour in its slot, on this server."""
    numbers = count()

    class Fresh(Machine):
        """The machine on a queue of its own."""

        def __init__(self) -> None:
            number = next(numbers)
            rig = Rig(server.url, prefix, f"q{number}")
            # Far in the past, for time that passes must not overtake the server's; in whole milliseconds.
            rig.clock = FakeClock((time.time_ns() // 1_000_000 * 1_000) - A_MONTH_US)
            super().__init__(server, rig, Rig(server.url, prefix, f"n{number}"), tally)

    return Fresh
