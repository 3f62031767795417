"""The schema version that brings snapshots of parameters: what older runs keep."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.database import connect, migrate, migrations
from jobs.scoring.parameters import read_parameters, snapshot
from jobs.scoring.snapshot import Context, read_snapshot
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
BEFORE = 2
"""The last schema version without snapshots."""


async def test_older_runs_keep_their_parameters(empty_database_url: str) -> None:
    """A run's parameters become a snapshot that says the same, made from the version that the run names."""
    parameters = read_parameters({"time": {"review_half_life_days": 30}})
    async with connect(empty_database_url) as connection:
        await migrate(connection, migrations()[:BEFORE])
        await connection.execute("INSERT INTO organisations (id, name) VALUES ('o1', 'One')")
        await connection.execute("INSERT INTO tenants (id, organisation_id, name, slug) VALUES ('t1', 'o1', 'T', 't')")
        await connection.execute("INSERT INTO parameter_versions (id, name, parameters) VALUES ('p1', 'P', '{}')")
        for run, version in (("r1", "p1"), ("r2", None)):
            await connection.execute(
                "INSERT INTO score_runs (id, tenant_id, job_id, job_run, run_type, period_start, period_end, timezone,"
                " parameter_version_id, parameters, text_model)"
                " VALUES ($1, 't1', $1, 1, 'MANUAL', '2026-01-01', '2026-01-31', 'UTC', $2, $3, 'lexicon')",
                run,
                version,
                snapshot(parameters),
            )
        await migrate(connection)
        rows: list[Any] = await connection.fetch("SELECT parameters FROM score_runs ORDER BY id")
    first, second = (read_snapshot(row["parameters"]) for row in rows)
    assert first.parameters == second.parameters == parameters
    assert (first.base_version_id, second.base_version_id) == ("p1", None)
    assert (first.context, first.applied_override_ids, first.narrow) == (Context("o1", "t1"), (), ())
