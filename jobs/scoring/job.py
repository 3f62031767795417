"""The job `score_run`: check, lock the period, read one snapshot, score, store, or let a finished run answer."""

from __future__ import annotations

import logging
from datetime import datetime

import asyncpg
from msgspec import Struct

from engine import JobContext, LeaseLost, Snooze, UnrecoverableError
from jobs.database import Connection
from jobs.payloads import ScoreResult, ScoreRun
from jobs.resources import Resources
from jobs.scoring.fingerprint import Basis, fingerprint
from jobs.scoring.period import Period, PeriodError
from jobs.scoring.queries import Tenant, find_tenant, read_reviews, read_stamps, read_themes, snapshot
from jobs.scoring.report import format_themes, theme_table
from jobs.scoring.results import Results, store_results
from jobs.scoring.review_scores import ReviewScore, Scorer
from jobs.scoring.rules import DEFAULT_ID
from jobs.scoring.runs import (
    Delivery,
    FinishedRun,
    OpenRun,
    Request,
    drop_run,
    fail_run,
    find_current,
    held_period,
    open_run,
)
from jobs.scoring.text import Lexicon, TextModel, ThemeMatcher
from jobs.scoring.text.themes import MATCHER_VERSION
from jobs.scoring.theme_scores import aggregate, with_trends

_log = logging.getLogger(__name__)
_LEXICON = Lexicon()
LONGEST_WAIT_S = 3_600.0
"""A period that others hold for this long is given up on."""


async def score(job: JobContext[Resources], payload: ScoreRun, model: TextModel = _LEXICON) -> ScoreResult:
    """The payload's period is scored, or was: then a finished run answers.

    Raises UnrecoverableError where trying again cannot help, Snooze while another run has the period, LeaseLost if
    a newer delivery has this one; after any other error the run is FAILED until the next attempt takes it up.
    """
    attempt = Attempt(job, payload, model)
    try:
        return await attempt.work()
    except Snooze:
        raise
    except BaseException as error:
        await attempt.fail(error)
        raise


class Attempt:
    """One delivery's work: its steps in order, and what is recorded when one fails."""

    def __init__(self, job: JobContext[Resources], payload: ScoreRun, model: TextModel) -> None:
        self._job, self._payload, self._model = job, payload, model
        self._extractor = f"{MATCHER_VERSION}+{model.version}"
        self._delivery = Delivery(payload.tenant_id, job.id, job.run, job.fence)
        self._began_at = job.resources.now()

    async def work(self) -> ScoreResult:
        """The period is scored; what it came to."""
        job = self._job
        async with job.resources.pool.acquire() as connection:
            job.progress("tenant", 5)
            tenant = await find_tenant(connection, self._payload.tenant_id)
            period = self._period(tenant)
            job.log(f"tenant {tenant.id}, {period.start} to {period.end} in {period.zone}, attempt {job.attempt}")
            self._give_up_if_kept_waiting()
            async with held_period(connection, tenant.id, period):
                job.progress("existing run", 10)
                run = await open_run(connection, self._delivery, self._request(period))
                if isinstance(run, FinishedRun):
                    job.log(f"an earlier delivery has finished run {run.id}")
                    return self._result(run, reused=True)
                results = await self._read_and_score(connection, tenant, period, run)
                if isinstance(results, FinishedRun):
                    return await self._reuse(connection, run, results)
                return await self._store(connection, run, results)

    async def fail(self, error: BaseException) -> None:
        """The run is FAILED with the error's text; where that cannot be written, the first error matters more."""
        reason = f"{error}" or self._job.stop_reason or type(error).__name__
        try:
            await fail_run(self._job.resources.pool, self._delivery, reason)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as away:
            _log.warning("run of job %s could not be marked as failed: %s", self._job.id, away)

    def _period(self, tenant: Tenant) -> Period:
        try:
            return Period.of(self._payload.start, self._payload.end, tenant.timezone)
        except PeriodError as error:
            raise UnrecoverableError(f"tenant {tenant.id!r}: {error}") from None

    def _give_up_if_kept_waiting(self) -> None:
        if self._job.snoozed_s > LONGEST_WAIT_S:
            raise UnrecoverableError("other runs have held this period for an hour: see what they do, then retry")

    def _request(self, period: Period) -> Request:
        payload = self._payload
        return Request(
            period=period,
            text_model=self._model.version,
            extractor=self._extractor,
            parameter_version_id=payload.parameter_version_id,
            rule_set_version_id=payload.rule_set_version_id,
            branch_id=payload.branch_id,
            triggered_by_id=payload.triggered_by_id,
            correlation_id=payload.correlation_id,
        )

    async def _store(self, connection: Connection, run: OpenRun, results: Results) -> ScoreResult:
        """The results stand; the summary is in the log."""
        job = self._job
        self._fix_scores()
        job.progress("finalise", 95)
        finished, superseded = await store_results(connection, run, results, self._duration_ms())
        for old in superseded:
            job.log(f"supersedes run {old}")
        table = format_themes(await theme_table(connection, finished.id))
        job.log(f"run {finished.id}: {finished.reviews} reviews, {finished.themes} themes\n{table}")
        job.progress("done", 100)
        return self._result(finished, reused=False)

    async def _reuse(self, connection: Connection, run: OpenRun, finished: FinishedRun) -> ScoreResult:
        """The finished run answers; this one leaves no trace."""
        job = self._job
        job.log(f"nothing has changed since run {finished.id}, which answers")
        self._fix_scores()
        job.progress("finalise", 95)
        await drop_run(connection, run)
        table = format_themes(await theme_table(connection, finished.id))
        job.log(f"run {finished.id}: {finished.reviews} reviews, {finished.themes} themes\n{table}")
        job.progress("done", 100)
        return self._result(finished, reused=True)

    def _fix_scores(self) -> None:
        if self._payload.compute_fix_scores:
            self._job.progress("fix scores", 75)
            self._job.log("FixScores were asked for; this worker does not compute them yet")

    def _duration_ms(self) -> int:
        return max(0, round((self._job.resources.now() - self._began_at).total_seconds() * 1000))

    def _result(self, run: FinishedRun, *, reused: bool) -> ScoreResult:
        return ScoreResult(
            success=True,
            completed_at=run.completed_at,
            duration_ms=self._duration_ms(),
            score_run_id=run.id,
            reviews_processed=run.reviews,
            themes_processed=run.themes,
            parameter_version_id=run.parameter_version_id or DEFAULT_ID,
            rule_set_version_id=run.rule_set_version_id or DEFAULT_ID,
            sentiment_model_version=run.text_model,
            reused=reused,
            fix_scores_computed=0 if self._payload.compute_fix_scores else None,
        )
