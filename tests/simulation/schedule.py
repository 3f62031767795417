"""A schedule by its seed: made, run, judged, and nothing of it left."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from random import Random

from msgspec import Struct

from engine.streams import Keys
from engine.testing import FakeClock
from tests.simulation.case import Case
from tests.simulation.course import Course
from tests.simulation.crew import World
from tests.simulation.judge import judge
from tests.simulation.ledger import Ledger, Sink
from tests.simulation.loop import VirtualLoop
from tests.simulation.network import Network
from tests.simulation.plan import Plan, draw_plan
from tests.simulation.plays import SLOT, make_app
from tests.simulation.server import Server
from tests.simulation.trace import Trace
from tests.simulation.weather import Weather
from tests.simulation.witness import Witness

LIMIT_S = 600.0
"""Virtual seconds after which a schedule counts as stuck."""


class Report(Struct, frozen=True):
    """What a schedule came to: the faults by kind, what is wrong, and what happened."""

    seed: int
    wrong: list[str]
    met: Counter[str]
    virtual_s: float
    executions: int
    recoveries_s: list[float]
    trace: str


class LoopClock:
    """The server's clock for what is stored, the loop's for timers: as in production."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now_us(self) -> int:
        return 0

    def monotonic_s(self) -> float:
        return self._loop.time()


def run_seed(url: str, prefix: str, seed: int) -> Report:
    """The report of this seed's schedule, on a server under a prefix that nobody else uses."""
    return run_plan(url, prefix, draw_plan(seed))


def run_plan(url: str, prefix: str, plan: Plan) -> Report:
    """The report of this schedule."""
    loop = VirtualLoop(Random(f"order {plan.seed}"))
    trace, weather = Trace(loop.time), Weather(Random(f"weather {plan.seed}"), plan.mishap)
    app = make_app(plan.queues, plan.shared)
    witness = Witness([Keys(prefix, SLOT, name) for name in app.queues], trace, loop.time)
    server = Server(url, loop, witness, FakeClock().now_us() // 1_000_000 * 1_000_000)
    world = World(
        loop=loop,
        network=Network(loop, server, weather),
        trace=trace,
        ledger=Ledger(trace, loop.time),
        sink=Sink(),
        random=Random(f"world {plan.seed}"),
        clock=LoopClock(loop),
        prefix=prefix,
    )
    course = Course(plan, world, app, server)
    wrong: list[str] = []
    with _service_faults(wrong):
        try:
            loop.run(course.run(), LIMIT_S)
        except AssertionError as error:
            wrong.append(f"stuck: {error}; {', '.join(course.unended)}")
        finally:
            for process in course.crew.processes:
                for puppet in process.threads:
                    puppet.end()
        case = Case(url, plan, world, course, witness.facts)
        wrong += judge(case) if not wrong else []
    loop.close()
    server.close()
    met = course.met + Counter(kind for _, _, kind in weather.met)
    return Report(plan.seed, wrong, met, loop.time(), len(world.ledger.executions), case.recoveries_s, trace.text)


class _Faults(logging.Handler):
    """Keeps what a service tells with a traceback: an error that nobody expected."""

    def __init__(self, found: list[str]) -> None:
        super().__init__()
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info is not None and record.exc_info[1] is not None:
            self._found.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


@contextmanager
def _service_faults(found: list[str]) -> Generator[None]:
    """The engine's log goes nowhere for as long as this lasts, but for unexpected errors."""
    logger, handler = logging.getLogger("engine"), _Faults(found)
    propagate, level = logger.propagate, logger.level
    logger.propagate = False
    logger.setLevel(logging.ERROR)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
