"""The book outside Redis: who tried to enqueue what, what was acknowledged, and a sink that is fenced."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
from msgspec import Struct

from engine import Enqueued

Verdict = Literal["accepted", "repeated", "stale"]

_TABLES = """
CREATE TABLE asked (
    job_id text PRIMARY KEY, part text NOT NULL, delay_ms bigint NOT NULL, asked_us bigint NOT NULL
);
CREATE TABLE acknowledged (
    job_id text PRIMARY KEY, run bigint NOT NULL, created boolean NOT NULL, acked_us bigint NOT NULL
);
CREATE TABLE sink (job_id text PRIMARY KEY, run bigint NOT NULL, fence bigint NOT NULL, effects int NOT NULL);
CREATE TABLE effects (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_id text NOT NULL, run bigint NOT NULL,
    fence bigint NOT NULL, pid int NOT NULL, at_us bigint NOT NULL, verdict text NOT NULL
);
CREATE FUNCTION offer(given_id text, given_run bigint, given_fence bigint, given_pid int, given_us bigint)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    stored sink;
    answer text;
BEGIN
    INSERT INTO sink VALUES (given_id, 0, 0, 0) ON CONFLICT DO NOTHING;
    SELECT * INTO stored FROM sink WHERE job_id = given_id FOR UPDATE;
    answer := CASE WHEN given_fence <= stored.fence THEN 'stale'
                   WHEN given_run = stored.run THEN 'repeated' ELSE 'accepted' END;
    IF answer <> 'stale' THEN
        UPDATE sink SET run = given_run, fence = given_fence, effects = effects + (answer = 'accepted')::int
        WHERE job_id = given_id;
    END IF;
    INSERT INTO effects (job_id, run, fence, pid, at_us, verdict)
    VALUES (given_id, given_run, given_fence, given_pid, given_us, answer);
    RETURN answer;
END $$;
"""
_HALVES = """
SELECT count(*) FROM sink FULL JOIN (
    SELECT job_id, count(*) FILTER (WHERE verdict = 'accepted') AS accepted,
        max(fence) FILTER (WHERE verdict <> 'stale') AS newest
    FROM effects GROUP BY job_id
) AS log USING (job_id)
WHERE (sink.effects, sink.fence) IS DISTINCT FROM (log.accepted, log.newest)
"""


class Asked(Struct, frozen=True):
    """An enqueue that was tried: `part` is what the job was to do."""

    id: str
    part: str
    delay_ms: int = 0
    asked_us: int = 0


class Acknowledged(Struct, frozen=True):
    """An enqueue that was answered."""

    id: str
    run: int
    created: bool
    acked_us: int


class Effect(Struct, frozen=True):
    """An effect that was offered to the sink, in the order `seq`, and what became of it."""

    seq: int
    id: str
    run: int
    fence: int
    pid: int
    at_us: int
    verdict: Verdict


class Book:
    """The producer's pages. What is written is committed, whoever is killed afterwards."""

    def __init__(self, url: str, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self.url, self._pool = url, pool

    async def ask(self, jobs: Sequence[Asked]) -> None:
        """It is written that these are going to be enqueued: call it before the enqueue is sent."""
        now_us = time.time_ns() // 1000
        rows = [(job.id, job.part, job.delay_ms, job.asked_us or now_us) for job in jobs]
        await self._pool.copy_records_to_table("asked", records=rows)

    async def acknowledge(self, tickets: Sequence[Enqueued]) -> None:
        """It is written that these enqueues were answered."""
        now_us = time.time_ns() // 1000
        rows = [(ticket.id, ticket.run, ticket.created, now_us) for ticket in tickets]
        await self._pool.copy_records_to_table("acknowledged", records=rows)

    async def acknowledge_again(self, job_id: str, run: int) -> None:
        """It is written that a later call answered another run for this job, or the first one."""
        await self._pool.execute(
            "INSERT INTO acknowledged VALUES ($1, $2, true, $3) ON CONFLICT (job_id) DO UPDATE SET run = excluded.run",
            job_id,
            run,
            time.time_ns() // 1000,
        )

    async def asked(self) -> list[Asked]:
        """Every enqueue that was tried."""
        return [Asked(*row) for row in await self._pool.fetch("SELECT * FROM asked")]

    async def acknowledged(self) -> list[Acknowledged]:
        """Every enqueue that was answered."""
        return [Acknowledged(*row) for row in await self._pool.fetch("SELECT * FROM acknowledged")]

    async def effects(self) -> list[Effect]:
        """Every effect that was offered, in the order in which the sink judged them."""
        return [Effect(*row) for row in await self._pool.fetch("SELECT * FROM effects ORDER BY seq")]

    async def halves(self) -> int:
        """How many jobs have a part of their effect: the sink's count, or its newest fence, is not that of the log."""
        found: int = await self._pool.fetchval(_HALVES)
        return found

    async def open_transactions(self) -> list[int]:
        """The server's processes with a transaction of this database that waits for who opened it."""
        rows = await self._pool.fetch(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
        )
        return [row["pid"] for row in rows]


class Sink:
    """Where handlers make their effect: at most one for each run, and none of a delivery that was overtaken."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool

    async def offer(self, job_id: str, run: int, fence: int, open_s: float = 0.0) -> Verdict:
        """`accepted`: made now; `repeated`: an earlier delivery of this run made it; `stale`: a later one was here.

        It is committed; `open_s`: how long the transaction stays open before.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            verdict: Verdict = await connection.fetchval(
                "SELECT offer($1, $2, $3, $4, $5)", job_id, run, fence, os.getpid(), time.time_ns() // 1000
            )
            await asyncio.sleep(open_s)
        return verdict


@asynccontextmanager
async def open_book(server_url: str) -> AsyncGenerator[Book]:
    """An empty book in a database of its own, which is gone afterwards."""
    name = f"book_{uuid4().hex[:12]}"
    url = urlsplit(server_url)._replace(path=f"/{name}").geturl()
    await _execute(server_url, f'CREATE DATABASE "{name}"')
    try:
        await _execute(url, _TABLES)
        async with asyncpg.create_pool(url, min_size=0, max_size=2) as pool:
            yield Book(url, pool)
    finally:
        await _execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@asynccontextmanager
async def open_sink(book_url: str, connections: int = 4) -> AsyncGenerator[Sink]:
    """The sink of a book, with connections of its own."""
    async with asyncpg.create_pool(book_url, min_size=1, max_size=connections) as pool:
        yield Sink(pool)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
