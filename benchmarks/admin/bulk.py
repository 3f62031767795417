"""D18: an action on every failed job of a queue."""

from __future__ import annotations

import gc
import time

from benchmarks.admin.figure import Figure
from benchmarks.admin.ground import Ground, inspecting, metered, without_a_core
from benchmarks.admin.house import FULL
from engine import Matching

AT_ONCE = 1e9


async def measure(ground: Ground) -> list[Figure]:
    """All failed jobs are retried by plan, as fast as it goes; then a plan of all waiting ones is made."""
    async with inspecting(ground) as hands:
        await hands.snapshot()
        gc.collect()
        began = time.perf_counter()
        with metered(ground.client) as planning:
            plan = await hands.plan(FULL, "retry", Matching("failed"))
        planned_s = time.perf_counter() - began
        operation = await hands.apply(plan, plan.will, "bench")
        began = time.perf_counter()
        with metered(ground.client) as applying:
            async for step in hands.carry_out(operation, AT_ONCE):
                operation = step
        took_s = time.perf_counter() - began
        rate = operation.done / took_s
        with metered(ground.client) as planning_all:
            million = await hands.plan(FULL, "cancel", Matching("waiting"))
    phases = (planning, applying, planning_all)
    most_ms, grown_kb = max(spent.most_us for spent in phases) / 1000, sum(spent.grown_kb for spent in phases)
    beyond = sum(us > 5_000 for spent in phases for us in spent.calls_us)
    calls = sum(len(spent.calls_us) for spent in phases)
    return [
        Figure(
            number="D18",
            what="retry of all failed jobs by one operation",
            measured=f"{operation.done:,} retried at {rate:,.0f} a second, planned in {planned_s:.1f} s; longest call "
            f"{most_ms:.1f} ms (plans {max(planning.most_us, planning_all.most_us) / 1000:.1f}, batches "
            f"{applying.most_us / 1000:.1f}), {beyond} of {calls:,} beyond 5 ms; a plan of {million.will:,} jobs; "
            f"memory of this process {grown_kb / 1024:+.1f} MB",
            gate=">= 5,000 a second possible, no call > 5 ms, a million without growth",
            met=rate >= 5_000 and most_ms <= 5 and grown_kb <= 8_192,
            on=f"{ground.size.failed:,} failed and {ground.size.waiting:,} waiting jobs",
            why=without_a_core(*phases),
        )
    ]
