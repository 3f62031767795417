"""F1: workers killed by SIGKILL at random moments, under load."""

from __future__ import annotations

import asyncio
from random import Random

from tests.faults.crew import Crew, open_crew
from tests.faults.figures import Figures, Limits, RowReport
from tests.faults.house import RECOVERY_S, House, open_house
from tests.faults.judge import judge
from tests.faults.load import Load, produce
from tests.faults.plan import Plan
from tests.faults.rows.playing import play_row

TITLE = "random kill -9 of workers"
LIMITS = Limits(at_most={"recovery_s.max": RECOVERY_S}, at_least={"held_share": 0.6})
_WORKERS = 5


def run(plan: Plan) -> RowReport:
    """Workers were killed all the while that jobs were there; each dead one was replaced."""
    return play_row(plan, TITLE, LIMITS, _play)


async def _play(plan: Plan) -> tuple[Figures, bool]:
    load = Load(jobs=plan.size(small=700, ci=10_000, release=100_000), mean_s=0.2)
    kills = plan.size(small=6, ci=100, release=1_000)
    async with open_house(plan, concurrency=5) as house:
        async with open_crew(house, _WORKERS) as crew:
            killing = asyncio.create_task(_kill_many(house, crew, kills, plan.random("kills"), load.jobs))
            await produce(house, load, plan.random("load"), lambda: not killing.done())
            await killing
            drained = await house.drain(within_s=60)
            await crew.let_go()
        return judge(await house.evidence()), drained


async def _kill_many(house: House, crew: Crew, kills: int, random: Random, jobs: int) -> None:
    """The kills are spread over the whole load: each falls when so many jobs have ended, a moment later by chance."""
    for n in range(kills):
        await house.until_ended(jobs * (n + 1) // (kills + 2))
        await asyncio.sleep(random.uniform(0, 0.1))
        crew.kill(random.choice(crew.at_work))
        await crew.hire()
