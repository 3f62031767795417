"""`python -m tests.model`: the machine for as long as wanted, on its own Valkey, with what it met.

What does not hold is raised with the run that shows it. The same seed, examples and steps make the same runs again.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from engine.embedded import EmbeddedValkey
from tests.model.run import machine_on
from tests.support.servers import scratch


def main() -> int:
    """The run is over; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--examples", type=int, default=500, help="runs (default 500)")
    parser.add_argument("--steps", type=int, default=60, help="of each run (default 60)")
    parser.add_argument("--seed", type=int, default=11, help="of the choices (default 11)")
    parser.add_argument("--no-shrink", action="store_true", help="print a failing run as it was found")
    given = parser.parse_args()
    phases = [Phase.generate] if given.no_shrink else [Phase.generate, Phase.shrink]
    tally: Counter[str] = Counter()
    began = time.monotonic()
    with scratch() as directory, EmbeddedValkey(directory, appendonly=False) as valkey:
        machine = seed(given.seed)(machine_on(valkey.url, "model", tally))
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=given.examples,
                stateful_step_count=given.steps,
                deadline=None,
                database=None,
                report_multiple_bugs=False,
                phases=phases,
                suppress_health_check=list(HealthCheck),
            ),
        )
    _report(tally, time.monotonic() - began)
    return 0


def _report(tally: Counter[str], took_s: float) -> None:
    for name in sorted(tally):
        print(f"{tally[name]:>9,}  {name}")
    print(f"{took_s:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
