"""Run repair: a run whose row says RUNNING although its job is not live is set FAILED, with the engine's reason."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
from msgspec import Struct

from engine import App, EngineError, Inspector, JobStatus, State
from jobs.database import Pool

REPAIR_EVERY_S = 60.0
LOOK_EVERY_S = 1.0
"""So often a worker that has just started looks whether it is listed; after `LOOKS` times it says that it is not."""
LOOKS = 30
QUIET_FOR = timedelta(seconds=60)
"""A row written more recently may still be in somebody's hands, unless the engine says that its job has ended."""
AT_ONCE = 100
LONGEST_REASON = 2_000

Sleep = Callable[[float], Awaitable[None]]
_log = logging.getLogger(__name__)

_UNDER_WAY = """
    SELECT id, job_id, job_run, fence, updated_at > now() - $1::interval AS fresh FROM {table}
    WHERE status = 'RUNNING' AND id > $2 ORDER BY id LIMIT $3
"""
# A row that a newer delivery has taken up meanwhile has another fence and stays as it is.
_FAIL = """
    UPDATE {table}
    SET status = 'FAILED', error_message = $3, completed_at = greatest(now(), started_at), updated_at = now()
    WHERE id = $1 AND fence = $2 AND status = 'RUNNING'
    RETURNING id
"""
_FORGET_SEEN = "DELETE FROM ingestion_seen WHERE ingestion_run_id = $1"
# If the job goes on after all, as after a Redis was empty awhile, what it met before must not be taken for gone.
_DOUBT = """
    UPDATE ingestion_runs SET pagination_state = pagination_state || '{"unsure": true}'::jsonb WHERE id = $1
"""


class Repaired(Struct, frozen=True):
    """A run that was set FAILED."""

    table: str
    id: str
    job_id: str
    reason: str


class _Place(Struct, frozen=True):
    """Where runs of a queue's jobs are recorded."""

    queue: str
    table: str


_PLACES = (_Place("ingest_reviews", "ingestion_runs"), _Place("score_run", "score_runs"))


@asynccontextmanager
async def repaired_runs(app: App, pool: Pool, sleep: Sleep = asyncio.sleep) -> AsyncGenerator[None]:
    """In the block runs are repaired, at its start and then each minute; errors are logged and change nothing.

    Redis is the environment's. A worker that is not listed there works for another Redis, of which nobody may judge
    by this one: then nothing is repaired, and that is logged.
    """
    task = asyncio.create_task(_keep_repairing(app, pool, sleep), name="run repair")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def repair_runs(pool: Pool, inspector: Inspector) -> list[Repaired]:
    """Every run whose job is not live is FAILED with the reason; gives those that this call set so."""
    return [one for place in _PLACES for one in await _repair(pool, inspector, place)]


def why_dead(status: JobStatus | None, run: int) -> str | None:
    """Why the job of a row will not go on; None if it may."""
    if status is None:
        return "its job is no longer stored in Redis"
    if status.run != run:
        return "its job was enqueued anew before it ended"
    if not status.state.ended:
        return None
    if status.state is State.FAILED:
        return status.failed_reason or "its job failed"
    return f"its job is {status.state}"


async def _keep_repairing(app: App, pool: Pool, sleep: Sleep) -> None:
    looks = 0
    while True:
        wait_s = REPAIR_EVERY_S
        try:
            if not await _repair_if_listed(app, pool):
                looks += 1
                wait_s = LOOK_EVERY_S if looks < LOOKS else REPAIR_EVERY_S
                if looks == LOOKS:
                    _log.warning(
                        "this worker is not listed in the Redis of its environment: runs of dead jobs stay RUNNING; "
                        "set REDIS_URL and ENGINE_PREFIX to what the worker uses"
                    )
        except (EngineError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            _log.warning("runs were not repaired: %s", error)
        except Exception:  # noqa: BLE001 - told with its traceback; one turn's fault must not end the others
            _log.exception("runs were not repaired")
        await sleep(wait_s)


async def _repair_if_listed(app: App, pool: Pool) -> bool:
    async with app.inspect() as inspector:
        if not await _listed(inspector):
            return False
        await repair_runs(pool, inspector)
        return True


async def _listed(inspector: Inspector) -> bool:
    here = (socket.gethostname(), os.getpid())
    return any((worker.host, worker.pid) == here for worker in await inspector.workers())


async def _repair(pool: Pool, inspector: Inspector, place: _Place) -> list[Repaired]:
    repaired: list[Repaired] = []
    after = ""
    while True:
        rows = await pool.fetch(_UNDER_WAY.format(table=place.table), QUIET_FOR, after, AT_ONCE)
        statuses = await asyncio.gather(*(inspector.show(place.queue, row["job_id"]) for row in rows))
        for row, status in zip(rows, statuses, strict=True):
            reason = _judge(row, status)
            if reason is not None and await _fail(pool, place, row, reason):
                repaired.append(Repaired(place.table, row["id"], row["job_id"], reason))
                _log.warning("run %s of job %s is FAILED: %s", row["id"], row["job_id"], reason)
        if len(rows) < AT_ONCE:
            return repaired
        after = rows[-1]["id"]


def _judge(row: asyncpg.Record, status: JobStatus | None) -> str | None:
    """Why the row is to be FAILED; an end that the engine knows of holds at once, another only for a quiet row."""
    reason = why_dead(status, row["job_run"])
    known_end = status is not None and status.run == row["job_run"]
    return reason if known_end or not row["fresh"] else None


async def _fail(pool: Pool, place: _Place, row: asyncpg.Record, reason: str) -> bool:
    async with pool.acquire() as connection, connection.transaction():
        statement = _FAIL.format(table=place.table)
        done = await connection.fetchval(statement, row["id"], row["fence"], reason[:LONGEST_REASON])
        if done is not None and place.table == "ingestion_runs":
            await connection.execute(_FORGET_SEEN, row["id"])
            await connection.execute(_DOUBT, row["id"])
    return done is not None
