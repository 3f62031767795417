"""Connectors that an ingest must not touch, and rows that PostgreSQL itself refuses."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import asyncpg
import pytest

from engine.types import Fail
from tests.support.ingestion import Bench, open_bench
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[Bench]:
    async with open_bench(database_url, reviews=10) as bench:
        await bench.add_connector("other", "t2", "accounts/1/locations/1")
        yield bench


@pytest.mark.parametrize(
    ("connector", "tenant"),
    [("unknown", "t1"), ("other", "t1"), ("c1", "t2"), ("c1", "unknown"), ("' OR true --", "t1")],
)
async def test_not_the_tenants_connector(bench: Bench, connector: str, tenant: str) -> None:
    """A connector that is not the tenant's fails the job at once; no row of anybody is touched."""
    before = await bench.contents()
    ran = await bench.ingest(connector, tenant_id=tenant)
    assert isinstance(ran.outcome, Fail)
    assert ran.outcome.failure.type == "ConnectorRefused"
    assert await bench.contents() == before
    assert bench.simulator.requests["reviews"] == 0


@pytest.mark.parametrize(
    "switch",
    [
        "UPDATE connectors SET is_active = false WHERE id = 'c1'",
        "UPDATE connectors SET status = 'PAUSED' WHERE id = 'c1'",
        "UPDATE connectors SET status = 'DISCONNECTED' WHERE id = 'c1'",
        "UPDATE tenants SET is_active = false WHERE id = 't1'",
    ],
)
async def test_switched_off(bench: Bench, switch: str) -> None:
    """A connector that is switched off stays as it is, and so does one of a tenant that is."""
    await bench.pool.execute(switch)
    before = await bench.contents()
    assert isinstance((await bench.ingest()).outcome, Fail)
    assert await bench.contents() == before


@pytest.mark.parametrize("settings", [{"overlapHours": -1}, {"mode": "carrier pigeon"}, {"baseUrl": "ftp://x"}])
async def test_bad_settings(bench: Bench, settings: dict[str, object]) -> None:
    """Settings that cannot be used fail the job at once and are named in the connector's error."""
    await bench.add_connector("bad", "t1", "accounts/1/locations/9", **settings)
    ran = await bench.ingest("bad")
    assert isinstance(ran.outcome, Fail)
    row = await bench.row("SELECT status, error_count, error_message FROM connectors WHERE id = 'bad'")
    assert (row["status"], row["error_count"]) == ("ERROR", 1)
    assert row["error_message"] == ran.outcome.failure.message


CROSSING = [
    """INSERT INTO ingestion_runs (id, tenant_id, connector_id, job_id, job_run, run_type)
       VALUES ('x', 't2', 'c1', 'j', 1, 'MANUAL')""",
    """INSERT INTO reviews (id, tenant_id, connector_id, external_review_id, source_type, rating, review_date)
       VALUES ('x', 't2', 'c1', 'x', 'GOOGLE', 5, now())""",
    "UPDATE reviews SET duplicate_of = (SELECT id FROM reviews WHERE tenant_id = 't2' LIMIT 1) WHERE tenant_id = 't1'",
    "UPDATE reviews SET tenant_id = 't2' WHERE tenant_id = 't1'",
    "INSERT INTO review_versions (tenant_id, review_id, version) SELECT 't2', id, 1 FROM reviews",
    "INSERT INTO review_extractions SELECT 't2', id, 1, 'e', 's', now() FROM reviews",
]
NONSENSE = [
    "UPDATE reviews SET rating = 5.5",
    "UPDATE reviews SET rating = NULL, content = NULL, title = NULL",
    "UPDATE connectors SET status = 'FINE'",
    "UPDATE ingestion_runs SET reviews_fetched = reviews_fetched + 1",
    """INSERT INTO score_runs (id, tenant_id, job_id, job_run, run_type, period_start, period_end, timezone,
                               parameters, text_model)
       VALUES ('x', 't1', 'j', 1, 'MANUAL', '2026-02-01', '2026-01-31', 'UTC', '{}', 'm')""",
    "INSERT INTO themes (id, organisation_id, name, category) VALUES ('x', NULL, 'Service', 'SERVICE')",
]


@pytest.mark.parametrize("statement", CROSSING)
async def test_no_row_points_into_another_tenant(bench: Bench, statement: str) -> None:
    """PostgreSQL refuses a row of one tenant that names a row of another."""
    await bench.ingest()
    await bench.ingest("other", tenant_id="t2")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await bench.pool.execute(statement)


@pytest.mark.parametrize("statement", NONSENSE)
async def test_nonsense_is_refused(bench: Bench, statement: str) -> None:
    """PostgreSQL refuses values out of range, unknown words, sums that do not add up and second system themes."""
    await bench.ingest()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await bench.pool.execute(statement)
