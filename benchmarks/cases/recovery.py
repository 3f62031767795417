"""Workers that hold jobs are killed at random moments; the jobs begin again on another."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

from benchmarks.case import Case, Figure, Size, Taken
from benchmarks.ground import Ground
from benchmarks.sides.side import Program, Side

HELD = 3
"""Jobs that each of them holds when it is killed, or as many as it runs at once."""
HOLDS_S = 1_000.0
MOST_SENT = 20
OFFER_S = 0.3
SHORT = {"lease_s": 2.0}


def recovery(
    ground: Ground,
    program: Program,
    size: Size,
    *,
    within_s: float,
    patience_s: float,
    options: Mapping[str, Any] | None = None,
) -> Taken:
    """From the kill to each held job's next start; the kills fall within a time that is longer than any timer."""
    chance = random.Random(size.seed)  # noqa: S311 - moments, no secrets
    with ExitStack() as stack:
        open_side = partial(_open, stack, ground, program, dict(options or {}))
        producer, heir = open_side({}), open_side({})
        victims = [open_side({"holds_s": HOLDS_S}) for _ in range(size.kills)]
        sent = 0
        for victim in victims:
            victim.do("work", concurrency=HELD)
            sent += _occupy(producer, victim, sent)
        heir.do("work", concurrency=HELD * size.kills + 100)
        held = {start.stamp_ns: number for number, side in enumerate(victims) for start in side.starts()}
        killed_ns = _kill(victims, sorted(chance.uniform(0, within_s) for _ in victims))
        until = time.monotonic() + patience_s
        while set(held) - {start.stamp_ns for start in heir.starts()} and time.monotonic() < until:
            time.sleep(0.05)
        again: dict[int, int] = {}
        for start in heir.starts():
            again.setdefault(start.stamp_ns, start.at_ns)
        # What another victim took over and held again is found by its last holder's kill.
        waits = [(again[stamp] - killed_ns[number]) / 1e9 for stamp, number in held.items() if stamp in again]
        heir.kill()  # it may still be waiting for what it holds
    if not waits:
        raise TimeoutError(f"{program.name}: none of {len(held)} jobs began again within {patience_s:g} s")
    return Taken(
        {
            "mean s": statistics.fmean(waits),
            "most s": max(waits),
            "lost": len(held) - len(waits),
            "kills": len(victims),
        },
        {"waits s": [round(wait, 3) for wait in waits]},
    )


def _open(stack: ExitStack, ground: Ground, program: Program, options: dict[str, Any], more: dict[str, Any]) -> Side:
    return stack.enter_context(Side(program, ground.url, ground.tally(), {**options, **more}))


def _occupy(producer: Side, victim: Side, sent: int) -> int:
    """The victim holds its jobs; how many were sent until then: others may have fetched some in advance."""
    for number in range(MOST_SENT):
        producer.do("enqueue", first=sent + number, count=1, size=20, how="single")
        until = time.monotonic() + OFFER_S
        before = victim.count()
        while victim.count() == before and time.monotonic() < until:
            time.sleep(0.005)
        if victim.count() >= HELD:
            return number + 1
    if not victim.count():
        raise TimeoutError(f"{victim.program.name} holds none of {MOST_SENT} jobs that were offered")
    return MOST_SENT


def _kill(victims: Sequence[Side], moments_s: Sequence[float]) -> list[int]:
    """When each was killed, in ns of the machine's monotonic clock."""
    began = time.monotonic()
    killed: list[int] = []
    for victim, moment_s in zip(victims, moments_s, strict=True):
        time.sleep(max(0.0, began + moment_s - time.monotonic()))
        killed.append(time.monotonic_ns())
        victim.kill()
    return killed


_TOLD = (Figure("mean s", "lower"),)
CASES = (
    Case(
        name="recovery",
        title="From kill -9 of a worker to the next start of its jobs, all at their defaults",
        figures=_TOLD,
        measure=partial(recovery, within_s=40.0, patience_s=420.0),
        says_not="the loss of a machine, which is the same to Redis; settings tighter than the defaults",
        needs=("work", "store", "hold", "recover"),
        most_rounds=1,
    ),
    Case(
        name="recovery-short",
        title="From kill -9 of a worker to the next start of its jobs, with leases of 2 s",
        figures=_TOLD,
        measure=partial(recovery, within_s=2.0, patience_s=30.0, options=SHORT),
        says_not="the defaults: leases are short so that it ends soon",
        needs=("work", "store", "hold", "recover"),
        only=("engine",),
        most_rounds=1,
    ),
)
