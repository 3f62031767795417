"""`python -m jobs scores` and `python -m jobs explain`: what was scored, and why it is what it is."""

from __future__ import annotations

import argparse
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date

from msgspec import Struct

from engine import SettingError
from jobs.commands.command import Commands, add_command, add_group, open_database
from jobs.commands.output import put, put_json
from jobs.database import Connection
from jobs.scoring import explaining
from jobs.scoring.explaining import finding, reading
from jobs.scoring.queries import one_moment
from jobs.scoring.run_history import RunHead, Wanted, find_run, find_tenant_name, list_runs
from jobs.scoring.scores import FixRow, read_scores
from jobs.scoring.scores_output import runs_text, scores_text, themes_csv
from jobs.scoring.spreadsheet import as_csv

RUNS_LISTED = 20
TOP = 10
"""Mentions that the explanation of a theme lists one by one."""


def add_to(commands: Commands) -> None:
    """The commands `scores` and `explain` are there."""
    _add_scores(commands)
    _add_explain(commands)


def _add_scores(commands: Commands) -> None:
    scores = add_command(commands, "scores", _scores, "show a tenant's scores: themes, FixScores, runs")
    scores.add_argument("tenant", metavar="TENANT", help="the tenant's id or slug")
    _add_run(scores)
    scores.add_argument("--runs", action="store_true", help=f"list its runs instead, the last {RUNS_LISTED}")
    scores.add_argument("--fixes", action="store_true", help="with --csv: its FixScores instead of its themes")
    scores.add_argument("--limit", type=_count, metavar="N", help="at most so many of each")
    scores.add_argument("--csv", action="store_true", help="print CSV, all digits")


def _add_explain(commands: Commands) -> None:
    kinds = add_group(commands, "explain", "say why a score is what it is", "review|theme|fix")

    review = add_command(kinds, "review", _explain_review, "explain a review's score")
    review.add_argument("id", metavar="ID", help="the review's id, or its id at its source")
    review.add_argument("--tenant", help="whose review, where several have the id at their source")
    review.add_argument("--run", metavar="RUN", help="scored by this run (default: the newest period's)")

    theme = add_command(kinds, "theme", _explain_theme, "explain a theme's score")
    theme.add_argument("id", metavar="ID", help="the theme's id or name")
    theme.add_argument("--tenant", required=True, help="the tenant's id or slug")
    _add_run(theme)
    theme.add_argument("--top", type=_count, default=TOP, metavar="N", help=f"list so many mentions ({TOP})")

    fix = add_command(kinds, "fix", _explain_fix, "explain a task's FixScore")
    fix.add_argument("id", metavar="TASK_ID", help="the task's id")


def _add_run(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--period", nargs=2, type=_day, metavar=("START", "END"), help="first and last day (default: the newest)"
    )
    which.add_argument("--run", metavar="RUN", help="a run by its id, also a superseded one")


async def _scores(options: argparse.Namespace) -> int:
    _check_together(options)
    async with _stored() as connection:
        tenant = await find_tenant_name(connection, options.tenant)
        if options.runs:
            limit = options.limit or RUNS_LISTED
            runs = await list_runs(connection, tenant, limit + 1)
            _show_runs(runs, limit, options)
            return 0
        scores = await read_scores(connection, await find_run(connection, tenant, _wanted(options)))
    if options.fixes:
        put(as_csv(FixRow, scores.first(options.limit).fix_scores, {"tenantId": tenant.id}))
    elif options.csv:
        put(themes_csv(scores.run, scores.first(options.limit).themes))
    elif options.json:
        put_json(scores.first(options.limit))
    else:
        put(f"{scores_text(scores, options.limit)}\n")
    return 0


def _check_together(options: argparse.Namespace) -> None:
    if options.csv and options.json:
        raise SettingError("--csv and --json: give one of them")
    if options.fixes and (options.runs or not options.csv):
        raise SettingError("--fixes goes with --csv alone: the other forms show FixScores beside the themes")
    if options.runs and (options.run or options.period):
        raise SettingError("--runs lists all runs: leave out --run and --period")


def _show_runs(runs: list[RunHead], limit: int, options: argparse.Namespace) -> None:
    """Shows at most `limit` of the runs."""
    if options.csv:
        put(as_csv(RunHead, runs[:limit]))
    elif options.json:
        put_json(runs[:limit])
    elif runs:
        older = "and older ones: --limit N lists more\n" if len(runs) > limit else ""
        put(f"{runs_text(runs[:limit])}\n{older}")
    else:
        put("no score run yet\n")


async def _explain_review(options: argparse.Namespace) -> int:
    async with _stored() as connection:
        tenant = await find_tenant_name(connection, options.tenant) if options.tenant else None
        found = await finding.find_review(connection, options.id, tenant)
        run = await finding.find_run_of_review(connection, found, options.run)
        review = await reading.read_review(connection, run, found.id)
        if review is None:
            raise await finding.no_score(connection, found, run)
        themes = await reading.read_themes(connection, run, [theme.theme_id for theme in review.components.themes])
    told = explaining.explain_review(review, run, themes)
    return _tell(told, told.problems, explaining.review_text(told), options)


async def _explain_theme(options: argparse.Namespace) -> int:
    async with _stored() as connection:
        tenant = await find_tenant_name(connection, options.tenant)
        run = await find_run(connection, tenant, _wanted(options))
        theme_id = await finding.find_theme(connection, run, options.id)
        theme = (await reading.read_themes(connection, run, [theme_id]))[theme_id]
        mentions = await reading.read_mentions(connection, run, theme_id)
    told = explaining.explain_theme(theme, run, mentions, options.top)
    return _tell(told, told.problems, explaining.theme_text(told), options)


async def _explain_fix(options: argparse.Namespace) -> int:
    async with _stored() as connection:
        run = await finding.find_run_of_task(connection, options.id)
        fix = await reading.read_fix(connection, options.id)
    told = explaining.explain_fix(fix, run)
    return _tell(told, told.problems, explaining.fix_text(told), options)


def _tell(told: Struct, problems: Sequence[str], text: str, options: argparse.Namespace) -> int:
    if options.json:
        put_json(told)
    else:
        put(f"{text}\n")
    return 1 if problems else 0


@asynccontextmanager
async def _stored() -> AsyncGenerator[Connection]:
    """A connection to the database, whose data stand still for the block."""
    async with open_database() as connection, one_moment(connection):
        yield connection


def _wanted(options: argparse.Namespace) -> Wanted:
    return Wanted(run_id=options.run, period=tuple(options.period) if options.period else None)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write it as 2026-10-31") from None


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: give a number of at least 1")
    return int(text)
