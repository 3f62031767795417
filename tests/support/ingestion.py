"""An ingest against a simulated source and a fresh database, without Redis."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from msgspec import Struct

from engine import App, JobContext
from engine.testing import FakeClock, Given, Ran, run_job
from jobs.connectors import Http
from jobs.connectors.addresses import ALLOW_VARIABLE, Allowed
from jobs.connectors.guard import guarded_client
from jobs.credentials import KEY_VARIABLE, Place, Vault
from jobs.database import Pool, open_pool
from jobs.ingestion import ingest
from jobs.payloads import IngestResult, IngestReviews
from jobs.resources import Resources
from jobs.simulator import Simulator, World, connector_credentials, connector_settings, make_world
from tests.support.no_tls import NO_TLS

AS_OF = date(2026, 10, 31)
KEYS = {KEY_VARIABLE: "0123456789abcdef" * 4}
"""For the environment of a worker that reads this bench's connectors."""
VAULT = Vault.read(KEYS)
LOOPBACK = {ALLOW_VARIABLE: "127.0.0.1"}
"""The same for the simulator, which is at no public address."""
_FENCE = 1_000_000_000_000_000

_app = App(slot="test")
_queue = _app.queue("ingest_reviews")
_hurried = _app.queue("hurried")


@_queue.job(attempts=5, timeout_s=900)
async def ingest_reviews(job: JobContext[Resources], payload: IngestReviews) -> IngestResult:
    return await ingest(job, payload)


@_hurried.job(attempts=5, timeout_s=30)
async def hurried(job: JobContext[Resources], payload: IngestReviews) -> IngestResult:
    """The same with less time than the ingest keeps in reserve."""
    return await ingest(job, payload)


class Bench(Struct, kw_only=True):
    """What a test works with; fences rise from call to call, as the engine's do."""

    pool: Pool
    resources: Resources
    simulator: Simulator
    fence: int = _FENCE

    @property
    def world(self) -> World:
        return self.simulator.world

    async def ingest(
        self, connector: str = "c1", *, given: Given | None = None, in_a_hurry: bool = False, **payload: Any
    ) -> Ran:
        """One delivery of an ingest of tenant t1's connector; `given.fence` 0 means the next one."""
        self.fence += 1
        given = given or Given(run=self.fence)
        fence = self.fence if given.fence == Given().fence else given.fence
        told = Given(job_id=given.job_id, fence=fence, run=given.run, attempt=given.attempt, snoozed_s=given.snoozed_s)
        fields: dict[str, Any] = {"tenant_id": "t1", "connector_id": connector} | payload
        asked = IngestReviews(**fields)
        job = hurried if in_a_hurry else ingest_reviews
        return await run_job(job, asked, resources=self.resources, given=told, clock=FakeClock())

    async def add_connector(self, connector: str, tenant: str, location: str, **settings: Any) -> None:
        """A GOOGLE connector of the tenant that reads `location` from the simulator."""
        await self.pool.execute(
            "INSERT INTO connectors (id, tenant_id, source_type, name, external_id, settings, credentials)"
            " VALUES ($1, $2, 'GOOGLE', $1, $3, $4, $5)",
            connector,
            tenant,
            location,
            connector_settings(self.simulator.url) | settings,
            VAULT.seal(connector_credentials(), Place(tenant, connector)),
        )

    async def add_file_connector(self, connector: str, source_type: str, path: str, **settings: Any) -> None:
        """A connector of tenant t1 that reads a file of the bench's folder."""
        await self.pool.execute(
            "INSERT INTO connectors (id, tenant_id, source_type, name, external_id, settings)"
            " VALUES ($1, 't1', $2, $1, $1, $3)",
            connector,
            source_type,
            {"mode": "file", "path": path} | settings,
        )

    async def row(self, statement: str, *values: object) -> dict[str, Any]:
        """The one row that the statement gives."""
        (row,) = await self.pool.fetch(statement, *values)
        return dict(row)

    async def versions(self, table: str) -> set[tuple[Any, ...]]:
        """Every row of a table as the place and transaction that wrote it: equal sets, nothing was written."""
        rows = await self.pool.fetch(f"SELECT ctid::text, xmin::text FROM {table}")
        return {tuple(row) for row in rows}

    async def contents(self, tables: tuple[str, ...] = ("connectors", "ingestion_runs", "reviews")) -> list[list[str]]:
        """Everything that stands in the tables."""
        return [
            [row["text"] for row in await self.pool.fetch(f"SELECT t::text AS text FROM {table} t ORDER BY 1")]
            for table in tables
        ]


@asynccontextmanager
async def open_bench(
    database_url: str, *, locations: int = 2, reviews: int = 120, files: Path | None = None
) -> AsyncGenerator[Bench]:
    """Tenants t1 and t2 of organisation o1; connector c1 of t1 reads the first location, c2 of t1 the second."""
    world = make_world(seed=7, as_of=AS_OF, locations=locations, reviews=reviews)
    guarded = guarded_client(Allowed.read(LOOPBACK), tls=NO_TLS)
    async with open_pool(database_url) as pool, guarded as client, Simulator(world) as simulator:
        http = Http(client, random=Random(0), sleep=_no_sleep)
        resources = Resources(pool=pool, http=http, files=files, random=Random(0), vault=VAULT)
        bench = Bench(pool=pool, resources=resources, simulator=simulator)
        await pool.execute("INSERT INTO organisations (id, name) VALUES ('o1', 'One')")
        await pool.execute(
            "INSERT INTO tenants (id, organisation_id, name, slug)"
            " VALUES ('t1', 'o1', 'First', 'first'), ('t2', 'o1', 'Second', 'second')"
        )
        for number, location in enumerate(world.locations, 1):
            await bench.add_connector(f"c{number}", "t1", location)
        yield bench


async def _no_sleep(_seconds: float) -> None:
    return
