"""`python -m tests.model`: the machine for as long as wanted, on its own Valkey, with what it met.

What does not hold is raised with the run that shows it. The same seed, examples and steps make the same runs again; the
seed is chosen by chance unless it is given, and printed. A long run that never met a rule, or a word of a script that a
header names, is a failure too.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from engine.embedded import EmbeddedValkey
from tests.model.coverage import LONG, never_met
from tests.model.run import machine_on
from tests.support.servers import scratch


def main() -> int:
    """The run is over; its exit code."""
    given = _parse()
    tally: Counter[str] = Counter()
    began = time.monotonic()
    again = f"--examples {given.examples} --steps {given.steps} --seed {given.seed}"
    print(f"again: python -m tests.model {again}", flush=True)
    # A server that is killed loses nothing: the system has all that it wrote.
    with scratch() as directory, EmbeddedValkey(directory, settings={"appendfsync": "no"}) as valkey:
        run_state_machine_as_test(
            seed(given.seed)(machine_on(valkey, "model", tally)),
            settings=settings(
                max_examples=given.examples,
                stateful_step_count=given.steps,
                deadline=None,
                database=None,
                report_multiple_bugs=False,
                phases=[Phase.generate] if given.no_shrink else [Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType] - its own metaclass
            ),
        )
    return _report(tally, time.monotonic() - began, long=given.examples * given.steps >= LONG)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--examples", type=int, default=900, help="runs (default 900)")
    parser.add_argument("--steps", type=int, default=70, help="of each run (default 70)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="of the choices (default: chance)")
    parser.add_argument("--no-shrink", action="store_true", help="print a failing run as it was found")
    return parser.parse_args()


def _report(tally: Counter[str], took_s: float, *, long: bool) -> int:
    for name in sorted(tally):
        print(f"{tally[name]:>9,}  {name}")
    missed = never_met(tally)
    for name in missed:
        print(f"    never  {name}")
    print(f"{took_s:.0f} s")
    return 1 if long and missed else 0


if __name__ == "__main__":
    sys.exit(main())
