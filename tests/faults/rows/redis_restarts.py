"""F7: Redis restarted, and robbed of scripts, groups, streams, keys, everything, and of the right time, under load."""

from __future__ import annotations

import asyncio
import shlex
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from engine import Spec
from tests.faults.crew import Crew, open_crew
from tests.faults.evidence import Evidence, Fault, ServerFault
from tests.faults.figures import Figures, Limits, RowReport, spread
from tests.faults.house import House, open_house
from tests.faults.judge import judge
from tests.faults.outage import BACK_S, EVERYONE_S, LEASE_S, LONG_S, SWEEP_S, away, until_everyone, until_flowing
from tests.faults.plan import Plan
from tests.faults.play import QUEUE, Part
from tests.faults.rows.playing import play_row
from tests.faults.steady import Steady
from tests.faults.tamper import Before, look, step_clock, strike
from tests.support.wait import eventually

TITLE = "Redis restarted, flushed, robbed of groups, streams and keys; clock steps"
_WORKERS, _PLACES = 3, 8
_STREAMS = ("ready", "again", "suspect")
_KEYS = (
    *("ready", "active", "control", "events", "delayed", "completed"),
    *("wake", "again", "suspect", "failed", "cancelled", "bad"),
)
"""Every key of a queue; the first ones are in the way of each job."""
_LONG_EVERY = 5
_AGAIN = 4
"""So many jobs run when all is flushed, and are put again at once, while their handlers still run."""


class Seen(Struct):
    """What became of the incidents beside what the house knows."""

    back_s: list[float] = field(default_factory=list[float])
    """From the end of each incident to the next job that completed."""
    everyone_s: list[float] = field(default_factory=list[float])
    """From the end of each restart to the next delivery of each worker."""
    flushes: list[Before] = field(default_factory=list[Before])
    again: set[str] = field(default_factory=set[str])
    """Jobs that were flushed and put again, and not flushed again."""
    stuck_before_flush: int = 0
    """Jobs that incidents kept from ending for 30 s, and that a flush then took."""
    wrong_keys_told: int = 0
    """Keys of a wrong type that `doctor` named with a command that mended it."""
    repaired: int = 0
    """Repairs that `doctor --repair` told of."""


def run(plan: Plan) -> RowReport:
    """Whatever Redis lost but records, it was told or made anew, and each job ran; what was flushed stayed away."""
    kinds = _kinds(plan)
    limits = Limits(
        at_most={
            "failed": 0,
            "crashes_charged": 0,
            "stuck_before_flush": 0,
            "flushed_crashes": 0,
            "flushed_failed": 0,
            "refusals_otherwise": 0,
            "tracebacks": 0,
            "fences_fell": 0,
            "unrefused_after_flush": 0,
            "put_again_missing": 0,
            "wrong_keys_untold": 0,
            "back_max_s": BACK_S,
            "everyone_back_max_s": EVERYONE_S,
        },
        at_least={
            **{f"by_{kind}": float(count) for kind, count in kinds.items()},
            "repaired": kinds["delete_stream"],
            "flushed": kinds["flush_all"],
            "flushed_unended": _AGAIN * kinds["flush_all"],
        },
    )
    return play_row(plan, TITLE, limits, _play)


def _kinds(plan: Plan) -> dict[ServerFault, int]:
    """How many of each."""
    return {
        "restart": plan.size(small=1, ci=10, release=200),
        "flush_scripts": plan.size(small=1, ci=4, release=50),
        "clock_step": plan.size(small=1, ci=6, release=50),
        "destroy_group": plan.size(small=1, ci=5, release=50),
        "delete_stream": plan.size(small=1, ci=4, release=40),
        "wrong_type": plan.size(small=1, ci=len(_KEYS), release=5 * len(_KEYS)),
        "flush_all": plan.size(small=1, ci=2, release=30),
    }


