"""The job `score_run`: check, lock the period, measure it by one snapshot, store the scores or reuse a finished run."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import asyncpg

from engine import JobContext, Snooze, UnrecoverableError
from jobs.database import Connection, without_rows
from jobs.payloads import ScoreResult, ScoreRun
from jobs.resources import Resources
from jobs.scoring.fix_measure import USUALLY_SINCE, FixRequest
from jobs.scoring.fix_results import StoredFixes, store_fixes_of_finished
from jobs.scoring.fix_scores import in_words
from jobs.scoring.measure import Measured, Measurement, measure
from jobs.scoring.method import extractor_of
from jobs.scoring.period import Period, PeriodError
from jobs.scoring.queries import Tenant, find_tenant
from jobs.scoring.report import format_themes, theme_table
from jobs.scoring.results import store_results
from jobs.scoring.rules import DEFAULT_ID
from jobs.scoring.runs import Delivery, FinishedRun, OpenRun, Request, drop_run, fail_run, held_period, open_run
from jobs.scoring.text import Lexicon, TextModel

LONGEST_WAIT_S = 3_600.0
"""A period that others hold for this long is given up on."""
_STEPS = {"scoring": (20, 50), "scored": (70, 0), "fix scores": (75, 20)}
"""At how many percent a step begins, and how many it takes."""
_LEXICON = Lexicon()
_log = logging.getLogger(__name__)


async def score(job: JobContext[Resources], payload: ScoreRun, model: TextModel = _LEXICON) -> ScoreResult:
    """The payload's period is scored, or was: then a finished run answers.

    Raises UnrecoverableError where trying again cannot help, Snooze while another run has the period, LeaseLost if
    a newer delivery has this one. After any error the run is FAILED, until the next attempt takes it up again.
    """
    attempt = Attempt(job, payload, model)
    try:
        with without_rows():
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
        self._delivery = Delivery(payload.tenant_id, job.id, job.run, job.fence)
        self._began_at = job.resources.now()

    async def work(self) -> ScoreResult:
        """The period is scored; what it came to."""
        async with self._job.resources.pool.acquire() as connection:
            tenant, period = await self._check(connection)
            async with held_period(connection, tenant.id, period):
                run = await self._open(connection, tenant, period)
                if isinstance(run, FinishedRun):
                    return self._result(run, reused=True)
                self._told("scoring", 0, 0)
                measurement = Measurement(tenant, period, run, self._model, self._fixes_asked_for())
                measured = await measure(connection, measurement, self._told)
                self._job.progress("finalise", 95)
                finished = await self._finish(connection, run, measured)
                await self._sum_up(connection, finished)
        return self._result(finished, reused=isinstance(measured.outcome, FinishedRun))

    async def fail(self, error: BaseException) -> None:
        """The run is FAILED with the error's text; where that cannot be written, the first error matters more."""
        reason = f"{error}" or self._job.stop_reason or type(error).__name__
        try:
            await fail_run(self._job.resources.pool, self._delivery, reason)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as away:
            _log.warning("the run of job %s could not be marked as failed: %s", self._job.id, away)

    async def _check(self, connection: Connection) -> tuple[Tenant, Period]:
        """There is such a tenant, and its period can be scored."""
        job, payload = self._job, self._payload
        job.progress("tenant", 5)
        tenant = await find_tenant(connection, payload.tenant_id)
        try:
            period = Period.of(payload.start, payload.end, tenant.timezone)
        except PeriodError as error:
            raise UnrecoverableError(f"tenant {tenant.id!r}: {error}") from None
        if job.snoozed_s > LONGEST_WAIT_S:
            raise UnrecoverableError("other runs have held this period for an hour: see what they do, then retry")
        job.log(f"tenant {tenant.id}, {period.start} to {period.end} in {period.zone}")
        return tenant, period

    async def _open(self, connection: Connection, tenant: Tenant, period: Period) -> OpenRun | FinishedRun:
        """The run has its row, or an earlier delivery has finished it."""
        job, payload = self._job, self._payload
        job.progress("existing run", 10)
        request = Request(
            period=period,
            organisation_id=tenant.organisation_id,
            text_model=self._model.version,
            extractor=extractor_of(self._model),
            parameter_version_id=payload.parameter_version_id,
            rule_set_version_id=payload.rule_set_version_id,
            branch_id=payload.branch_id,
            triggered_by_id=payload.triggered_by_id,
            correlation_id=payload.correlation_id,
        )
        run = await open_run(connection, self._delivery, request)
        if isinstance(run, FinishedRun):
            job.log(f"an earlier delivery has finished run {run.id}")
        else:
            job.log(
                f"run {run.id}, attempt {job.attempt} of {job.max_attempts}, "
                f"parameters {run.parameter_version_id or DEFAULT_ID}, rules {run.rule_set_version_id or DEFAULT_ID}"
            )
            for warning in run.warnings:
                job.log(f"warning: {warning}")
        return run

    def _told(self, step: str, done: int, of: int) -> None:
        first, share = _STEPS[step]
        self._job.progress(step, first + int(share * done / of) if of else first, done, of or None)

    def _fixes_asked_for(self) -> FixRequest | None:
        """Which FixScores are to be computed: those of tasks completed in the 30 days before, if nothing else is said.

        A payload that was made without `createdAt` is as old as its job.
        """
        payload = self._payload
        if not payload.compute_fix_scores:
            return None
        until = payload.created_at or datetime.fromtimestamp(self._job.created_ms / 1000, UTC)
        try:
            return FixRequest(payload.fixes_since or until - USUALLY_SINCE, until)
        except OverflowError:
            raise UnrecoverableError(f"createdAt {until} is no time that a job can have: correct it") from None

    async def _finish(self, connection: Connection, run: OpenRun, measured: Measured) -> FinishedRun:
        """What was measured stands, in the place of what was; or the finished run that has it does."""
        outcome, fixes = measured.outcome, measured.fixes
        if isinstance(outcome, FinishedRun):
            self._job.log(f"nothing has changed since run {outcome.id}, which answers")
            if fixes is None:
                await drop_run(connection, run)
                return outcome
            finished, stored = await store_fixes_of_finished(connection, run, outcome, fixes)
        else:
            told = await store_results(connection, run, outcome, fixes, self._duration_ms())
            finished, stored = told.run, told.fixes
            for old in told.superseded:
                self._job.log(f"supersedes run {old}")
        if fixes is not None:
            self._tell_fixes(stored)
        return finished

    def _tell_fixes(self, stored: StoredFixes) -> None:
        for fix in stored.scores:
            self._job.log(in_words(fix))
        for skipped in stored.skipped:
            self._job.log(f"task {skipped.task_id} was not measured: {skipped.reason}")

    async def _sum_up(self, connection: Connection, finished: FinishedRun) -> None:
        table = format_themes(await theme_table(connection, finished.id))
        self._job.log(f"run {finished.id}: {finished.reviews} reviews, {finished.themes} themes\n{table}")
        self._job.progress("done", 100)

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
            fix_scores_computed=run.fix_scores if self._payload.compute_fix_scores else None,
        )
