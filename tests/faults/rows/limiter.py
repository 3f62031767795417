"""F16: limits of starts under many workers: never one start too many in any window, and nearly all that are allowed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from msgspec import Struct

from engine import Client, Inspector, Rate, Settings, Spec
from engine.embedded import EmbeddedValkey
from engine.inspector import LimitSettings
from engine.streams import SyncStore
from tests.faults.crew import Crew, open_crew
from tests.faults.evidence import Fault
from tests.faults.figures import Figures, Limits, RowReport
from tests.faults.paced import APP, CONFIGURED, LEFT, QUEUES, Beat, app
from tests.faults.plan import Plan
from tests.faults.rows.playing import play_row
from tests.faults.windows import SECOND_US, most_over, share_used
from tests.support.ledger import Entry
from tests.support.servers import scratch
from tests.support.wait import eventually
from tests.support.workers import Theatre, open_theatre

TITLE = "exactness of limits"
_RETRIED = 0.1
"""Which part of the jobs fails once: its second attempt is a start too."""
_SPARE = 1.3
"""How many more jobs wait than may start while it is measured."""
_LATE_S = 1.0


class Step(Struct, frozen=True):
    """One setting, and for how long it is looked at. Each limit bounds the starts of these queues together."""

    name: str
    seconds: float
    settings: LimitSettings
    bounds: dict[str, tuple[tuple[str, ...], Rate]]
    used_least: dict[str, float]


def _own(name: str, rate: Rate, seconds: float, settings: LimitSettings | None = None) -> Step:
    """A step with one limit of the queue `left`, which is used up to its promise."""
    set_to = LimitSettings(rate=rate.per_second, burst=rate.burst_size) if settings is None else settings
    return Step(name, seconds, set_to, {name: ((LEFT,), rate)}, {name: 0.98 if rate.burst_size >= 2 else 0.95})


def steps(plan: Plan) -> list[list[Step]]:
    """What is set one after the other; within a list the limits change while jobs wait."""
    part = plan.size(small=0.2, ci=1.0, release=6.0)
    pair, left = Rate(100), Rate(30)
    return [
        [_own("slow", CONFIGURED, 12 * part, LimitSettings())],
        [_own("default_burst", Rate(100), 8 * part)],
        [_own("fast", Rate(500, burst=50), 8 * part)],
        [
            Step(
                "pair",
                10 * part,
                LimitSettings(shared_rate=100, rate=30),
                {"pair_both": (QUEUES, pair), "pair_left": ((LEFT,), left)},
                {"pair_both": 0.98},
            )
        ],
        [
            _own("changed_50", Rate(50), 5 * part),
            _own("changed_200", Rate(200), 5 * part),
            _own("changed_20", Rate(20), 8 * part),
        ],
    ]


def run(plan: Plan) -> RowReport:
    """No window had a start too many; the limits were used as far as promised."""
    all_steps = [step for group in steps(plan) for step in group]
    enough = plan.size(small=0.6, ci=1.0, release=1.0)
    limits = Limits(
        at_most={f"over_{name}": 0 for step in all_steps for name in step.bounds},
        at_least={
            f"used_{name}": round(least * enough, 2) for step in all_steps for name, least in step.used_least.items()
        }
        | {"waiting_least": 1, "killed": len(all_steps)},
    )
    return play_row(plan, TITLE, limits, _play)


def _workers(plan: Plan) -> int:
    return plan.size(small=4, ci=20, release=20)


class Hall:
    """A Redis and the workers' app; what is known of the starts is in the theatre's ledger."""

    def __init__(self, theatre: Theatre, client: Client, inspector: Inspector) -> None:
        self.theatre, self.client, self.inspector = theatre, client, inspector
        self.store = SyncStore(theatre.url)
        self.faults: list[Fault] = []
        self.refused_settles = 0
        self.asked = 0
        self.waiting_least: int | None = None

    def held_by(self, _label: str) -> dict[str, int]:
        """Nothing: which jobs a killed worker held is not looked at here."""
        return {}

    def now_us(self) -> int:
        """The server's time, by which starts are stamped."""
        seconds, micros = self.store.command("TIME")
        return int(seconds) * SECOND_US + int(micros)

    async def put(self, queue: str, count: int, random: Random) -> None:
        """So many jobs more wait in the queue."""
        ids = [f"{queue}-{self.asked + n}" for n in range(count)]
        specs = [Spec(Beat(int(random.random() < _RETRIED)), job_id) for job_id in ids]
        await self.client.enqueue_many(app.queues[queue].find(), specs)
        self.asked += count

    async def left_over(self) -> int:
        """How many jobs have not ended."""
        counts = [await self.inspector.counts(queue) for queue in QUEUES]
        return sum(each.waiting + each.delayed + each.active for each in counts)

    async def note_waiting(self, queues: Sequence[str]) -> None:
        """The least number of waiting jobs at the end of a step is known: without any, a limit cannot be used."""
        waiting = min([(await self.inspector.counts(queue)).waiting for queue in queues])
        self.waiting_least = waiting if self.waiting_least is None else min(waiting, self.waiting_least)