async def _play(plan: Plan) -> tuple[Figures, bool]:
    seen = Seen()
    async with open_house(plan, lease_s=LEASE_S, sweep_s=SWEEP_S, concurrency=_PLACES) as house:
        steady = Steady(house, plan.random("jobs"), long_s=plan.size(small=(1, 2), ci=(2, 5), release=(2, 5)))
        async with open_crew(house, _WORKERS) as crew:
            striking = asyncio.create_task(_strike_all(house, crew, seen, plan))
            await steady.run(lambda: not striking.done())
            await striking
            drained = await house.drain(within_s=60)
            await crew.let_go()
        return _count(await house.evidence(), seen, steady, crew), drained


async def _strike_all(house: House, crew: Crew, seen: Seen, plan: Plan) -> None:
    """All incidents, one after the other in an order by chance, each once jobs complete again after the one before."""
    random = plan.random("incidents")
    incidents: list[ServerFault] = [kind for kind, count in _kinds(plan).items() for _ in range(count)]
    random.shuffle(incidents)
    keys = [_KEYS[n % len(_KEYS)] for n in range(incidents.count("wrong_type"))]
    random.shuffle(keys)
    robbers: dict[ServerFault, Callable[[], Awaitable[None]]] = {
        "flush_scripts": lambda: _flush_scripts(house),
        "clock_step": lambda: _step_clock(house, random),
        "destroy_group": lambda: _destroy_group(house, random),
        "delete_stream": lambda: _delete_stream(house, seen, random),
        "wrong_type": lambda: _put_wrong_type(house, seen, keys.pop(), random),
        "flush_all": lambda: _flush_all(house, seen),
    }
    await until_flowing(house, time.monotonic())
    restarts = 0
    for kind in incidents:
        await asyncio.sleep(random.uniform(0, 0.5))
        if kind == "restart":
            restarts += 1
            away_s = LONG_S if restarts % _LONG_EVERY == 0 else random.choice((0, random.uniform(0, 3)))
            back_s, back_us = await away(house, kind, away_s)
        else:
            await robbers[kind]()
            back_s, back_us = time.monotonic(), time.time_ns() // 1000
        seen.back_s.append(await until_flowing(house, back_s))
        if kind == "restart":
            seen.everyone_s += await until_everyone(house, crew, back_us)


