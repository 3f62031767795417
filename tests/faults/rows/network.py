"""F3: a network that drops, delays, splits, resets and forgets, between Redis and everybody who speaks to it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from itertools import count

from msgspec import Struct

from engine import State
from tests.faults.crew import Crew, open_crew
from tests.faults.evidence import Evidence
from tests.faults.figures import Figures, Limits, RowReport, spread
from tests.faults.house import House, open_house
from tests.faults.impatient import Heard, open_producers
from tests.faults.judge import judge
from tests.faults.plan import Plan
from tests.faults.play import ATTEMPTS, Part
from tests.faults.proxy import KINDS, Dice, Proxy, open_proxy
from tests.faults.rows.playing import play_row
from tests.support.ledger import Entry

TITLE = "a network that drops, delays, splits, resets and forgets"
LEASE_S = 15.0
"""The engine's default. A lost delivery is given back from half of it on: then silence (three seconds and a beat) and
three more faults in a row (a beat each) would have to meet the same worker's renewals before a crash is charged."""
_WORKERS, _PLACES, _PRODUCERS, _AHEAD = 6, 8, 4, 150
_LONG = 2 * _WORKERS
_ASKED = ("enqueue", "acquire", "settle", "renew", "note")
_GIVEN_BACK = re.compile(r"(\d+) jobs of lost replies are given back")


def run(plan: Plan) -> RowReport:
    """Whatever the network did, each job ran and ended as if it had done nothing."""
    few = plan.size(small=0, ci=15, release=150)
    limits = Limits(
        at_most={
            "failed": 0,
            "crashes_charged": 0,
            "attempts_otherwise": 0,
            "results_otherwise": 0,
            "refused_otherwise": 0,
            "unknown_enqueues": 0,
        },
        at_least={
            "network_faults": _faults(plan),
            **{f"hit_{name}": max(few, 1) for name in ("enqueue", "acquire", "settle")},
            **{f"by_{kind}": few for kind in KINDS},
            "by_partition": plan.size(small=1, ci=3, release=30),
            "hit_renew": few,
            "recovered": few,
            "given_back": few,
            "results": few,
            "outlasted": 0 if plan.scale == "small" else _LONG,
        },
    )
    return play_row(plan, TITLE, limits, _play)


def _faults(plan: Plan) -> int:
    return plan.size(small=60, ci=1_000, release=10_000)


class Told(Struct, frozen=True):
    """What the workers told: deliveries given back whose reply was lost, and settles that were answered `lost`."""

    given_back: int
    refused: list[tuple[str, int]]

    def otherwise(self, evidence: Evidence) -> int:
        """How many settles were refused that had not done their work before, when their reply was lost.

        Of one that did, a next attempt tells: sent again after this has ended too, it is answered `lost`.
        """
        return sum(not _is_followed(evidence.starts.get(job, []), fence) for job, fence in self.refused)


def _is_followed(executions: Sequence[Entry], fence: int) -> bool:
    mine = next((each for each in executions if each.fence == fence), None)
    return mine is not None and any(each.fence > fence and each.attempt > mine.attempt for each in executions)


async def _play(plan: Plan) -> tuple[Figures, bool]:
    async with (
        open_house(plan, lease_s=LEASE_S, concurrency=_PLACES) as house,
        open_proxy(house.valkey.socket, Dice(plan.random("network"))) as proxy,
        open_producers(house, _PRODUCERS, proxy.url, plan.random("producers")) as producers,
    ):
        house.theatre.env["REDIS_URL"] = proxy.url
        async with open_crew(house, _WORKERS) as crew:
            started_s = time.monotonic()
            async with asyncio.TaskGroup() as tasks:
                raging = tasks.create_task(_rage(plan, proxy))
                for producer in producers:
                    tasks.create_task(producer.run(lambda: not raging.done(), _AHEAD))
                if plan.scale != "small":
                    tasks.create_task(_put_long(house, raging))
                await raging
                raged_s = time.monotonic() - started_s
            drained = await house.drain(within_s=60)
            await crew.let_go()
        told = _told(crew)
        evidence = await house.evidence("raise")
    figures = _count(judge(evidence), evidence, proxy, producers[0].heard).with_more(
        given_back=told.given_back,
        refused_otherwise=told.otherwise(evidence),
        faults_per_s=round(proxy.hits.total() / raged_s, 1),
    )
    return figures, drained


async def _put_long(house: House, raging: asyncio.Task[None]) -> None:
    """All the while there were jobs that last longer than their lease: only renewals keep them where they are."""
    for wave in count():
        if raging.done():
            return
        ids = [f"long{wave}-{n}" for n in range(_LONG)]
        await house.put(Part("work", LEASE_S * 1.2), *ids)
        await house.until_all_ended(ids, within_s=120)


async def _rage(plan: Plan, proxy: Proxy) -> None:
    """As many faults hit as were to, or the time was over; the network is good again."""
    faults, within_s = _faults(plan), plan.size(small=40.0, ci=180.0, release=900.0)
    random = plan.random("partitions")
    proxy.harmful = True
    ends_s, parts_s = time.monotonic() + within_s, time.monotonic() + random.uniform(0.5, 2)
    while proxy.hits.total() < faults and time.monotonic() < ends_s:
        await asyncio.sleep(0.05)
        if time.monotonic() >= parts_s:
            await proxy.part(random.uniform(0.2, 1.0))
            parts_s = time.monotonic() + random.uniform(3, 9)
    proxy.harmful = False


def _told(crew: Crew) -> Told:
    lines = [line for worker in crew.at_work for line in worker.lines("of lost replies")]
    lost = [record for worker in crew.at_work for record in worker.records(event="lost")]
    return Told(
        given_back=sum(int(found[1]) for line in lines if (found := _GIVEN_BACK.search(line))),
        refused=[(record["jobId"], record["fence"]) for record in lost],
    )


def _is_counted(evidence: Evidence, job: str) -> bool:
    """Whether each attempt of a job that is to fail but at its last ran once, and was charged."""
    final, attempts = evidence.finals[job], [each.attempt for each in evidence.starts[job]]
    return (final.state, final.attempts) == (State.COMPLETED, ATTEMPTS) and attempts == [*range(1, ATTEMPTS + 1)]


def _count(figures: Figures, evidence: Evidence, proxy: Proxy, heard: Heard) -> Figures:
    finals = evidence.finals
    delays_us = {each.id: each.delay_ms * 1000 for each in evidence.asked}
    waits = spread(
        [(entries[0].fence - finals[job].run - delays_us[job]) / 1e6 for job, entries in evidence.starts.items()]
    )
    raised = [each.id for each in evidence.asked if each.part == "raise" and each.id in finals]
    kinds = (*KINDS, "partition")
    return figures.with_more(
        network_faults=proxy.hits.total(),
        **{f"by_{kind}": float(proxy.hits[kind]) for kind in kinds},
        **{f"hit_{name}": float(sum(proxy.hit[kind, name] for kind in kinds)) for name in _ASKED},
        silent_renewals=proxy.hit["silence", "renew"],
        first_start_p99_s=round(waits.p99, 3),
        first_start_max_s=round(waits.max, 3),
        raised=len(raised),
        outlasted=sum(job.startswith("long") for job in finals),
        attempts_otherwise=sum(not _is_counted(evidence, job) for job in raised),
        results=len(heard.fences),
        results_otherwise=heard.otherwise(evidence),
        unknown_enqueues=heard.unknown,
        cancelled_enqueues=heard.cancelled_enqueues,
        cancelled_results=heard.cancelled_results,
    )
