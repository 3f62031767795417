"""FixScores measured by the run's snapshot: of each task both windows, scored like periods of their own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import aclosing
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
from msgspec import Struct

from jobs.database import Connection
from jobs.scoring.fix_scores import FixScore, Side, Task, judge, side_of
from jobs.scoring.fix_windows import FixError, windows_around
from jobs.scoring.method import Method
from jobs.scoring.period import Period
from jobs.scoring.queries import Extraction, Span, read_reviews, read_tasks
from jobs.scoring.review_scores import Review, ReviewScore, ThemeImpact

USUALLY_SINCE = timedelta(days=30)
"""Tasks completed so long before the run was asked for are measured, unless it says since when."""
NOT_THE_TASKS_FAULT = (
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    OSError,
)
"""Ends the attempt: with any other error only the task is left out."""
_log = logging.getLogger(__name__)


class FixRequest(Struct, frozen=True):
    """Which tasks are measured, and the moment after which nothing had happened yet."""

    since: datetime
    until: datetime


class Skipped(Struct, frozen=True):
    """A task that could not be measured, and why."""

    task_id: str
    reason: str


class Fixes(Struct, frozen=True):
    """The FixScores of a run, not stored yet; `fresh` are reviews in which themes were looked for just now."""

    scores: tuple[FixScore, ...]
    skipped: tuple[Skipped, ...]
    fresh: tuple[ReviewScore, ...]
    extraction: Extraction


async def measure_fixes(
    connection: Connection, method: Method, request: FixRequest, told: Callable[[int, int], None]
) -> Fixes:
    """The FixScore of each task that was completed since; one that fails is logged and left out."""
    scores: list[FixScore] = []
    skipped: list[Skipped] = []
    until = request.until.astimezone(ZoneInfo(method.tenant.timezone)).date()
    reader = _Reader(connection, method)
    tasks = await read_tasks(connection, method.tenant, request.since)
    for done, task in enumerate(tasks):
        told(done, len(tasks))
        try:
            async with connection.transaction():
                scores.append(await reader.measure(task, until))
        except NOT_THE_TASKS_FAULT:
            raise
        except Exception as error:  # noqa: BLE001 - told, and the other tasks are not to suffer for it
            skipped.append(skip(task.id, error))
    return Fixes(tuple(scores), tuple(skipped), tuple(reader.fresh), method.extraction)


def skip(task_id: str, error: Exception) -> Skipped:
    """The task is left out; an error that nobody foresaw is logged with its traceback."""
    if not isinstance(error, FixError):
        _log.error("task %s could not be measured", task_id, exc_info=error)
    return Skipped(task_id, f"{error}" or type(error).__name__)


class _Reader:
    """Reads the reviews of windows, and scores each of them once."""

    def __init__(self, connection: Connection, method: Method) -> None:
        self._connection, self._method = connection, method
        self._scored: dict[str, tuple[ThemeImpact, ...]] = {}
        self.fresh: list[ReviewScore] = []

    async def measure(self, task: Task, until: date) -> FixScore:
        """The task's FixScore. Raises FixError if it cannot have one."""
        scorer, tenant = self._method.scorer, self._method.tenant
        if task.theme_id not in scorer.theme_ids:
            raise FixError(f"its theme {task.theme_id!r} is not in use for this tenant: activate it, or choose another")
        tracking = scorer.variants.at(theme_id=task.theme_id).fix_tracking
        windows = windows_around(task.completed_at, tenant.timezone, tracking, until)
        before = await self._side(windows.before, task.theme_id)
        if not before.reviews:
            windows = windows.further_back()
            before = await self._side(windows.before, task.theme_id)
        after = await self._side(windows.after, task.theme_id)
        return FixScore(
            task=task, windows=windows, before=before, after=after, verdict=judge(before, after, scorer.rules)
        )

    async def _side(self, period: Period, theme_id: str) -> Side:
        span = Span(period.begins_at, period.ends_before, theme_id)
        mentions: list[ThemeImpact] = []
        async with aclosing(
            read_reviews(self._connection, self._method.tenant, span, self._method.extraction)
        ) as reviews:
            async for review in reviews:
                mentions += self._mentions(review, period, theme_id)
        return side_of(period, mentions)

    def _mentions(self, review: Review, period: Period, theme_id: str) -> list[ThemeImpact]:
        """What the review adds to the theme, if it mentions it."""
        if review.id not in self._scored:
            if review.extracted and all(mention.theme_id != theme_id for mention in review.mentions):
                return []
            score = self._method.scorer.score(review, period)
            self._scored[review.id] = score.themes
            if score.found is not None:
                self.fresh.append(score)
        found = [one for one in self._scored[review.id] if one.theme_id == theme_id]
        return [self._method.scorer.in_period(one, review, period) for one in found]
