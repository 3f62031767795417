"""The job `ingest_reviews`: check, open the run, read page by page, compare, close."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import msgspec

from engine import JobContext, Snooze
from jobs.connectors import RateLimited, Source, StaleCursor, open_source
from jobs.database import Connection
from jobs.ingestion.connector import Claim, Connector, find_connector
from jobs.ingestion.faults import RateLimitedTooLong, StaleFence, error_type
from jobs.ingestion.finish import close_run, remove_missing, shows_what_is_gone
from jobs.ingestion.likeness import store_likeness
from jobs.ingestion.pages import store_page
from jobs.ingestion.run import Run, RunRequest, fail_run, open_run
from jobs.ingestion.window import read_back_to, read_sync_settings
from jobs.payloads import IngestResult, IngestReviews
from jobs.resources import Resources

from engine import UnrecoverableError  # isort: skip

RESERVE_S = 60.0
"""With less time left than a slow page needs, the job hands itself back."""
LONGEST_SNOOZE_S = 24 * 3600.0
MOST_RESTARTS = 3


async def ingest(job: JobContext[Resources], payload: IngestReviews) -> IngestResult:
    """The connector's reviews are stored as its source shows them.

    Raises UnrecoverableError if trying again cannot help, Snooze to go on later, uncharged; anything else is a
    failed attempt, and the next one goes on at the page where this one stopped.
    """
    job.progress("validate", 5)
    async with job.resources.pool.acquire() as connection:
        connector = await find_connector(connection, payload.tenant_id, payload.connector_id)
        run = await _open(connection, job, payload, connector)
    if run.finished:
        job.log("an earlier delivery of this job has brought the run to its end")
        return _result(run, connector)
    try:
        run = await _read(job, run, _source(job, connector, run.claim))
    ...


def _placeholder() -> None: ...
