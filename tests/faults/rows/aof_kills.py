"""F11: Redis killed by SIGKILL under load, with its append-only file forced to disk always or every second."""

from __future__ import annotations

import asyncio
import time

from msgspec import Struct, field

from tests.faults.crew import Crew, open_crew
from tests.faults.evidence import Evidence
from tests.faults.figures import Figures, Limits, RowReport, spread
from tests.faults.house import House, open_house
from tests.faults.judge import judge
from tests.faults.outage import BACK_S, EVERYONE_S, LEASE_S, LONG_S, SWEEP_S, away, until_everyone, until_flowing
from tests.faults.plan import Plan
from tests.faults.rows.playing import play_row
from tests.faults.steady import Steady

TITLE = "kill -9 of Redis with its append-only file"
_WORKERS, _PLACES = 3, 8
_LONG_EVERY = 10
_FSYNC = ("always", "everysec")


class Lives(Struct):
    """How Redis lived and died."""

    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_FSYNC, 0))
    back_s: list[float] = field(default_factory=list[float])
    """From each return to the next job that completed."""
    everyone_s: list[float] = field(default_factory=list[float])
    """The same to the next delivery of each worker."""


def run(plan: Plan) -> RowReport:
    """Redis died and came back again and again; what it had answered was there, and nobody was charged."""
    few = max(1, _kills(plan) // 4)
    limits = Limits(
        at_most={
            "crashes_charged": 0,
            "failed": 0,
            "repeated_executions": 0,
            "refusals": 0,
            "back_max_s": BACK_S,
            "everyone_back_max_s": EVERYONE_S,
        },
        at_least={"kills": _kills(plan), **{f"kills_{name}": few for name in _FSYNC}},
    )
    return play_row(plan, TITLE, limits, _play)


def _kills(plan: Plan) -> int:
    return plan.size(small=2, ci=20, release=200)


async def _play(plan: Plan) -> tuple[Figures, bool]:
    lives = Lives()
    async with open_house(plan, lease_s=LEASE_S, sweep_s=SWEEP_S, concurrency=_PLACES) as house:
        steady = Steady(house, plan.random("jobs"), long_s=plan.size(small=(1, 2), ci=(2, 5), release=(2, 5)))
        async with open_crew(house, _WORKERS) as crew:
            killing = asyncio.create_task(_kill_many(house, crew, lives, plan))
            await steady.run(lambda: not killing.done())
            await killing
            drained = await house.drain(within_s=60)
            await crew.let_go()
        evidence = await house.evidence()
    return _count(evidence, lives, steady), drained


async def _kill_many(house: House, crew: Crew, lives: Lives, plan: Plan) -> None:
    """Each life of Redis has its own setting, by chance but for the first of each, and ends a moment after it works."""
    random = plan.random("kills")
    await until_flowing(house, time.monotonic())
    for n in range(_kills(plan)):
        fsync = _FSYNC[n] if n < len(_FSYNC) else random.choice(_FSYNC)
        house.store.command("CONFIG", "SET", "appendfsync", fsync)
        await asyncio.sleep(random.uniform(0.1, 1.2))
        lives.kills[fsync] += 1
        away_s = LONG_S if n % _LONG_EVERY == _LONG_EVERY - 1 else random.choice((0, random.uniform(0, 2)))
        back_s, back_us = await away(house, "redis_kill", away_s)
        lives.back_s.append(await until_flowing(house, back_s))
        lives.everyone_s += await until_everyone(house, crew, back_us)


def _count(evidence: Evidence, lives: Lives, steady: Steady) -> Figures:
    back = spread(lives.back_s)
    everyone = spread(lives.everyone_s)
    return judge(evidence).with_more(
        kills=sum(lives.kills.values()),
        **{f"kills_{name}": float(count) for name, count in lives.kills.items()},
        refusals=steady.refusals.total(),
        back_p50_s=round(back.p50, 3),
        back_p99_s=round(back.p99, 3),
        back_max_s=round(back.max, 3),
        everyone_back_p50_s=round(everyone.p50, 3),
        everyone_back_p99_s=round(everyone.p99, 3),
        everyone_back_max_s=round(everyone.max, 3),
    )
