"""F5: workers that stand still longer than their lease and come back; blocked loops; handlers that do not stop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

from engine import State
from tests.faults.crew import Crew, open_crew
from tests.faults.evidence import Evidence, Fault
from tests.faults.figures import Figures, Limits, RowReport
from tests.faults.house import RECOVERY_S, House, Task, open_house
from tests.faults.judge import judge
from tests.faults.plan import Plan
from tests.faults.play import HURRY_GRACE_S, HURRY_S, Part
from tests.faults.rows.playing import play_row
from tests.support.wait import eventually
from tests.support.workers import WorkerProcess

TITLE = "zombies, blocked loops, handlers that ignore their stop"
EXIT_BLOCKED = 70
SLOT_S = HURRY_S + HURRY_GRACE_S + 1.0
"""The promise: after this long the place of a handler that ignores its stop is free."""
_PLACES = 4


def run(plan: Plan) -> RowReport:
    """What came back found its jobs taken over, and changed nothing."""
    limits = Limits(
        at_most={
            "recovery_s.max": RECOVERY_S,
            "slot_freed_max_s": SLOT_S,
            "unrefused": 0,
            "blocked_otherwise": 0,
            "stubborn_otherwise": 0,
        },
        at_least={"zombies": _zombies(plan), "blocked_exits": 3, "stubborn": _PLACES},
    )
    return play_row(plan, TITLE, limits, _play)


def _zombies(plan: Plan) -> int:
    return plan.size(small=3, ci=100, release=1_000)


async def _play(plan: Plan) -> tuple[Figures, bool]:
    blocked = [f"blocked{n}" for n in range(plan.size(small=1, ci=4, release=40))]
    async with open_house(plan, concurrency=_PLACES) as house:
        async with open_crew(house, plan.size(small=6, ci=10, release=10)) as crew:
            zombies = await _freeze_many(house, crew, _zombies(plan), plan.random("zombies"))
            blocked_exits = await _block_loops(house, crew, blocked)
            await crew.let_go()
        stubborn = [await _ignore_stops(house, wave) for wave in range(plan.size(small=1, ci=3, release=30))]
        drained = await house.drain(within_s=60)
        evidence = await house.evidence("block", "stubborn")
    figures = judge(evidence).with_more(
        zombies=len(zombies),
        unrefused=max(0, sum(len(zombie.held) for zombie in zombies) - evidence.refused_settles),
        blocked=len(blocked),
        blocked_exits=blocked_exits,
        blocked_otherwise=sum(not _is_quarantined(evidence, job) for job in blocked),
        stubborn=_PLACES * len(stubborn),
        stubborn_otherwise=sum(not _is_timed_out(evidence, job) for job in evidence.starts if "stubborn" in job),
        slot_freed_max_s=round(max(stubborn), 3),
    )
    return figures, drained


async def _freeze_many(house: House, crew: Crew, count: int, random: Random) -> list[Fault]:
    """So many workers that held jobs stood still until each of these was elsewhere, and came back: half at once."""
    zombies: list[Fault] = []
    at_once = len(crew.at_work) // 2
    wave = 0
    while len(zombies) < count:
        ids = [f"z{wave}-{n}" for n in range(_PLACES * at_once)]
        wave += 1
        await house.put_all([Task(each, Part("work", round(random.uniform(0.4, 1.0), 3))) for each in ids])
        await eventually(lambda: len(_holders(house, crew)) >= at_once, within_s=10)
        chosen = random.sample(_holders(house, crew), at_once)
        zombies += [fault for fault in [crew.freeze(worker) for worker in chosen] if fault.held]
        await eventually(lambda: not any(house.held_by(worker.label) for worker in chosen), within_s=30)  # noqa: B023
        for worker in chosen:
            worker.resume()
        await house.until_all_ended(ids)
    return zombies


def _holders(house: House, crew: Crew) -> list[WorkerProcess]:
    return [worker for worker in crew.at_work if house.held_by(worker.label)]


async def _block_loops(house: House, crew: Crew, ids: Sequence[str]) -> int:
    """How many processes ended because a job blocked their loop past its time; each was replaced."""
    await house.put(Part("block", 60), *ids, job="hurried")
    neighbours = [f"beside{n}" for n in range(20 * len(ids))]
    await house.put(Part("work", 0.3), *neighbours)
    exits = 0
    while not await house.have_ended(ids) or crew.caught_in(ids):
        for worker, _ in crew.bury():
            exits += worker.status == EXIT_BLOCKED
            crew.send_for(1)
        await asyncio.sleep(0.02)
    await house.until_all_ended(neighbours)
    return exits


async def _ignore_stops(house: House, wave: int) -> float:
    """Seconds from the start of handlers that ignore their stop to the start of others in their places."""
    stubborn = [f"stubborn{wave}-{n}" for n in range(_PLACES)]
    after = [f"after{wave}-{n}" for n in range(_PLACES)]
    async with open_crew(house, 1, "--grace", "0") as crew:
        await house.put(Part("stubborn", 5), *stubborn, job="hurried")
        await eventually(lambda: set(stubborn) <= house.theatre.ledger.starts().keys(), within_s=10)
        await house.put(Part("work"), *after)
        await house.until_all_ended([*stubborn, *after])
        starts = house.theatre.ledger.starts()
        await crew.let_go()
    return max(starts[later][0].at_us - starts[job][0].at_us for job in stubborn for later in after) / 1_000_000


def _is_quarantined(evidence: Evidence, job: str) -> bool:
    final = evidence.finals[job]
    return (final.state, final.crashes, final.attempts) == (State.FAILED, evidence.max_crashes, 0)


def _is_timed_out(evidence: Evidence, job: str) -> bool:
    final = evidence.finals[job]
    return (final.state, final.crashes, final.attempts) == (State.FAILED, 0, 1)
