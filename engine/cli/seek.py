"""Commands that find jobs and read their logs: `search` and `log`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncGenerator
from typing import get_args

from engine.cli.command import Commands, add_command, reach
from engine.cli.output import print_jobs, print_json, print_line, say
from engine.codec import encode_json
from engine.config import Settings
from engine.errors import EngineError, SettingError
from engine.escaping import escape_json
from engine.loading import load_app
from engine.queries import KNOWN, parse_query
from engine.streams.reads import iso
from engine.types import JobLine
from engine.viewer import Viewer
from engine.views import Listed, LogEntry, Matching
from engine.why import no_job

_LIVE_FIRST: tuple[Listed, ...] = ("active", "waiting", "delayed", "failed", "cancelled", "completed")
_FOLLOW_S = 0.25


def add_to(commands: Commands) -> None:
    """The commands `search` and `log` are there."""
    search = add_command(commands, "search", _search, "find jobs of a queue by a query")
    search.add_argument("queue")
    search.add_argument("query", help=f"terms that must all hold, * is any text: {KNOWN}")
    where = search.add_mutually_exclusive_group()
    where.add_argument(
        "--state", choices=[name for name in get_args(Listed) if name != "trash"], help="default: all, live ones first"
    )
    where.add_argument("--trash", action="store_true", help="look in the trash")
    search.add_argument("--limit", type=int, default=50, metavar="N", help="stop after so many (50)")

    log = add_command(commands, "log", _log, "print the log of a job, without secrets")
    log.add_argument("queue")
    log.add_argument("id")
    log.add_argument("--limit", type=int, default=250, metavar="N", help="the newest lines (250)")
    log.add_argument("--follow", action="store_true", help="go on with what is logged until the job has ended")


def _search(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)
    if arguments.limit < 1:
        raise SettingError(f"--limit must be at least 1, not {arguments.limit}")
    parse_query(arguments.query)  # before anything is asked of Redis
    lists = ("trash",) if arguments.trash else (arguments.state,) if arguments.state else _LIVE_FIRST

    async def look() -> int:
        found: list[JobLine] = []
        looked = 0
        async with app.view(settings) as viewer:
            for listed in lists:
                where = Matching(listed, arguments.query)
                async for jobs, seen in _steps(viewer, arguments.queue, where):
                    found += jobs
                    looked += seen
                    if len(found) > arguments.limit:
                        break
        print_jobs(found[: arguments.limit], as_json=arguments.json)
        if not arguments.json:
            more = len(found) > arguments.limit
            say(f"there are more: --limit {arguments.limit * 2} shows them" if more else f"looked at {looked:,} jobs")
        return 0

    return reach(settings, look())


async def _steps(viewer: Viewer, queue: str, where: Matching) -> AsyncGenerator[tuple[list[JobLine], int]]:
    """The hits of each step, and how many jobs it looked at."""
    after: str | None = None
    while True:
        hits = await viewer.search(queue, where, after)
        yield hits.jobs, hits.looked
        after = hits.after
        if after is None:
            return


def _log(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def look() -> int:
        async with app.view(settings) as viewer:
            detail = await viewer.job(arguments.queue, arguments.id)
            page = await viewer.log(arguments.queue, arguments.id, limit=arguments.limit)
            if detail is None and not page.entries:
                raise EngineError(no_job(arguments.queue, arguments.id))
            _print_entries(page.entries, arguments)
            while arguments.follow and detail is not None and not detail.status.state.ended:
                await asyncio.sleep(_FOLLOW_S)
                # The state first: what was logged before it ended is in the page behind it.
                detail = await viewer.job(arguments.queue, arguments.id)
                page = await viewer.log(arguments.queue, arguments.id, page.after)
                _print_entries(page.entries, arguments)
        return 0

    return reach(settings, look())


def _print_entries(entries: list[LogEntry], arguments: argparse.Namespace) -> None:
    """One line for each; as JSON one list, or one object a line while they come."""
    if arguments.json and not arguments.follow:
        print_json(entries)
        return
    for entry in entries:
        if arguments.json:
            print(escape_json(encode_json(entry).decode()), flush=True)
        else:
            print_line(f"{iso(entry.at_ms)}  {entry.text}")
