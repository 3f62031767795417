"""A schedule as data, drawn from a seed: the queues, the jobs, who does what when, and what goes wrong."""

from __future__ import annotations

from random import Random
from typing import Literal

from msgspec import Struct

from engine.registry import QueueOptions
from engine.types import Keep, Rate
from tests.simulation.plays import Play

Kind = Literal[
    "kill",
    "freeze",
    "stop",
    "hurry",
    "outage",
    "silence",
    "partition",
    "flush",
    "pause",
    "limit",
    "clock",
    "regroup",
]
"""kill: -9. freeze: SIGSTOP and SIGCONT. stop: SIGTERM. hurry: twice. outage: the server is away, connections are
refused; silence: and nobody answers; partition: for one worker only. flush: of the scripts. limit: a lower max_active
at run time. clock: the server's is set forward. regroup: a stream's group is lost."""
KINDS: tuple[tuple[Kind, int], ...] = (
    ("kill", 6),
    ("freeze", 4),
    ("stop", 4),
    ("hurry", 2),
    ("outage", 4),
    ("silence", 2),
    ("partition", 3),
    ("flush", 3),
    ("pause", 2),
    ("limit", 1),
    ("clock", 1),
    ("regroup", 1),
)
DRAIN_S = 240.0
"""Virtual seconds after the last fault in which everything must have ended."""
LEASES_S = (4.003, 6.003, 10.003)
"""Of a number of milliseconds that is 3 more than a multiple of 4: see `Server.now_us`."""


class Order(Struct, frozen=True):
    """A job that a producer enqueues; `cancel_s` is how much later it asks for its cancel, if it does."""

    at_s: float
    id: str
    queue: str
    play: Play
    delay_s: float = 0.0
    cancel_s: float | None = None
    awaits: bool = False
    """Whether the producer waits for the result."""


class Trouble(Struct, frozen=True):
    """Something that goes wrong, or is done by an operator; `pick` chooses among those it can happen to."""

    at_s: float
    kind: Kind
    pick: float
    seconds: float


class Plan(Struct, frozen=True, kw_only=True):
    """Everything of a schedule but what the order of steps and the weather make of it."""

    seed: int
    queues: dict[str, QueueOptions]
    shared: Rate | None
    workers: int
    grace_s: float
    mishap: float
    horizon_s: float
    orders: list[Order]
    troubles: list[Trouble]


def draw_plan(seed: int) -> Plan:
    """The schedule of this seed."""
    random = Random(f"plan {seed}")
    horizon_s = random.choice([15.0, 25.0, 40.0])
    names = ["a"] if random.random() < 0.6 else ["a", "b"]
    lease_s = random.choice(LEASES_S)
    queues = {name: _draw_options(random, lease_s) for name in names}
    quiet = random.random() < 0.4
    return Plan(
        seed=seed,
        queues=queues,
        shared=Rate(random.choice([3, 10]), burst=random.choice([1, 4])) if random.random() < 0.15 else None,
        workers=random.choice([1, 2, 2, 3]),
        grace_s=random.choice([0.0, 1.0, 5.0]),
        mishap=0.0 if quiet else random.choice([0.002, 0.01, 0.03]),
        horizon_s=horizon_s,
        orders=sorted(_draw_orders(random, names, horizon_s), key=lambda order: order.at_s),
        troubles=sorted(_draw_troubles(random, horizon_s), key=lambda trouble: trouble.at_s),
    )


def _draw_options(random: Random, lease_s: float) -> QueueOptions:
    return QueueOptions(
        concurrency=random.choice([1, 2, 4]),
        keep_completed=Keep(3600),
        keep_failed=Keep(3600),
        rate=Rate(random.choice([2, 8]), burst=random.choice([1, 3])) if random.random() < 0.15 else None,
        max_active=random.choice([1, 2, 3]) if random.random() < 0.25 else None,
        lease_s=lease_s,
        sweep_s=random.choice([0.5, 1.0, 2.0]),
        max_crashes=random.choice([2, 3]),
    )


def _draw_orders(random: Random, queues: list[str], horizon_s: float) -> list[Order]:
    orders: list[Order] = []
    for n in range(random.choice([6, 12, 24])):
        at_s = random.random() * horizon_s * 0.9
        order = Order(
            at_s=0.5 + at_s if n % 3 else 0.5 + at_s / 10,
            id=f"j{n}",
            queue=random.choice(queues),
            play=_draw_play(random),
            delay_s=random.choice([0.0, 0.0, 0.0, 1.5, 6.0]),
            cancel_s=random.random() * 4 if random.random() < 0.12 else None,
            awaits=random.random() < 0.3,
        )
        orders.append(order)
        if random.random() < 0.15:
            # The same id again: the live run answers, or a new one begins.
            orders.append(Order(order.at_s + random.random() * 10, order.id, order.queue, order.play))
    return orders


def _draw_play(random: Random) -> Play:
    seconds = random.choice([0.0, 0.05, 0.4, 1.5])
    match random.randrange(20):
        case 0 | 1 | 2:
            return Play("fail", times=random.choice([1, 2, 3]), seconds=seconds)
        case 3:
            return Play("unrecoverable", seconds=seconds)
        case 4 | 5:
            return Play("snooze", times=random.choice([1, 2]), seconds=random.choice([0.5, 2.0]))
        case 6 | 7:
            return Play("save", times=random.choice([1, 3]), seconds=seconds)
        case 8:
            return Play("slow", seconds=8)
        case 9:
            return Play("stubborn", seconds=random.choice([4.0, 9.0]))
        case 10 | 11:
            return Play("block", times=99, seconds=random.choice([0.3, 2.0, 5.0]))
        case 12:
            return Play("hang", times=1, seconds=60)
        case 13:
            return Play("exit", times=random.choice([1, 99]), seconds=seconds)
        case 14 | 15:
            return Play(seconds=random.choice([6.0, 12.0]))
        case _:
            return Play(seconds=seconds)


def _draw_troubles(random: Random, horizon_s: float) -> list[Trouble]:
    kinds, weights = zip(*KINDS, strict=True)
    return [
        Trouble(
            at_s=1 + random.random() * (horizon_s - 1),
            kind=random.choices(kinds, weights)[0],
            pick=random.random(),
            seconds=random.choice([0.3, 1.0, 3.0, 8.0, 20.0]) * (0.8 + 0.4 * random.random()),
        )
        for _ in range(random.choice([0, 1, 2, 4, 7]))
    ]
