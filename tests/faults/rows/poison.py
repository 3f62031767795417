"""F6: jobs that end their process every time: by exit, signal, memory, or a loop that never lets go."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random
from typing import Literal

from engine import State
from tests.faults.crew import Crew, open_crew
from tests.faults.evidence import Evidence
from tests.faults.figures import Figures, Limits, RowReport
from tests.faults.house import House, Task, open_house
from tests.faults.judge import judge
from tests.faults.plan import Plan
from tests.faults.play import ATTEMPTS, Part
from tests.faults.rows.playing import play_row

TITLE = "poison jobs among healthy ones"
_WORKERS, _PLACES = 5, 6
_LEASE_S, _SWEEP_S = 1.0, 0.25
Poison = Literal["exit", "segfault", "hog", "spin"]
POISONS: tuple[Poison, ...] = ("exit", "segfault", "hog", "exit", "segfault", "hog", "spin")
"""What kills, in turn; a spinning process is ended only once its job's time and grace are over."""


def run(plan: Plan) -> RowReport:
    """Each poison job ended failed after exactly max_crashes, and nobody beside it did."""
    poison, hungry = _sizes(plan)
    limits = Limits(
        at_most={"poison_otherwise": 0, "hungry_otherwise": 0, "quarantined_by_faults": 0},
        at_least={"poison": poison, "hungry": hungry, "completed": poison * 20},
    )
    return play_row(plan, TITLE, limits, _play)


def _sizes(plan: Plan) -> tuple[int, int]:
    """How many poison jobs, and how many that ask for more memory than there is and are refused."""
    return plan.size(small=3, ci=50, release=500), plan.size(small=1, ci=5, release=50)


async def _play(plan: Plan) -> tuple[Figures, bool]:
    poison, hungry = _sizes(plan)
    random = plan.random("poison")
    async with open_house(plan, concurrency=_PLACES, lease_s=_LEASE_S, sweep_s=_SWEEP_S) as house:
        async with open_crew(house, _WORKERS) as crew:
            producing = asyncio.create_task(_produce(house, random, poison, hungry))
            deaths = await _replace_the_dead(house, crew, producing, poison)
            drained = await house.drain(within_s=60)
            await crew.let_go()
        evidence = await house.evidence(*POISONS, "hungry")
    return _count(judge(evidence), evidence, deaths), drained


async def _produce(house: House, random: Random, poison: int, hungry: int) -> None:
    """A few poison jobs at a time, each among twenty healthy ones."""
    for n in range(poison):
        tasks = [Task(f"h{n}-{i}", Part("work", round(random.uniform(0.05, 0.5), 3))) for i in range(20)]
        do = POISONS[n % len(POISONS)]
        if n * hungry // poison != (n + 1) * hungry // poison:
            tasks.append(Task(f"hungry{n}", Part("hungry")))
        random.shuffle(tasks)
        await house.put_all(tasks)
        delay_s = round(random.uniform(0, 0.1), 3)
        await house.put(Part(do, delay_s), f"poison{n}", job="hurried" if do == "spin" else "part")
        await house.until_ended((n - 4) * 21)


async def _replace_the_dead(house: House, crew: Crew, producing: asyncio.Task[None], poison: int) -> Counter[int]:
    """Every job has ended and holds no process; how often processes ended with which status meanwhile."""
    deaths: Counter[int] = Counter()
    spinning = [f"poison{n}" for n in range(poison) if POISONS[n % len(POISONS)] == "spin"]
    while not (producing.done() and await house.nothing_left()) or crew.caught_in(spinning):
        dead = crew.bury()
        deaths.update(worker.status or 0 for worker, _ in dead)
        crew.send_for(len(dead))
        await asyncio.sleep(0.02)
    await producing
    return deaths


def _count(figures: Figures, evidence: Evidence, deaths: Counter[int]) -> Figures:
    poison = [asked.id for asked in evidence.asked if asked.part in POISONS]
    hungry = [asked.id for asked in evidence.asked if asked.part == "hungry"]
    quarantined = (State.FAILED, evidence.max_crashes, 0)
    ends = {job: (final.state, final.crashes, final.attempts) for job, final in evidence.finals.items()}
    return figures.with_more(
        poison=len(poison),
        poison_otherwise=sum(ends[job] != quarantined for job in poison),
        hungry=len(hungry),
        hungry_otherwise=sum((ends[job][0], ends[job][2]) != (State.FAILED, ATTEMPTS) for job in hungry),
        **{f"exits_{status}": float(count) for status, count in sorted(deaths.items())},
    )
