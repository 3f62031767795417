"""Score runs against a fresh database, without Redis, and a text model whose readings stand in the text."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from math import fsum
from random import Random
from typing import Any

import httpx
from msgspec import Struct

from engine import App, JobContext
from engine.testing import FakeClock, Given, Ran, run_job
from jobs.connectors import Http
from jobs.database import Pool, open_pool
from jobs.payloads import ScoreResult, ScoreRun
from jobs.resources import Resources
from jobs.scoring import score
from jobs.scoring.text import Clause, Reading
from tests.support.no_tls import NO_TLS

FIRST, LAST = date(2025, 11, 2), date(2026, 1, 31)
"""The period that tests score: 91 days, so that its sixtieth last is within."""
_FENCE = 1_000_000_000_000_000

_app = App(slot="test")
_queue = _app.queue("score_run", group_by="tenantId")


class SpelledOut:
    """Reads "food 0.5; nothing; service -1": clauses, each with the score at its end; a text's is their mean."""

    version = "spelled-out"

    def read(self, text: str) -> Reading:
        clauses = tuple(_clause(part.strip()) for part in text.split(";"))
        told = [clause.score for clause in clauses if clause.score is not None]
        return Reading(fsum(told) / len(told) if told else None, clauses)


def _clause(text: str) -> Clause:
    last = text.rsplit(" ", 1)[-1]
    try:
        return Clause(text, float(last))
    except ValueError:
        return Clause(text, None)


@_queue.job(attempts=3, timeout_s=900)
async def score_run(job: JobContext[Resources], payload: ScoreRun) -> ScoreResult:
    return await score(job, payload, SpelledOut())


@_app.queue("score_run_by_words", group_by="tenantId").job(attempts=3, timeout_s=900)
async def score_run_by_words(job: JobContext[Resources], payload: ScoreRun) -> ScoreResult:
    """The same with the model of production."""
    return await score(job, payload)


class ScoreBench(Struct, kw_only=True):
    """What a test works with; fences rise from call to call, as the engine's do."""

    pool: Pool
    resources: Resources
    fence: int = _FENCE
    reviews: int = 0

    def delivery(self, job_id: str = "score", attempt: int = 1, run: int | None = None) -> Given:
        """The next delivery of a job; of a run of its own unless one is given."""
        self.fence += 1
        return Given(job_id=job_id, fence=self.fence, run=run or self.fence, attempt=attempt)

    async def score(
        self, tenant: str = "t1", *, given: Given | None = None, by_words: bool = False, **more: Any
    ) -> Ran:
        """One delivery of a score run of FIRST to LAST."""
        fields: dict[str, Any] = {"tenant_id": tenant, "period_start": f"{FIRST}", "period_end": f"{LAST}"} | more
        payload = ScoreRun(**fields)
        job = score_run_by_words if by_words else score_run
        given = given or self.delivery()
        return await run_job(job, payload, resources=self.resources, given=given, clock=FakeClock())

    async def review(self, day: date, content: str | None, rating: float | None = None, **more: Any) -> str:
        """A review of tenant t1 at noon (UTC) of the day is stored; its id."""
        self.reviews += 1
        row: dict[str, Any] = {
            "id": f"r{self.reviews:03}",
            "tenant_id": "t1",
            "connector_id": "c1",
            "external_review_id": f"r{self.reviews:03}",
            "source_type": "GOOGLE",
            "rating": rating,
            "content": content,
            "review_date": datetime.combine(day, time(12), UTC),
            "detected_language": "en",
        } | more
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        await self.pool.execute(f"INSERT INTO reviews ({', '.join(row)}) VALUES ({places})", *row.values())
        return str(row["id"])

    async def task(self, task_id: str, completed_at: datetime, theme: str = "theme-food-quality", **more: Any) -> str:
        """A task of tenant t1 that was completed at that moment is stored; its id."""
        row: dict[str, Any] = {
            "id": task_id,
            "tenant_id": "t1",
            "theme_id": theme,
            "title": f"Task {task_id}",
            "status": "COMPLETED",
            "completed_at": completed_at,
        } | more
        places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        await self.pool.execute(f"INSERT INTO tasks ({', '.join(row)}) VALUES ({places})", *row.values())
        return task_id

    async def fixes(self) -> dict[str, dict[str, Any]]:
        """The rows of `fix_scores` by task."""
        return {row["task_id"]: dict(row) for row in await self.pool.fetch("SELECT * FROM fix_scores")}

    async def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that the statement gives."""
        return [tuple(row) for row in await self.pool.fetch(statement, *values)]

    async def contents(self) -> dict[str, list[str]]:
        """Everything that stands in the tables that scoring writes."""
        tables = ("score_runs", "review_scores", "theme_scores", "review_themes", "review_extractions")
        return {
            table: [row["text"] for row in await self.pool.fetch(f"SELECT t::text AS text FROM {table} t ORDER BY 1")]
            for table in tables
        }


@asynccontextmanager
async def open_score_bench(database_url: str) -> AsyncGenerator[ScoreBench]:
    """Tenant t1 with connector c1, and t2, of organisation o1, all in UTC; no review yet."""
    async with open_pool(database_url) as pool, httpx.AsyncClient(verify=NO_TLS) as client:
        await pool.execute("INSERT INTO organisations (id, name) VALUES ('o1', 'One'), ('o2', 'Two')")
        await pool.execute(
            "INSERT INTO tenants (id, organisation_id, name, slug, timezone)"
            " VALUES ('t1', 'o1', 'First', 'first', 'UTC'), ('t2', 'o1', 'Second', 'second', 'UTC')"
        )
        await pool.execute(
            "INSERT INTO connectors (id, tenant_id, source_type, name) VALUES ('c1', 't1', 'GOOGLE', 'Google'),"
            " ('c2', 't1', 'HELLOPETER', 'Hellopeter')"
        )
        http = Http(client, random=Random(0))
        yield ScoreBench(pool=pool, resources=Resources(pool=pool, http=http, random=Random(0)))
