"""The likeness of a run's new and edited reviews, and of the later ones that they affect, is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec

from jobs.database import Connection, Pool
from jobs.ingestion.run import Place, Run
from jobs.ingestion.similarity import WINDOW, Comparable, similarities

CHUNK = 400
"""Reviews compared in one go: the tenant's other ingests wait that long."""

# A changed text affects itself and whatever came in the 90 days after it.
_AFFECTED = """
    WITH changed AS (
        SELECT range_agg(tstzrange(r.review_date, r.review_date + $3::interval, '[]')) AS spans
        FROM ingestion_seen s JOIN reviews r ON r.connector_id = $4 AND r.external_review_id = s.external_review_id
        WHERE s.ingestion_run_id = $1 AND s.changed
    )
    SELECT r.id, r.review_date FROM reviews r, changed
    WHERE r.tenant_id = $2 AND r.review_date <@ changed.spans
      AND (r.content IS NOT NULL OR r.duplicate_similarity IS NOT NULL)
    ORDER BY r.review_date, r.id
"""
_NEARBY = """
    SELECT id, review_date, connector_id, coalesce(author_id, author_name) AS author, content
    FROM reviews WHERE tenant_id = $1 AND review_date BETWEEN $2 AND $3
"""
_STORE = """
    UPDATE reviews r SET duplicate_similarity = new.likeness, updated_at = now()
    FROM unnest($2::text[], $3::float8[]) AS new (id, likeness)
    WHERE r.tenant_id = $1 AND r.id = new.id AND r.duplicate_similarity IS DISTINCT FROM new.likeness
"""
_SAVE_STATE = "UPDATE ingestion_runs SET pagination_state = $2, updated_at = now() WHERE id = $1"


async def store_likeness(pool: Pool, run: Run) -> AsyncIterator[Run]:
    """Step by step, every affected review has its likeness; gives the run after each step.

    A later delivery goes on after the last step. Raises StaleFence if a newer one has the connector.
    """
    async with pool.acquire() as connection:
        tenant, connector = run.claim.tenant_id, run.claim.connector_id
        affected = await connection.fetch(_AFFECTED, run.id, tenant, WINDOW, connector)
    places = [Place(row["review_date"], row["id"]) for row in affected]
    done = run.state.compared
    left = [place for place in places if done is None or (place.at, place.id) > (done.at, done.id)]
    for start in range(0, len(left), CHUNK):
        async with pool.acquire() as connection:
            run = await _store_chunk(connection, run, left[start : start + CHUNK])
        yield run


async def _store_chunk(connection: Connection, run: Run, places: list[Place]) -> Run:
    tenant_id = run.claim.tenant_id
    async with connection.transaction():
        await run.claim.hold(connection)
        rows = await connection.fetch(_NEARBY, tenant_id, places[0].at - WINDOW, places[-1].at)
        nearby = [Comparable.of(*row) for row in rows]
        # A second of comparing would hold up every other job of this process.
        likeness = await asyncio.to_thread(similarities, nearby, {place.id for place in places})
        await connection.execute(_STORE, tenant_id, list(likeness), list(likeness.values()))
        state = msgspec.structs.replace(run.state, compared=places[-1])
        await connection.execute(_SAVE_STATE, run.id, state)
    return msgspec.structs.replace(run, state=state)
