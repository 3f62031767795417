"""For tests of apps: run a handler without Redis, drain a queue in this process, move a clock by hand.

Fixtures for pytest are in `engine.testing.fixtures`.
"""

from engine.testing.bench import Bench, drain
from engine.testing.clock import FakeClock
from engine.testing.running import Given, Ran, run_job

__all__ = ["Bench", "FakeClock", "Given", "Ran", "drain", "run_job"]