async def _flush_scripts(house: House) -> None:
    house.store.command("SCRIPT", "FLUSH")
    house.faults.append(Fault("flush_scripts", house.valkey.pid, time.time_ns() // 1000))


async def _step_clock(house: House, random: Random) -> None:
    step_clock(house, random.choice((1, 1, -1)) * random.uniform(LEASE_S, 4 * LEASE_S))


async def _destroy_group(house: House, random: Random) -> None:
    stream = random.choices(_STREAMS, (4, 1, 1))[0]
    strike(house, "destroy_group", "XGROUP", "DESTROY", getattr(house.keys, stream), "workers")


async def _delete_stream(house: House, seen: Seen, random: Random) -> None:
    """A stream was gone, and with it what waited there; `doctor --repair` has built it again from the records."""
    await eventually(lambda: house.store.command("XLEN", house.keys.ready) > 0, within_s=30)
    strike(house, "delete_stream", "DEL", house.keys.ready)
    await asyncio.sleep(random.uniform(0, 1))
    seen.repaired += len((await _doctor(house, "--repair"))["repaired"])


async def _put_wrong_type(house: House, seen: Seen, name: str, random: Random) -> None:
    """A key of the queue held something else until the command was run that `doctor` names, and its repair."""
    key = getattr(house.keys, name)
    strike(house, "wrong_type", "SET", key, "something else")
    await asyncio.sleep(random.uniform(0, 1))
    findings = (await _doctor(house))["findings"]
    mends = [each["mend"] for each in findings if each["level"] == "fail" and f"its key {key} holds" in each["text"]]
    # The words after `redis-cli -u URL`.
    words = shlex.split(mends[0], comments=True)[3:] if mends else ["DEL", key]
    house.store.command(*words)
    await _doctor(house, "--repair")
    house.store.command("DEL", words[-1])
    seen.wrong_keys_told += bool(mends)


async def _flush_all(house: House, seen: Seen) -> None:
    """Everything was gone while jobs ran; some of these were put again at once under their ids."""
    # What is flushed tells nothing any more of the incidents before: they are over by then, and jobs go on.
    before = look(house).unended
    with suppress(AssertionError):
        await eventually(lambda: not before & look(house).unended, within_s=30, every_s=0.2)
    seen.stuck_before_flush += len(before & look(house).unended)
    flush = len(seen.flushes)
    ids, part = [f"again{flush}-{n}" for n in range(_AGAIN)], Part("work", 1.5)
    await house.put(part, *ids)
    await eventually(lambda: set(ids) <= house.held().keys(), within_s=30)
    seen.flushes.append(strike(house, "flush_all", "FLUSHALL"))
    seen.again -= seen.flushes[-1].states.keys()
    job = house.app.queues[QUEUE].find("part")
    for ticket in await house.client.enqueue_many(job, [Spec(part, each) for each in ids]):
        await house.book.acknowledge_again(ticket.id, ticket.run)
        seen.again.add(ticket.id)


async def _doctor(house: House, *words: str) -> dict[str, Any]:
    """What `doctor` said of the queue."""
    told = await asyncio.to_thread(house.theatre.engine, "doctor", "--json", "--queue", QUEUE, *words)
    assert told.returncode in (0, 1), told.stderr
    found: dict[str, Any] = msgspec.json.decode(told.stdout)
    return found


def _count(evidence: Evidence, seen: Seen, steady: Steady, crew: Crew) -> Figures:
    forgotten = frozenset(job for flush in seen.flushes for job in flush.states)
    flushed = {ticket.id for ticket in evidence.acknowledged} & forgotten - seen.again
    back = spread(seen.back_s)
    everyone = spread(seen.everyone_s)
    held = sum(len(flush.held) for flush in seen.flushes)
    figures = judge(replace(evidence, forgotten=forgotten))
    return figures.with_more(
        **{f"by_{kind}": float(count) for kind, count in figures.faults.items()},
        refusals=steady.refusals.total(),
        refusals_otherwise=steady.refusals.total() - steady.refusals["StoreMisused"],
        flushed=len(flushed),
        flushed_unended=sum(len(flush.unended) for flush in seen.flushes),
        flushed_held=held,
        stuck_before_flush=seen.stuck_before_flush,
        flushed_crashes=sum(flush.crashes for flush in seen.flushes),
        flushed_failed=sum(state == "failed" for flush in seen.flushes for state in flush.states.values()),
        unrefused_after_flush=max(0, held - evidence.refused_settles),
        put_again=len(seen.again),
        put_again_missing=len(seen.again - evidence.finals.keys()),
        fences_fell=_fences_fell(evidence, seen.flushes),
        wrong_keys_untold=figures.faults.get("wrong_type", 0) - seen.wrong_keys_told,
        repaired=seen.repaired,
        tracebacks=sum(worker.text().count("Traceback") for worker in crew.at_work),
        made_anew=sum(len(worker.lines("are made anew")) for worker in crew.at_work),
        back_p50_s=round(back.p50, 3),
        back_p99_s=round(back.p99, 3),
        back_max_s=round(back.max, 3),
        everyone_back_p50_s=round(everyone.p50, 3),
        everyone_back_p99_s=round(everyone.p99, 3),
        everyone_back_max_s=round(everyone.max, 3),
    )


def _fences_fell(evidence: Evidence, flushes: list[Before]) -> int:
    """Deliveries and runs that began after a flush, with a fence that is not above all that were given before it."""
    moments = [fault.at_us for fault in evidence.faults if fault.kind == "flush_all"]
    fell = sum(final.run <= flushes[-1].fence for final in evidence.finals.values()) if flushes else 0
    for flush, moment in zip(flushes, moments, strict=True):
        for entry in evidence.executions:
            begun = entry.event == "start" and entry.at_us > moment and flush.held.get(entry.id) != entry.fence
            fell += begun and entry.fence <= flush.fence
    return fell