@asynccontextmanager
async def _open_hall(plan: Plan) -> AsyncGenerator[Hall]:
    with (
        scratch() as directory,
        EmbeddedValkey(directory / "valkey") as valkey,
        open_theatre(valkey.url, plan.row.lower(), directory) as theatre,
    ):
        theatre.env |= {"ENGINE_APP": APP}
        settings = Settings(redis_url=valkey.url, prefix=theatre.prefix)
        async with app.connect(settings) as client, app.inspect(settings) as inspector:
            hall = Hall(theatre, client, inspector)
            try:
                yield hall
            finally:
                hall.store.close()


async def _play(plan: Plan) -> tuple[Figures, bool]:
    random = plan.random("limits")
    spans: list[tuple[Step, int, int]] = []
    async with _open_hall(plan) as hall:
        async with open_crew(hall, 0) as crew:
            for _ in range(_workers(plan)):
                await crew.hire()
            for group in steps(plan):
                spans += await _hold(hall, crew, group, random)
            await crew.let_go()
        return await _count(plan, hall, spans)


async def _hold(hall: Hall, crew: Crew, group: Sequence[Step], random: Random) -> list[tuple[Step, int, int]]:
    """Each step, and the server's times between which all starts were under its limits."""
    queues = sorted({queue for step in group for names, _ in step.bounds.values() for queue in names})
    spans: list[tuple[Step, int, int]] = []
    for queue in queues:
        await hall.inspector.pause(queue)
        await hall.put(queue, sum(_most(step) for step in group), random)
    await hall.inspector.set_limits(LEFT, **group[0].settings)
    begin_us = hall.now_us()
    for queue in queues:
        await hall.inspector.resume(queue)
    hiring: list[asyncio.Task[Any]] = []
    for n, step in enumerate(group):
        hiring.append(await _watch(hall, crew, step, begin_us, random))
        await hall.note_waiting(queues)
        end_us = hall.now_us()
        after = group[n + 1].settings if n + 1 < len(group) else _OPEN
        await hall.inspector.set_limits(LEFT, **after)
        spans.append((step, begin_us, end_us))
        begin_us = hall.now_us()
    await asyncio.gather(*hiring)
    await eventually(lambda: _is_empty(hall), within_s=60, every_s=0.1)
    await hall.inspector.reset_limits(LEFT)
    return spans


def _most(step: Step) -> int:
    """How many jobs may start in the step, and some more: its end may come late on a busy machine."""
    return max(
        int(rate.burst_size + rate.per_second * (step.seconds * _SPARE + _LATE_S)) for _, rate in step.bounds.values()
    )


_OPEN = LimitSettings(rate=100_000, shared_rate=100_000)
"""What lets the rest end quickly."""


async def _is_empty(hall: Hall) -> bool:
    return await hall.left_over() == 0


async def _watch(hall: Hall, crew: Crew, step: Step, begin_us: int, random: Random) -> asyncio.Task[Any]:
    """The step's time is over; meanwhile a worker was killed, and the one that takes its place is on its way."""
    ends_us = begin_us + step.seconds * SECOND_US
    kill_us = begin_us + random.uniform(0.2, 0.7) * step.seconds * SECOND_US
    await eventually(lambda: hall.now_us() >= kill_us, within_s=step.seconds + 5, every_s=0.05)
    crew.kill(random.choice(crew.at_work))
    hiring = asyncio.create_task(crew.hire())
    await eventually(lambda: hall.now_us() >= ends_us, within_s=step.seconds + 5, every_s=0.05)
    return hiring


async def _count(plan: Plan, hall: Hall, spans: Sequence[tuple[Step, int, int]]) -> tuple[Figures, bool]:
    starts = hall.theatre.ledger.read("start")
    counts = [await hall.inspector.counts(queue) for queue in QUEUES]
    completed = sum(each.completed for each in counts)
    more: dict[str, float] = {}
    for step, begin_us, end_us in spans:
        for name, (queues, rate) in step.bounds.items():
            fences = _fences(starts, queues, begin_us, end_us)
            over = most_over(fences, rate.per_second, rate.burst_size)
            more[f"over_{name}"] = round(max(0.0, over), 6)
            more[f"nearest_{name}"] = round(over, 3)
            more[f"used_{name}"] = round(share_used(fences, rate.per_second, rate.burst_size, end_us), 4)
            more[f"starts_{name}"] = len(fences)
    left = await hall.left_over()
    figures = Figures(
        attempted=hall.asked,
        acknowledged=hall.asked,
        completed=completed,
        failed=sum(each.failed for each in counts),
        lost=hall.asked - completed - left - sum(each.failed for each in counts),
        unexpected=sum(entry.id.split("-")[0] not in QUEUES for entry in starts),
        stuck=left,
        repeated_executions=len(starts) - len({entry.id for entry in starts}),
        more={**more, "workers": _workers(plan), "killed": len(hall.faults), "waiting_least": hall.waiting_least or 0},
    )
    return figures, left == 0


def _fences(starts: Sequence[Entry], queues: Sequence[str], begin_us: int, end_us: int) -> list[int]:
    """The server's times of the starts in these queues between these moments."""
    return sorted(
        entry.fence for entry in starts if entry.id.split("-")[0] in queues and begin_us <= entry.fence <= end_us
    )
