"""D15 to D17: what it costs to look for jobs, and to tell failures apart."""

from __future__ import annotations

import time

from admin_tui.admin import Eyes
from benchmarks.admin.figure import Figure, quantile, spread
from benchmarks.admin.ground import Ground, MainThread, Spent, inspecting, metered, without_a_core
from benchmarks.admin.house import FULL
from engine import Matching

RARE = Matching("waiting", "data.correlationId:00000000000000000000000000077777")
TENANT = Matching("waiting", "tenant:tenant-42")
SHARE = 0.25
"""Of the server's time, at most."""


async def measure(ground: Ground) -> list[Figure]:
    """A search of every job, one by tenant, and the groups of failures."""
    async with inspecting(ground) as eyes:
        return [await _scan(ground, eyes), await _declared(ground, eyes), await _groups(ground, eyes)]


async def _scan(ground: Ground, eyes: Eyes) -> Figure:
    hits, looked, after, began = 0, 0, None, time.perf_counter()
    thread, cpu = MainThread(ground.client), list[float]()
    with metered(ground.client) as spent:
        while True:
            before_us, _ = thread.read_us()
            step = await eyes.search(FULL, RARE, after)
            cpu.append((thread.read_us()[0] - before_us) / 1000)
            hits, looked, after = hits + len(step.jobs), looked + step.looked, step.after
            if after is None:
                break
    took_s, busy_s = time.perf_counter() - began, spent.total_us / 1e6
    calls = [us / 1000 for us in spent.calls_us]
    paced_s = busy_s / SHARE
    return Figure(
        number="D15",
        what="search in the payloads of a queue",
        measured=f"each call {spread(calls)}; {looked:,} jobs in {took_s:.1f} s at full speed, {busy_s:.1f} s of the "
        f"server, so {paced_s:.0f} s at a quarter of it; {hits} found; CPU of its thread, with the transport: "
        f"{spread(cpu)}",
        gate="each call <= 2 ms, 1M in <= 20 s at 25 %",
        met=quantile(calls, 0.99) <= 2 and paced_s <= 20,
        on=f"{ground.size.waiting:,} jobs with records, {RARE.query}",
        why=without_a_core(spent),
    )


async def _declared(ground: Ground, eyes: Eyes) -> Figure:
    took: list[float] = []
    step = await eyes.search(FULL, TENANT)
    for _ in range(50):
        began = time.perf_counter()
        step = await eyes.search(FULL, TENANT)
        took.append((time.perf_counter() - began) * 1000)
    return Figure(
        number="D16",
        what="search by tenant: the first hits",
        measured=f"{spread(took)}; {len(step.jobs)} hits in the first step",
        gate="<= 50 ms for any size",
        met=quantile(took, 0.99) <= 50,
        on=f"{ground.size.waiting:,} jobs, {TENANT.query}",
    )


async def _groups(ground: Ground, eyes: Eyes) -> Figure:
    found: list[Spent] = []
    groups = await eyes.groups(FULL)
    for _ in range(100):
        with metered(ground.client) as spent:
            await eyes.groups(FULL)
        found.append(spent)
    times, cpu = [spent.total_us / 1000 for spent in found], [spent.cpu_us / 1000 for spent in found]
    return Figure(
        number="D17",
        what="failures by their error",
        measured=f"{spread(times)}; {len(groups)} groups of {sum(group.jobs for group in groups):,} jobs; CPU of its "
        f"thread, with the transport: {spread(cpu)}",
        gate="<= 1 ms of the server, counted when they fail",
        met=quantile(times, 0.99) <= 1,
        on=f"{ground.size.failed:,} failed jobs",
        why=without_a_core(*found),
    )
