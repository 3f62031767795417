"""The end of a run: what is gone is marked, the run and its connector say how it went."""

from __future__ import annotations

import msgspec

from jobs.database import Connection
from jobs.ingestion.duplicates import remark
from jobs.ingestion.run import Counts, Run, read_run
from jobs.ingestion.window import leaves_no_hole

_REMOVE = """
    UPDATE reviews r SET removed_at = now(), updated_at = now()
    WHERE r.tenant_id = $1 AND r.connector_id = $2 AND r.removed_at IS NULL AND NOT EXISTS (
        SELECT FROM ingestion_seen s WHERE s.ingestion_run_id = $3 AND s.external_review_id = r.external_review_id)
    RETURNING r.content_hash
"""
_COUNT_REMOVED = "UPDATE ingestion_runs SET reviews_removed = reviews_removed + $2, updated_at = now() WHERE id = $1"
_CLOSE_RUN = """
    UPDATE ingestion_runs
    SET status = $2, error_message = $3, pagination_state = $4, completed_at = now(), updated_at = now()
    WHERE id = $1 RETURNING *
"""
_FORGET_SEEN = "DELETE FROM ingestion_seen WHERE ingestion_run_id = $1"
_LAST_SYNCED = "SELECT last_synced_at FROM connectors WHERE tenant_id = $1 AND id = $2"
_CLOSE_CONNECTOR = """
    UPDATE connectors
    SET status = CASE WHEN status IN ('PAUSED', 'DISCONNECTED') THEN status ELSE 'ACTIVE' END,
        error_count = 0, error_message = NULL,
        last_synced_at = CASE WHEN $3::timestamptz IS NULL THEN last_synced_at
                              ELSE greatest(last_synced_at, $3::timestamptz) END
    WHERE tenant_id = $1 AND id = $2
"""


def shows_what_is_gone(run: Run, *, lists_everything: bool) -> bool:
    """Whether a review that this run did not meet was deleted at its source."""
    state = run.state
    whole = run.since is None and run.max_reviews is None and state.ended and not state.unsure
    return lists_everything and whole


def status_of(counts: Counts) -> str:
    """How a run that read to its end is called."""
    if not counts.errors:
        return "COMPLETED"
    return "PARTIAL" if counts.created or counts.updated else "FAILED"


async def remove_missing(connection: Connection, run: Run) -> int:
    """The connector's reviews that the run did not meet are marked as gone; gives how many are so only now."""
    claim = run.claim
    async with connection.transaction():
        await claim.hold(connection)
        gone = await connection.fetch(_REMOVE, claim.tenant_id, claim.connector_id, run.id)
        await remark(connection, claim.tenant_id, {row["content_hash"] for row in gone if row["content_hash"]})
        await connection.execute(_COUNT_REMOVED, run.id, len(gone))
    return len(gone)


async def close_run(connection: Connection, run: Run) -> Run:
    """The run has ended and the connector is well; `last_synced_at` is the run's start if it left no hole.

    A FAILED run has left one: its rows may be readable once this program is.
    """
    claim = run.claim
    status = status_of(run.counts)
    message = f"{run.counts.errors} of {run.counts.fetched} rows could not be stored" if run.counts.errors else None
    state = msgspec.structs.replace(run.state, closed=True)
    async with connection.transaction():
        await claim.hold(connection)
        last = await connection.fetchval(_LAST_SYNCED, claim.tenant_id, claim.connector_id)
        whole = status != "FAILED" and leaves_no_hole(run.since, last, cut=run.state.cut or run.state.slipped)
        synced_at = run.started_at if whole else None
        await connection.execute(_CLOSE_CONNECTOR, claim.tenant_id, claim.connector_id, synced_at)
        await connection.execute(_FORGET_SEEN, run.id)
        row = await connection.fetchrow(_CLOSE_RUN, run.id, status, message, state)
    assert row is not None
    return read_run(row, claim)
