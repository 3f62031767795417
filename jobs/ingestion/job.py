"""The job `ingest_reviews`: check, take over, read page by page, compare, close."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg

from engine import JobContext, LeaseLost, Snooze, UnrecoverableError
from jobs.connectors import Page, RateLimited, Source, StaleCursor, open_source, reads_file
from jobs.database import without_rows
from jobs.ingestion.connector import Claim, Connector, find_connector
from jobs.ingestion.faults import RateLimitedTooLong, StaleFence, error_type
from jobs.ingestion.finish import close_run, remove_missing, shows_what_is_gone
from jobs.ingestion.likeness import store_likeness
from jobs.ingestion.pages import store_page
from jobs.ingestion.run import Failure, Run, RunRequest, open_run, record_failure, take_over
from jobs.ingestion.window import read_back_to, read_sync_settings
from jobs.payloads import IngestResult, IngestReviews
from jobs.resources import Resources

RESERVE_S = 60.0
"""With less time left than a slow page takes, the job hands itself back."""
LONGEST_SNOOZE_S = 24 * 3600.0
MOST_RESTARTS = 3


async def ingest(job: JobContext[Resources], payload: IngestReviews) -> IngestResult:
    """The connector's reviews are stored as its source shows them.

    Raises UnrecoverableError where trying again cannot help and Snooze to go on later, uncharged. After any other
    error the next attempt goes on at the page where this one stopped.
    """
    job.progress("validate", 5)
    async with job.resources.pool.acquire() as connection:
        connector = await find_connector(connection, payload.tenant_id, payload.connector_id)
    job.log(f"connector {connector.id} ({connector.source_type}) of tenant {connector.tenant_id}")
    attempt = Attempt(job, connector)
    try:
        with without_rows():
            return await attempt.work(payload)
    except Snooze:
        raise
    except (StaleFence, LeaseLost) as stop:
        job.log(f"{stop}")
        raise
    except asyncio.CancelledError:
        if job.stop_reason == "timeout":
            await attempt.fail(TimeoutError("the attempt ran out of time"))
        raise
    except Exception as error:
        await attempt.fail(error)
        raise


class Attempt:
    """One delivery's work for one connector: its steps in order, and what is recorded when one fails."""

    def __init__(self, job: JobContext[Resources], connector: Connector) -> None:
        self._job = job
        self._pool = job.resources.pool
        self._connector = connector
        self._claim = Claim(connector.tenant_id, connector.id, job.fence)
        self._run: Run | None = None

    async def work(self, payload: IngestReviews) -> IngestResult:
        """The run is at its end; what it came to."""
        run = await self._open(payload)
        if run.state.closed:
            self._job.log("an earlier delivery has brought this run to its end")
            return _result(run, self._connector)
        config = self._connector.config(self._job.resources.vault)
        resources = self._job.resources
        source = open_source(config, resources.http, self._save_credentials, resources.files)
        run = await self._read(run, source)
        run = await self._finish(run, source)
        return _result(run, self._connector)

    async def fail(self, error: BaseException) -> None:
        """The failed attempt is recorded, unless a newer delivery has the connector or PostgreSQL is away."""
        final = isinstance(error, UnrecoverableError) or self._job.attempt >= self._job.max_attempts
        failure = Failure(error_type(error), f"{error}" or type(error).__name__, final)
        try:
            async with self._pool.acquire() as connection:
                await record_failure(connection, self._claim, self._run, failure)
        except StaleFence as stale:
            self._job.log(f"not recorded: {stale}")
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as away:
            self._job.log(f"not recorded: {type(away).__name__}: {away}")  # the first error matters more

    async def _open(self, payload: IngestReviews) -> Run:
        """The connector is taken over and the run has its row."""
        job, connector = self._job, self._connector
        async with self._pool.acquire() as connection:
            await take_over(connection, self._claim, job.id)
            settings = read_sync_settings(connector.settings)
            from_file = reads_file(connector.source_type, connector.settings)
            request = RunRequest(
                job_id=job.id,
                job_run=job.run,
                since=read_back_to(payload, None if from_file else connector.last_synced_at, settings),
                max_reviews=payload.max_reviews,
                triggered_by_id=payload.triggered_by_id,
                correlation_id=payload.correlation_id,
            )
            self._run = run = await open_run(connection, self._claim, request)
        job.progress("create run", 10)
        job.log(f"run {run.id}, attempt {job.attempt} of {job.max_attempts}")
        job.progress("range", 15)
        job.log("reads everything" if run.since is None else f"reads changes since {run.since.isoformat()}")
        return run

    async def _read(self, run: Run, source: Source) -> Run:
        """Every page that is asked for is stored, from where the last attempt stopped."""
        self._job.progress("fetch", 30)
        if run.state.pages and not run.state.ended:
            self._job.log(f"goes on after page {run.state.pages}")
        restarts = 0
        cursor = run.state.cursor
        while not run.state.ended:
            try:
                async for page in source.pages(cursor=cursor, since=run.since):
                    run = await self._store(run, page)
                    if run.state.ended:
                        break
                    self._hand_back_if_late()
            except StaleCursor as stale:
                restarts += 1
                if restarts > MOST_RESTARTS:
                    raise
                self._job.log(f"{stale}; starts again from the first page")
                cursor = None
            except RateLimited as limit:
                if self._job.snoozed_s >= LONGEST_SNOOZE_S:
                    raise RateLimitedTooLong(f"rate limited for a day without a page: {limit}") from limit
                raise
        return run

    async def _store(self, run: Run, page: Page) -> Run:
        async with self._pool.acquire() as connection:
            self._run = run = await store_page(connection, run, page, self._job.resources.now())
        await self._job.checkpoint()
        counts, total = run.counts, page.total or 0
        share = min(1.0, counts.fetched / total) if total else 0.0
        self._job.progress("process", 60 + int(35 * share), counts.fetched, page.total)
        self._job.log(
            f"page {run.state.pages}: {counts.fetched} fetched so far, {counts.created} created, "
            f"{counts.updated} updated, {counts.skipped} skipped, {counts.errors} errors"
        )
        return run

    async def _finish(self, run: Run, source: Source) -> Run:
        """What is gone is marked, likeness is stored, run and connector are closed."""
        self._job.progress("finalise", 95)
        if shows_what_is_gone(run, lists_everything=source.lists_everything):
            async with self._pool.acquire() as connection:
                gone = await remove_missing(connection, run)
            self._job.log(f"{gone} reviews are no longer at the source")
        if run.state.slipped:
            self._job.log("reviews went while they were listed: the next sync reads back as far as this one")
        async for step in store_likeness(self._pool, run):
            run = step
            self._hand_back_if_late()
        async with self._pool.acquire() as connection:
            run = await close_run(connection, run)
        self._job.progress("done", 100)
        self._job.log(_summary(run))
        return run

    def _hand_back_if_late(self) -> None:
        if self._job.time_left_s < RESERVE_S:
            raise Snooze(0, "little time is left; the next delivery goes on from here")

    async def _save_credentials(self, credentials: dict[str, Any]) -> None:
        async with self._pool.acquire() as connection:
            await self._claim.save_credentials(connection, self._job.resources.vault, credentials)


def _summary(run: Run) -> str:
    counts = run.counts
    return (
        f"{run.status}: {counts.fetched} fetched, {counts.created} created, {counts.updated} updated, "
        f"{counts.skipped} skipped ({counts.duplicates} duplicates), {counts.errors} errors, {run.removed} removed"
    )


def _result(run: Run, connector: Connector) -> IngestResult:
    counts, ended_at = run.counts, run.completed_at or run.started_at
    return IngestResult(
        success=run.status != "FAILED",
        completed_at=ended_at,
        duration_ms=round((ended_at - run.started_at).total_seconds() * 1000),
        ingestion_run_id=run.id,
        connector_id=connector.id,
        source_type=connector.source_type,
        reviews_fetched=counts.fetched,
        reviews_created=counts.created,
        reviews_updated=counts.updated,
        reviews_skipped=counts.skipped,
        duplicates_found=counts.duplicates,
        reviews_removed=run.removed,
        error_count=counts.errors,
        error=f"{counts.errors} of {counts.fetched} rows could not be stored" if run.status == "FAILED" else None,
    )
