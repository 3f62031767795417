"""F8: Redis at its maxmemory under load, where it refuses; and with a policy by which it would forget instead."""

from __future__ import annotations

import asyncio
import re
import shlex
from random import Random

import msgspec
from msgspec import Struct, field

from tests.faults.crew import Crew, open_crew
from tests.faults.evidence import Evidence
from tests.faults.figures import Figures, Limits, RowReport, spread
from tests.faults.house import House, Task, open_house
from tests.faults.judge import judge
from tests.faults.outage import BACK_S, LEASE_S, SWEEP_S, until_flowing
from tests.faults.plan import Plan
from tests.faults.play import QUEUE
from tests.faults.rows.playing import play_row
from tests.faults.steady import Steady

TITLE = "maxmemory reached, and a policy that forgets"
_WORKERS, _PLACES = 2, 8
_PLENTY, _LITTLE = 512 << 20, 1 << 20
_ROOM = 256 << 10
"""What is left to fill: a few hundred jobs."""
_REFUSALS, _MOST_JOBS = 3, 2_000
"""So often Redis refuses before it counts as full; and so many jobs it would take that never does."""
_REFUSED_WITHIN_S = 1.0
_NOTES_DROPPED = re.compile(r"(\d+) notes dropped: Redis stores nothing more")
_POLICIES = ("allkeys-lru", "volatile-ttl")


class Fullness(Struct):
    """What happened while Redis was full, and after."""

    times: int = 0
    completed: int = 0
    """Jobs that completed while it was full: acquired, run and settled."""
    left: int = 0
    """Acknowledged jobs that did not complete while it was full."""
    stored: int = 0
    """Jobs of refused enqueues that were stored all the same."""
    back_s: list[float] = field(default_factory=list[float])


def run(plan: Plan) -> RowReport:
    """Redis was full again and again: it refused new jobs, and nothing else stood still."""
    times = plan.size(small=2, ci=12, release=120)
    limits = Limits(
        at_most={
            "failed": 0,
            "crashes_charged": 0,
            "repeated_executions": 0,
            "refused_settles": 0,
            "refused_otherwise": 0,
            "refused_yet_stored": 0,
            "refusal_max_s": _REFUSED_WITHIN_S,
            "left_while_full": 0,
            "back_max_s": BACK_S,
        },
        at_least={
            "times_full": times,
            "refused_enqueues": _REFUSALS * times,
            "completed_while_full": 20 * times,
            "notes_dropped": times,
            "policies_warned": len(_policies(plan)),
            "policies_failed_by_doctor": len(_policies(plan)),
            "policies_mended": len(_policies(plan)),
        },
    )
    return play_row(plan, TITLE, limits, _play)


def _policies(plan: Plan) -> tuple[str, ...]:
    return plan.size(small=_POLICIES[:1], ci=_POLICIES, release=_POLICIES)


async def _play(plan: Plan) -> tuple[Figures, bool]:
    full, random = Fullness(), plan.random("jobs")
    async with open_house(plan, lease_s=LEASE_S, sweep_s=SWEEP_S, concurrency=_PLACES) as house:
        steady = Steady(house, random, long_s=(0.5, 2.0))
        async with open_crew(house, _WORKERS) as crew:
            for _ in range(plan.size(small=2, ci=12, release=120)):
                await _fill(house, steady, full)
                await _make_room(house, steady, full, random)
            policies = [await _forgetful(house, policy) for policy in _policies(plan)]
            drained = await house.drain(within_s=60)
            dropped = sum(_notes_dropped(crew))
            await crew.let_go()
        evidence = await house.evidence()
    return _count(evidence, full, steady, dropped).with_more(
        policies_warned=sum(warned for warned, _, _ in policies),
        policies_failed_by_doctor=sum(failed for _, failed, _ in policies),
        policies_mended=sum(mended for _, _, mended in policies),
    ), drained


async def _fill(house: House, steady: Steady, full: Fullness) -> None:
    """Jobs were put until Redis refused them; then all that it had taken was acquired, ran and completed."""
    house.store.command("CONFIG", "SET", "maxmemory", _used(house) + _ROOM)
    refusals, most = steady.refusals.total() + _REFUSALS, steady.put + _MOST_JOBS
    await steady.run(lambda: steady.refusals.total() < refusals and steady.put < most)
    full.times += steady.refusals.total() >= refusals
    # What ends frees a little: it is to stay full.
    house.store.command("CONFIG", "SET", "maxmemory", _LITTLE)
    full.stored += sum(house.store.command("EXISTS", f"{house.keys.job}{task.id}") for task in steady.refused)
    completed = int(house.store.command("ZCARD", house.keys.completed))
    if not await house.drain(within_s=30):
        full.left += int(house.store.command("HLEN", house.keys.active)) + 1
    full.completed += int(house.store.command("ZCARD", house.keys.completed)) - completed


async def _make_room(house: House, steady: Steady, full: Fullness, random: Random) -> None:
    """Redis has memory again, and takes the jobs that it had refused."""
    house.store.command("CONFIG", "SET", "maxmemory", _PLENTY)
    began_s = asyncio.get_running_loop().time()
    again, steady.refused = steady.refused, list[Task]()
    random.shuffle(again)
    flowing = asyncio.create_task(until_flowing(house, began_s))
    await asyncio.sleep(0)
    await steady.offer(again, asked=True)
    await steady.offer([steady.task()])
    full.back_s.append(await flowing)


async def _forgetful(house: House, policy: str) -> tuple[bool, bool, bool]:
    """Whether a worker warns of this policy at its start, `doctor` fails for it, and its command mends it."""
    house.store.command("CONFIG", "SET", "maxmemory-policy", policy)
    async with open_crew(house, 1) as crew:
        warned = bool(crew.at_work[0].lines(f"maxmemory-policy is {policy}"))
        await crew.let_go()
    told = await asyncio.to_thread(house.theatre.engine, "doctor", "--json", "--queue", QUEUE)
    findings = [each for each in msgspec.json.decode(told.stdout)["findings"] if policy in each["text"]]
    failed = told.returncode == 1 and [each["level"] for each in findings] == ["fail"]
    if findings:
        # The words after `redis-cli -u URL`.
        house.store.command(*shlex.split(findings[0]["mend"], comments=True)[3:])
    mended = await asyncio.to_thread(house.theatre.engine, "doctor", "--json", "--queue", QUEUE)
    return warned, failed, policy not in mended.stdout


def _used(house: House) -> int:
    """What Redis compares with its maxmemory."""
    found = re.search(rb"used_memory:(\d+)", house.store.command("INFO", "memory"))
    assert found is not None
    return int(found[1])


def _notes_dropped(crew: Crew) -> list[int]:
    lines = [line for worker in crew.at_work for line in worker.lines("notes dropped")]
    return [int(found[1]) for line in lines if (found := _NOTES_DROPPED.search(line))]


def _count(evidence: Evidence, full: Fullness, steady: Steady, dropped: int) -> Figures:
    back = spread(full.back_s)
    return judge(evidence).with_more(
        times_full=full.times,
        refused_enqueues=steady.refusals["StoreFull"],
        refused_otherwise=steady.refusals.total() - steady.refusals["StoreFull"],
        refused_yet_stored=full.stored,
        refusal_max_s=round(max(steady.refusal_s, default=0.0), 3),
        completed_while_full=full.completed,
        left_while_full=full.left,
        notes_dropped=dropped,
        back_p50_s=round(back.p50, 3),
        back_max_s=round(back.max, 3),
    )
