"""Syncs of a listing that moves while it is read: what slipped past is found by a later sync, whatever its kind."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from jobs.simulator import Fault
from tests.support.ingestion import Bench, open_bench

pytestmark = pytest.mark.anyio
LOCATION = "accounts/1/locations/1"


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[Bench]:
    async with open_bench(database_url, locations=1) as bench:
        yield bench


async def missing(bench: Bench) -> set[str]:
    """The reviews that are at the source and not stored."""
    stored = {row["external_review_id"] for row in await bench.pool.fetch("SELECT external_review_id FROM reviews")}
    return {review.review_id for review in bench.world.truth(LOCATION)} - stored


async def synced(bench: Bench) -> object:
    """The connector's mark."""
    return await bench.pool.fetchval("SELECT last_synced_at FROM connectors WHERE id = 'c1'")


async def test_a_review_that_slipped_past_is_found_by_the_next_sync(bench: Bench) -> None:
    """A review taken away draws an old one past the reader; the next sync, though not a full one, stores it."""
    bench.simulator.faults.add(Fault(kind="deleted", after=1))
    await bench.ingest()
    assert len(await missing(bench)) == 1
    assert await synced(bench) is None
    await bench.ingest()
    assert await missing(bench) == set()
    assert await synced(bench) is not None


@pytest.mark.parametrize("kind", ["added", "edited"])
async def test_what_came_meanwhile_leaves_no_hole(bench: Bench, kind: Any) -> None:
    """What moves to the front while it is read is newer than the sync: the mark moves, and the next sync has it."""
    bench.simulator.faults.add(Fault(kind=kind, after=1))
    await bench.ingest()
    assert await synced(bench) is not None
    assert len(await missing(bench)) == 1
    await bench.ingest()
    assert await missing(bench) == set()
