"""Equal texts at several connectors of a tenant: the earliest counts, the others point at it.

Which one is the original depends on the reviews only, not on the order in which they were fetched.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from jobs.database import Connection
from jobs.ingestion.connector import Claim
from jobs.ingestion.rows import Fetched

# The earliest of its text by (review date, id) is the original. Those of its own connector are customers who wrote
# the same; those of other connectors are the same review again. Reviews that are gone take no part.
_MARK = """
    WITH equals AS (
        SELECT id, connector_id, first_value(id) OVER same AS first_id,
               first_value(connector_id) OVER same AS first_connector
        FROM reviews
        WHERE tenant_id = $1 AND content_hash = ANY($2) AND removed_at IS NULL
        WINDOW same AS (PARTITION BY content_hash ORDER BY review_date, id)
    ), due AS (
        SELECT id, CASE WHEN connector_id <> first_connector THEN first_id END AS original FROM equals
    )
    UPDATE reviews r SET duplicate_of = due.original, updated_at = now()
    FROM due WHERE r.tenant_id = $1 AND r.id = due.id AND r.duplicate_of IS DISTINCT FROM due.original
"""
_COPIES = "SELECT external_review_id FROM reviews WHERE connector_id = $1 AND id = ANY($2) AND duplicate_of IS NOT NULL"


async def mark_duplicates(
    connection: Connection, claim: Claim, hashes: Collection[str], fetched: Sequence[Fetched]
) -> set[str]:
    """The tenant's reviews of these texts point at their originals; gives which of `fetched` are copies."""
    await remark(connection, claim.tenant_id, hashes)
    ids = [row.id for row in fetched]
    return {row["external_review_id"] for row in await connection.fetch(_COPIES, claim.connector_id, ids)}


async def remark(connection: Connection, tenant_id: str, hashes: Collection[str]) -> None:
    """The tenant's reviews of these texts point at their originals."""
    if hashes:
        await connection.execute(_MARK, tenant_id, list(hashes))
