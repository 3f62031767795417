"""Many schedules, by several processes at once, each with a server of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from multiprocessing import get_context

from redis import Redis

from engine.embedded import EmbeddedValkey
from tests.simulation.schedule import Report, run_seed
from tests.support.servers import scratch

PREFIX = "simulation"
_BATCH = 20


def run_many(seeds: Iterable[int], processes: int) -> Iterator[Report]:
    """The reports of the seeds as they come; seeds are taken only as fast as they are run."""
    waiting = iter(seeds)
    with get_context("spawn").Pool(processes) as pool:
        while batches := [batch for _ in range(processes) if (batch := list(islice(waiting, _BATCH)))]:
            for reports in pool.imap_unordered(run_batch, batches):
                yield from reports


def run_batch(seeds: Iterable[int]) -> list[Report]:
    """The reports of the seeds, one after the other, on a server that nobody else uses."""
    reports: list[Report] = []
    with (
        scratch() as directory,
        EmbeddedValkey(directory, appendonly=False) as valkey,
        Redis.from_url(valkey.url) as client,
    ):
        for seed in seeds:
            reports.append(run_seed(valkey.url, PREFIX, seed))
            client.flushall()
    return reports
