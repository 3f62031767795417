"""PG: the PostgreSQL that has the effects dies while workers have transactions open in it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from random import Random
from typing import Literal

import asyncpg
from msgspec import Struct, field
from msgspec.structs import replace

from engine import State
from jobs.embedded import EmbeddedPostgres
from tests.faults.book import Book, open_book
from tests.faults.crew import open_crew
from tests.faults.evidence import Evidence, Fault
from tests.faults.figures import Figures, Limits, RowReport
from tests.faults.house import House, Task, open_house
from tests.faults.judge import judge
from tests.faults.plan import Plan
from tests.faults.play import BOOK_VARIABLE, Part
from tests.faults.rows.playing import play_row
from tests.support.servers import scratch
from tests.support.wait import eventually

TITLE = "PostgreSQL killed in mid-transaction"
_WORKERS, _PLACES, _AHEAD = 3, 4, 60
_OPEN = 3
"""So many transactions are open at each kill."""
_SETTINGS = {"fsync": "off", "full_page_writes": "off"}
"""A killed process leaves all that was written to the kernel: a commit stays one."""
How = Literal["killed", "stopped_at_once", "backend_killed"]
_HOWS: tuple[How, ...] = ("killed", "stopped_at_once", "backend_killed")


class Kills(Struct):
    """What was done to the server, and the transactions that were open then."""

    hows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_HOWS, 0))
    open: int = 0


def run(plan: Plan) -> RowReport:
    """Each job that an outage of its database met made its effect once, whole, at the cost of an attempt each time."""
    kills = _kills(plan)
    limits = Limits(
        at_most={
            "failed": 0,
            "crashes_charged": 0,
            "refused_settles": 0,
            "half_effects": 0,
            "attempts_otherwise": 0,
            "repeats_without_error": 0,
        },
        at_least={
            **{how: kills // len(_HOWS) for how in _HOWS},
            "open_transactions": _OPEN * kills,
            "attempts_charged": _OPEN * kills // 2,
        },
    )
    return play_row(plan, TITLE, limits, _play)


def _kills(plan: Plan) -> int:
    return plan.size(small=3, ci=15, release=150)


async def _play(plan: Plan) -> tuple[Figures, bool]:
    kills = Kills()
    async with open_house(plan, concurrency=_PLACES) as house:
        with scratch() as directory, EmbeddedPostgres(directory, settings=_SETTINGS) as postgres:
            async with open_book(postgres.url) as effects:
                house.theatre.env[BOOK_VARIABLE] = effects.url
                async with open_crew(house, _WORKERS) as crew:
                    killing = asyncio.create_task(_kill_many(house, postgres, effects, kills, plan))
                    await _produce(house, killing, plan.random("jobs"))
                    await killing
                    drained = await house.drain(within_s=60)
                    await crew.let_go()
                evidence = replace(await house.evidence("linger"), effects=await effects.effects())
                halves = await effects.halves()
    return _count(evidence, kills, halves), drained


async def _produce(house: House, killing: asyncio.Task[None], random: Random) -> None:
    """Jobs were put while the kills went on: half of them keep the transaction of their effect open for a while."""
    wave = 0
    while not killing.done():
        tasks = [
            Task(f"t{wave}-{n}", Part("linger", round(random.uniform(0, 0.1), 3), round(random.uniform(0, 0.6), 3)))
            for n in range(20)
        ]
        await house.put_all(tasks, "patient")
        wave += 1
        await house.until_room(_AHEAD)


async def _kill_many(house: House, postgres: EmbeddedPostgres, effects: Book, kills: Kills, plan: Plan) -> None:
    """The server went down so often in mid-transaction, in each way in turn, and came back after a moment."""
    random = plan.random("kills")
    for n in range(_kills(plan)):
        await asyncio.sleep(random.uniform(0.3, 1.5))
        pids = await eventually(lambda: _open(effects), within_s=30)
        kills.open += len(pids)
        how = _HOWS[n % len(_HOWS)]
        kills.hows[how] += 1
        house.faults.append(Fault("postgres_kill", postgres.pid, time.time_ns() // 1000))
        if how == "backend_killed":
            os.kill(random.choice(pids), signal.SIGKILL)
            await eventually(postgres.ready, within_s=30)
            continue
        if how == "stopped_at_once":
            os.kill(postgres.pid, signal.SIGQUIT)
            await asyncio.to_thread(postgres.stop)
        else:
            await asyncio.to_thread(postgres.kill)
        await asyncio.sleep(random.uniform(0, 1.5))
        await asyncio.to_thread(postgres.start)


async def _open(effects: Book) -> list[int]:
    """The processes with an open transaction; none if too few have one, or the server does not say yet."""
    try:
        found = await effects.open_transactions()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return []
    return found if len(found) >= _OPEN else []


def _count(evidence: Evidence, kills: Kills, halves: int) -> Figures:
    ended = evidence.marks("end")
    ids = [job for job, final in evidence.finals.items() if final.state is State.COMPLETED]
    errors = {job: sum((job, each.fence) not in ended for each in evidence.starts.get(job, [])) for job in ids}
    attempts = {job: evidence.finals[job].attempts for job in ids}
    return judge(evidence).with_more(
        **{how: float(count) for how, count in kills.hows.items()},
        open_transactions=kills.open,
        half_effects=halves,
        attempts_charged=sum(attempts.values()) - len(ids),
        attempts_most=max(attempts.values(), default=0),
        attempts_otherwise=sum(attempts[job] != errors[job] + 1 for job in ids),
        repeats_without_error=sum(len(evidence.starts[job]) != attempts[job] for job in ids),
    )
