"""F2: a cut after each exchange with Redis of each call: of the process, or of the reply; others do the rest."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import msgspec

from engine import Settings, Spec, State
from tests.faults.acts import ACTS, Act
from tests.faults.book import Asked
from tests.faults.crew import open_crew
from tests.faults.evidence import Evidence, Fault
from tests.faults.figures import Figures, Limits, RowReport
from tests.faults.house import House, open_house
from tests.faults.judge import judge
from tests.faults.plan import Plan
from tests.faults.play import QUEUE
from tests.faults.rows.playing import play_row
from tests.faults.victim import UNREACHABLE, Mode, Order
from tests.support.workers import ROOT

TITLE = "a cut at every point between round trips"
LIVES = ("work", "retry", "stop")
"""The acts that are a worker's: what a cut one held is taken over by another before the next cut."""
_LEASE_S, _SWEEP_S = 0.3, 0.1
_KILLED = -9
_MOST_POINTS = 200


def run(plan: Plan) -> RowReport:
    """At each point the stored jobs were in exactly one place each, and others brought them to their end."""
    acts = _acts(plan)
    limits = Limits(
        at_most={"broken_at_a_cut": 0, "otherwise": 0, "failed": 0},
        at_least={f"points_{name}": 1 for name in acts},
    )
    return play_row(plan, TITLE, limits, _play)


def _acts(plan: Plan) -> dict[str, Act]:
    small = ("enqueue-many", "cancel", "stop")
    return {name: act for name, act in ACTS.items() if plan.scale != "small" or name in small}


class Surgery:
    """Cuts acts at one point after the other, and looks at the jobs after each."""

    def __init__(self, house: House, victims: Victims, modes: Sequence[Mode]) -> None:
        self._house, self._victims, self._modes = house, victims, modes
        self.points: Counter[str] = Counter()
        self.lost_replies = 0
        self.broken = 0
        self.after: dict[str, State] = {}
        """As what each job is to end."""

    async def cut_everywhere(self, name: str, act: Act, repeat: int) -> None:
        """The act was cut after its first exchange, its second, and so on, until it ended before its cut."""
        for mode in self._modes:
            number = 1
            while await self._cut(name, act, f"{name}-{mode}-{number}-{repeat}", number, mode):
                if mode == "death":
                    self.points[name] = max(number, self.points[name])
                number += 1
                assert number < _MOST_POINTS, f"{name} never ends"

    async def _cut(self, name: str, act: Act, label: str, number: int, mode: Mode) -> bool:
        """Whether there was such a point; the act is done wholly afterwards, its jobs looked at before and then."""
        house, ids = self._house, [f"{label}-{n}" for n in range(act.jobs)]
        await self._prepare(act, ids)
        status = self._victims.give(Order(name, ids, label, number, mode))
        if mode == "death" and status == _KILLED:
            house.faults.append(Fault("kill", 0, time.time_ns() // 1000, house.held_by(label)))
        self.broken += house.misplaced(ids)
        if name in LIVES:
            assert self._victims.give(Order("work", [], f"{label}-rest")) == 0
        else:
            await act.run(house.app, Settings(redis_url=house.theatre.url, prefix=house.theatre.prefix), ids)
        self.broken += house.misplaced(ids)
        for each in ids:
            self.after[each] = act.after
            found = await house.inspector.show(QUEUE, each)
            if found is not None:
                await house.book.acknowledge_again(each, found.run)
        if mode == "reply":
            self.lost_replies += number <= self.points[name]
            return status == UNREACHABLE or (status == 0 and number < self.points[name])
        assert status in (0, _KILLED), f"{label} ended with {status}"
        return status == _KILLED

    async def _prepare(self, act: Act, ids: list[str]) -> None:
        """The jobs are what they must be before the act. The book says nothing of a delay that an act cuts short."""
        house = self._house
        await house.book.ask([Asked(each, act.part.do) for each in ids])
        if act.before == "unknown":
            return
        delay_s = 3600.0 if act.before == "delayed" else 0.0
        specs = [Spec(act.part, each, delay_s) for each in ids]
        await house.client.enqueue_many(house.app.queues[QUEUE].find("part"), specs)
        if act.before == "cancelled":
            for each in ids:
                await house.client.cancel(QUEUE, each)


class Victims:
    """The process that performs orders in processes of their own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def give(self, order: Order) -> int:
        """The exit status of the process that had the order."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def open_victims(house: House) -> Generator[Victims]:
    """Somebody to give orders to; what it wrote of errors is in the row's directory until the end."""
    log = (house.theatre.directory / "victims.log").open("wb")
    command = [sys.executable, "-m", "tests.faults.victim"]
    with (
        log,
        subprocess.Popen(
            command, env=house.theatre.env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        ) as process,
    ):
        yield Victims(process)


async def _play(plan: Plan) -> tuple[Figures, bool]:
    acts = _acts(plan)
    async with open_house(plan, lease_s=_LEASE_S, sweep_s=_SWEEP_S) as house:
        with open_victims(house) as victims:
            modes: list[Mode] = ["death"] if plan.scale == "small" else ["death", "reply"]
            surgery = Surgery(house, victims, modes)
            # A worker takes whatever waits: the lives come first, while nothing else does.
            for name in sorted(acts, key=lambda name: name not in LIVES):
                for repeat in range(plan.size(small=1, ci=1, release=20)):
                    await surgery.cut_everywhere(name, acts[name], repeat)
        async with open_crew(house, 2) as crew:
            drained = await house.drain(within_s=60)
            await crew.let_go()
        evidence = await house.evidence("raise")
    return _count(judge(evidence), evidence, surgery), drained


def _count(figures: Figures, evidence: Evidence, surgery: Surgery) -> Figures:
    ends = {job: final.state for job, final in evidence.finals.items()}
    return figures.with_more(
        points=sum(surgery.points.values()),
        lost_replies=surgery.lost_replies,
        broken_at_a_cut=surgery.broken,
        otherwise=sum(ends.get(job) != state for job, state in surgery.after.items()),
        **{f"points_{name}": float(count) for name, count in surgery.points.items()},
    )
