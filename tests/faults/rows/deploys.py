"""F4: rolling deploys under load: SIGTERM once or twice, in the start too, with a grace shorter or longer than jobs."""

from __future__ import annotations

import asyncio
import signal
import time
from random import Random

from msgspec import Struct, field

from tests.faults.crew import Crew, open_crew
from tests.faults.evidence import Evidence
from tests.faults.figures import Figures, Limits, RowReport, spread
from tests.faults.house import House, open_house
from tests.faults.judge import judge
from tests.faults.load import Load, produce
from tests.faults.plan import Plan
from tests.faults.rows.playing import play_row
from tests.support.workers import WorkerProcess

TITLE = "rolling deploys"
LIMITS = Limits(at_most={"crashes_charged": 0, "failed": 0, "told_within_grace": 0, "ended_badly": 0})
_WORKERS, _JOBS = 3, 300
_SHORT_S, _LONG_S = 0.3, 8.0
"""The two graces: half of the jobs outlast the first, none the second."""
_END_WITHIN_S = 30.0


class Ends(Struct):
    """How processes ended that were asked to stop."""

    patient: set[int] = field(default_factory=set[int])
    """Those with the long grace and one signal: their jobs have all the time they need."""
    beyond_grace_s: list[float] = field(default_factory=list[float])
    badly: int = 0
    in_start: int = 0


def run(plan: Plan) -> RowReport:
    """All workers were replaced again and again while jobs ran, and nobody was charged for it."""
    return play_row(plan, TITLE, LIMITS, _play)


async def _play(plan: Plan) -> tuple[Figures, bool]:
    deploys = plan.size(small=1, ci=20, release=200)
    load = Load(jobs=deploys * _JOBS, mean_s=0.3, ahead=_JOBS)
    random, ends = plan.random("deploys"), Ends()
    async with open_house(plan, concurrency=15) as house:
        async with open_crew(house, _WORKERS, "--grace", str(_LONG_S)) as crew:
            deploying = asyncio.create_task(_deploy_many(house, crew, deploys, random, ends))
            await produce(house, load, plan.random("load"), lambda: not deploying.done())
            await deploying
            drained = await house.drain(within_s=60)
            await crew.let_go()
        evidence = await house.evidence()
    return _count(judge(evidence), evidence, ends, deploys), drained


async def _deploy_many(house: House, crew: Crew, deploys: int, random: Random, ends: Ends) -> None:
    """One deploy after the other, each once the jobs of the one before have ended."""
    for n in range(deploys):
        await house.until_ended(_JOBS * n)
        await _deploy(crew, random, ends)


async def _deploy(crew: Crew, random: Random, ends: Ends) -> None:
    """Each worker has a successor at work before it is asked to stop; one more process is stopped in its start."""
    starting = asyncio.create_task(_stop_in_start(crew, random, ends))
    stopping: list[asyncio.Task[None]] = []
    for old in list(crew.at_work):
        short = random.random() < 0.5
        await crew.hire(1, *(("--grace", str(_SHORT_S)) if short else ()))
        stopping.append(asyncio.create_task(_stop(crew, old, random, ends)))
    await asyncio.gather(starting, *stopping)


async def _stop(crew: Crew, worker: WorkerProcess, random: Random, ends: Ends) -> None:
    grace_s = _SHORT_S if str(_SHORT_S) in worker.process.args else _LONG_S  # type: ignore[operator]
    twice = random.random() < 0.3
    if twice:
        grace_s = random.uniform(0, 0.2)
    elif grace_s == _LONG_S:
        ends.patient.add(worker.pid)
    asked = time.monotonic()
    crew.ask_to_stop(worker)
    if twice:
        await asyncio.sleep(grace_s)
        worker.signal(signal.SIGTERM)
    status = await crew.gone(worker, within_s=_END_WITHIN_S)
    # A second signal may come when the worker has ended and only the interpreter is left to be taken down.
    ends.badly += status not in ((0, -signal.SIGTERM) if twice else (0,))
    ends.beyond_grace_s.append(time.monotonic() - asked - grace_s)


async def _stop_in_start(crew: Crew, random: Random, ends: Ends) -> None:
    """A process that is asked to stop before it can listen to signals ends by the signal: it has nothing yet."""
    worker = crew.start()
    await asyncio.sleep(random.uniform(0, 0.8))
    in_start = not worker.lines("ready worker=")
    ends.in_start += in_start
    crew.ask_to_stop(worker)
    status = await crew.gone(worker, within_s=_END_WITHIN_S)
    ends.badly += status not in ((0, -signal.SIGTERM) if in_start else (0,))


def _count(figures: Figures, evidence: Evidence, ends: Ends, deploys: int) -> Figures:
    told = [entry for entry in evidence.executions if entry.event == "told"]
    beyond = spread(ends.beyond_grace_s)
    return figures.with_more(
        deploys=deploys,
        given_back=len(told),
        told_within_grace=sum(entry.pid in ends.patient for entry in told),
        stopped_in_start=ends.in_start,
        ended_badly=ends.badly,
        exit_beyond_grace_p99_s=round(beyond.p99, 3),
        exit_beyond_grace_max_s=round(beyond.max, 3),
    )
